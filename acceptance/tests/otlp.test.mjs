// OpenTelemetry's own exporters and the CloudEvents SDK, unchanged, against metering-service.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { SpanKind } from '@opentelemetry/api';
import { OTLPMetricExporter as JsonMetrics } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoMetrics } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter as JsonTraces } from '@opentelemetry/exporter-trace-otlp-http';
import { OTLPTraceExporter as ProtoTraces } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { AggregationTemporality, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { CloudEvent, emitterFor, Mode } from 'cloudevents';
import { call, until } from '../lib/http.mjs';
import { people, stack } from './stack.mjs';

const COUNTED_SECONDS = 60;
const SETTLED_SECONDS = 30;
const run = randomUUID().slice(0, 8);
const buckets = ['requests', 'input_uncached', 'cache_read', 'cache_write_5m', 'output_text', 'output_reasoning'];

let spans;
let counters;
before(async () => {
  spans = await openTenant(`spans-${run}`);
  counters = await openTenant(`counters-${run}`);
});

/** A tenant of its own, with a meter for each bucket. */
async function openTenant(id) {
  const operator = await people.operator.token('identity-service', 'tenants:write identities:write');
  await call('POST', `${stack.identity.url}/v1/tenants`, { token: operator, body: { id, name: id } });
  const owner = await people.join(id, 'provider', ['owner'], id);
  const token = await owner.token('metering-service', 'meters:write usage:read usage:write');
  for (const bucket of buckets) {
    const meter = { slug: `ai_${bucket}`, aggregation: 'SUM', eventType: 'gen_ai.usage', valueProperty: `$.${bucket}`, groupBy: { model: '$.model' } };
    await call('POST', `${stack.metering.url}/api/v1/meters`, { token, body: meter });
  }
  return { token };
}

const endpoint = signal => `${stack.metering.url}/otlp/v1/${signal}`;
const options = (tenant, signal, more) => ({ url: endpoint(signal), headers: { authorization: `Bearer ${tenant.token}` }, ...more });

/** Usage by bucket of a subject, without the buckets of none. */
async function usage(tenant, subject) {
  const found = {};
  for (const bucket of buckets) {
    const { readings } = await call('GET', `${stack.metering.url}/v1/readings?meter=ai_${bucket}&subject=${subject}`, { token: tenant.token });
    const sum = readings.reduce((total, reading) => total + Number(reading.usage), 0);
    if (sum) found[bucket] = sum;
  }
  return found;
}

const counted = (tenant, subject, expected) =>
  until(`${subject} has ${JSON.stringify(expected)}`, COUNTED_SECONDS, async () => {
    const value = await usage(tenant, subject);
    return { done: JSON.stringify(value) === JSON.stringify(expected), value };
  });

const chat = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-4',
  'gen_ai.usage.input_tokens': 100,
  'gen_ai.usage.cache_read.input_tokens': 30,
  'gen_ai.usage.output_tokens': 50,
  'gen_ai.usage.reasoning.output_tokens': 20,
};
const old = { 'gen_ai.system': 'anthropic', 'gen_ai.request.model': 'claude', 'gen_ai.usage.prompt_tokens': 7, 'gen_ai.usage.completion_tokens': 5 };

describe("OpenTelemetry's trace exporters", () => {
  const exporters = { protobuf: ProtoTraces, JSON: JsonTraces, 'JSON, gzip': JsonTraces };
  for (const [encoding, Exporter] of Object.entries(exporters)) {
    it(`report calls of models in ${encoding}, once however often they export them`, async () => {
      const subject = `shop-${encoding.replace(/\W/g, '')}-${run}`;
      const exporter = new Exporter(options(spans, 'traces', encoding.includes('gzip') ? { compression: 'gzip' } : {}));
      const finished = [];
      const keep = { onStart() {}, onEnd: span => finished.push(span), forceFlush: async () => {}, shutdown: async () => {} };
      const provider = new BasicTracerProvider({
        resource: resourceFromAttributes({ 'service.name': subject }),
        spanProcessors: [new SimpleSpanProcessor(exporter), keep],
      });
      const tracer = provider.getTracer('acceptance');

      tracer.startSpan('chat gpt-4', { kind: SpanKind.CLIENT, attributes: chat }).end();
      tracer.startSpan('completion', { attributes: old }).end();
      tracer.startSpan('fetch', { attributes: { ...chat, 'gen_ai.operation.name': 'fetch_response' } }).end();
      tracer.startSpan('agent', { attributes: { ...chat, 'gen_ai.operation.name': 'invoke_agent' } }).end();
      tracer.startSpan('GET /', { attributes: { 'http.request.method': 'GET' } }).end();
      await provider.forceFlush();
      for (let retry = 0; retry < 2; retry++) {
        const { code, error } = await new Promise(done => exporter.export(finished, done));
        assert.equal(code, 0, error?.message);
      }
      await provider.shutdown();

      const expected = { requests: 2, input_uncached: 77, cache_read: 30, output_text: 35, output_reasoning: 20 };
      await counted(spans, subject, expected);
    });
  }
});

describe("OpenTelemetry's metric exporters", () => {
  before(async () => {
    const { since } = await call('PUT', `${stack.metering.url}/v1/otlp`, { token: counters.token, body: { source: 'metrics' } });
    await until('metrics count', SETTLED_SECONDS, async () => ({ done: Date.now() > Date.parse(since) + 3000, value: since }));
  });

  const kinds = {
    'cumulative totals in protobuf': [ProtoMetrics, AggregationTemporality.CUMULATIVE],
    'differences in JSON': [JsonMetrics, AggregationTemporality.DELTA],
  };
  for (const [kind, [Exporter, temporalityPreference]] of Object.entries(kinds)) {
    it(`report ${kind}, and each token counts once`, async () => {
      const subject = `shop-${kind.split(' ')[0]}-${run}`;
      const reader = new PeriodicExportingMetricReader({
        exporter: new Exporter(options(counters, 'metrics', { temporalityPreference })),
        exportIntervalMillis: 3_600_000,
      });
      const provider = new MeterProvider({ resource: resourceFromAttributes({ 'service.name': subject }), readers: [reader] });
      const tokens = provider.getMeter('acceptance').createHistogram('gen_ai.client.token.usage', { unit: '{token}' });
      const of = type => ({ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'gpt-4', 'gen_ai.token.type': type });

      tokens.record(100, of('input'));
      tokens.record(40, of('output'));
      await provider.forceFlush();
      tokens.record(11, of('input'));
      await provider.forceFlush();
      await provider.forceFlush();
      await provider.shutdown();

      await counted(counters, subject, { input_uncached: 111, output_text: 40 });
    });
  }

  it('are not counted beside the spans', async () => {
    const subject = `both-${run}`;
    const provider = new BasicTracerProvider({
      resource: resourceFromAttributes({ 'service.name': subject }),
      spanProcessors: [new SimpleSpanProcessor(new JsonTraces(options(counters, 'traces')))],
    });
    provider.getTracer('acceptance').startSpan('chat', { attributes: chat }).end();
    await provider.forceFlush();
    await provider.shutdown();

    assert.deepEqual(await usage(counters, subject), {});
  });
});

describe("CloudEvents' SDK", () => {
  const modes = { binary: Mode.BINARY, structured: Mode.STRUCTURED };
  const usageEvent = (subject, tokens) =>
    new CloudEvent({ source: 'acceptance', type: 'gen_ai.usage', subject, data: { requests: tokens, model: 'gpt-4' } });

  for (const [name, mode] of Object.entries(modes)) {
    it(`reports events in ${name} mode`, async () => {
      const subject = `ce-${name}-${run}`;
      const answers = [];
      // The SDK's own transport sends no access token; what the SDK makes is sent as it is.
      const send = async message => {
        const answer = await fetch(`${stack.metering.url}/v1/events`, {
          method: 'POST',
          headers: { ...message.headers, authorization: `Bearer ${spans.token}` },
          body: message.body,
        });
        answers.push(answer.status);
      };
      const emit = emitterFor(send, { mode });

      await emit(usageEvent(subject, 3));
      await emit(usageEvent(subject, 4));

      assert.deepEqual(answers, [202, 202]);
      await counted(spans, subject, { requests: 7 });
    });
  }

  it('reports a batch, and hears the result of each event', async () => {
    const subject = `ce-batch-${run}`;
    const batch = [usageEvent(subject, 5), usageEvent(subject, 6)];
    const send = events =>
      fetch(`${stack.metering.url}/v1/events`, {
        method: 'POST',
        headers: {
          'content-type': 'application/cloudevents-batch+json',
          authorization: `Bearer ${spans.token}`,
          prefer: 'return=representation',
        },
        body: JSON.stringify(events),
      }).then(answer => answer.json());

    const first = await send(batch);
    await counted(spans, subject, { requests: 11 });
    const again = await send([...batch, batch[0].cloneWith({ data: { requests: 9, model: 'gpt-4' } })]);

    assert.deepEqual(first.results.map(({ result }) => result), ['accepted', 'accepted']);
    assert.deepEqual(again.results.map(({ result }) => result), ['duplicate', 'duplicate', 'conflict']);
  });
});
