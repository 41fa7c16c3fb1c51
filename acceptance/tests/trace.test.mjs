// What tracing tells: a paid call is one trace from the gateway's request to the transaction that settled it, over three
// processes, HTTP and Kafka. The receiver of the spans is this program.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { until } from '../lib/http.mjs';
import { receiveTraces } from '../lib/otlp.mjs';
import { chain, keepDown, openShop, stack } from './stack.mjs';
import { URL_CHAT, URL_EMBEDDINGS, chat, embedding, openClient } from './wire.mjs';

const FUNDS = 2_000_000n;
const TOLD_SECONDS = 60;
const SETTLED_SECONDS = 180;

let receiver;
let shop;
let owner;
before(async () => {
  const port = Number(process.env.TALLYSTICK_OTLP_PORT);
  if (!port) throw new Error('set TALLYSTICK_OTLP_PORT to the port of the TALLYSTICK_OTLP_ENDPOINT that the stack was started with');
  receiver = await receiveTraces(port);
  ({ shop, owner } = await openShop());
});
after(() => receiver?.close());

const told = (spans, wanted) => wanted.every(([service, name]) => spans.some(span => span.service === service && span.name === name));
const shown = spans => spans.map(({ service, kind, name, spanId, parentId }) => `${spanId}<${parentId} ${service} ${kind} ${name}`);

/** The trace of the paid request on `path` that a client sent just now, once it has `wanted`. */
async function traceOf(path, wanted, seconds) {
  const served = await until('the served call is told', TOLD_SECONDS, async () => {
    const found = receiver.spans.filter(
      ({ service, kind, attributes }) =>
        service === 'metering-service' && kind === 'server' && attributes['http.route'] === path && attributes['tallystick.outcome'] === 'served',
    );
    return { done: found.length > 0, value: found.at(-1) };
  });
  return until(`the trace has ${wanted.map(([, name]) => name)}`, seconds, async () => {
    const spans = receiver.trace(served.traceId);
    return { done: told(spans, wanted), value: spans, shown: shown(spans) };
  });
}

/** Every span but one has its parent in the trace. */
function assertWhole(spans) {
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const roots = spans.filter(({ parentId }) => !ids.has(parentId));
  assert.deepEqual(roots.map(({ service, kind }) => [service, kind]), [['metering-service', 'server']], shown(spans).join('\n'));
}

describe('a paid call', () => {
  it('on a channel is one trace from the gateway to settlement', async () => {
    const client = openClient(await chain.newPayer(FUNDS));
    assert.equal((await client.pay(URL_CHAT, chat(0))).status, 200);

    const spans = await traceOf(
      '/v1/chat/completions',
      [
        ['metering-service', 'authorize'],
        ['metering-service', 'ask model server'],
        ['metering-service', 'capture'],
        ['metering-service', 'send usage.recorded'],
        ['metering-service', 'process usage.recorded'],
        ['billing-service', 'POST /v1/payments/authorize'],
        ['billing-service', 'POST /v1/payments/{holdId}/capture'],
        ['billing-service', 'transaction mined'],
      ],
      TOLD_SECONDS,
    );
    await shop.billing('POST', '/v1/settlements', {});
    const all = await traceOf(
      '/v1/chat/completions',
      [
        ['billing-service', 'settled'],
        ['billing-service', 'call.metered receive'],
      ],
      SETTLED_SECONDS,
    );

    assertWhole(all);
    const settled = all.filter(({ name }) => name === 'settled');
    assert.equal(settled.length, 1);
    const [{ attributes }] = settled;
    const hold = spans.find(({ name }) => name === 'send usage.recorded').attributes['tallystick.hold.id'];
    assert.equal(attributes['tallystick.hold.id'], hold);
    const receipt = await chain.receipt(attributes['tallystick.transaction.hash']);
    assert.equal(receipt.status, 'success');
    assert.equal(receipt.blockNumber, BigInt(attributes['tallystick.transaction.block']));
  });

  it('is linked with its settlement, both ways', async () => {
    const settled = receiver.spans.find(({ name }) => name === 'settled');
    const [link] = settled.links;
    const settlement = await until('the settlement is told', TOLD_SECONDS, async () => {
      const spans = receiver.trace(link.traceId);
      return { done: told(spans, [['billing-service', 'settlement final']]), value: spans };
    });

    // Others may have been asked for at once.
    const id = settled.attributes['tallystick.settlement.id'];
    const ours = settlement.filter(({ attributes }) => attributes['tallystick.settlement.id'] === id);
    assert.ok(ours.some(({ name }) => name === 'settlement planned'), shown(settlement).join('\n'));
    for (const span of ours) {
      assert.ok(span.links.some(({ traceId }) => traceId === settled.traceId), `${span.name} links to the call`);
    }
    for (const state of ['signed', 'sent', 'mined', 'final']) {
      assert.ok(settlement.some(({ name }) => name === `transaction ${state}`), `transaction ${state}:\n${shown(settlement).join('\n')}`);
    }
  });

  it('by exact ends with its own transaction', async () => {
    const client = openClient(await chain.newPayer(FUNDS), ['exact']);
    assert.equal((await client.pay(URL_EMBEDDINGS, embedding())).status, 200);

    const spans = await traceOf('/v1/embeddings', [['billing-service', 'transaction final']], SETTLED_SECONDS);

    assertWhole(spans);
    const { attributes } = spans.find(({ name }) => name === 'transaction final');
    assert.equal((await chain.receipt(attributes['tallystick.transaction.hash'])).status, 'success');
  });

  it('continues the trace of a client that has one', async () => {
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await fetch(URL_CHAT, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${traceId}-b7ad6b7169203331-01` },
      body: JSON.stringify(chat(1)),
    });

    const spans = await until('the offer is told', TOLD_SECONDS, async () => {
      const found = receiver.trace(traceId);
      return { done: told(found, [['billing-service', 'POST /v1/payments/authorize']]), value: found };
    });
    assert.equal(spans.find(({ parentId }) => parentId === 'b7ad6b7169203331').service, 'metering-service');
  });
});

describe('tracing is bounded', () => {
  it('a request with many usage events is one span', async () => {
    const events = Array.from({ length: 40 }, (_, n) => ({
      specversion: '1.0',
      id: `traced-${Date.now()}-${n}`,
      source: '/traced',
      type: 'prompt',
      subject: 'customer-1',
      data: { tokens: 1, model: 'any' },
    }));
    const asked = await fetch(`${stack.metering.url}/v1/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/cloudevents-batch+json',
        authorization: `Bearer ${await owner.token('metering-service', 'usage:write')}`,
        traceparent: '00-1af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      },
      body: JSON.stringify(events),
    });
    assert.equal(asked.status, 202, await asked.text());

    const linked = await until('the batch is told', TOLD_SECONDS, async () => {
      const found = receiver.spans.filter(({ links }) => links.some(({ traceId }) => traceId === '1af7651916cd43dd8448eb211c80319c'));
      return { done: found.length > 0 && receiver.trace('1af7651916cd43dd8448eb211c80319c').length > 0, value: found };
    });
    assert.equal(receiver.trace('1af7651916cd43dd8448eb211c80319c').length, 1);
    assert.ok(linked.every(({ links }) => links.length <= 32));
  });

  it('nothing that goes on by itself is a trace', () => {
    const roots = receiver.spans.filter(({ parentId }) => !parentId).map(({ name }) => name);
    const expected = /^(GET|POST|PUT) |^fetch access token$|^process |^settlement planned$/;
    assert.deepEqual(roots.filter(name => !expected.test(name)), []);
  });
});

describe('the log of a cluster', () => {
  let letUp;
  after(async () => {
    letUp?.();
    // One that is just starting would outlive the stack.
    await until('the model server is back', TOLD_SECONDS, async () => {
      const status = await fetch(`${stack.model.url}/v1/models`).then(({ status }) => status, error => error.message);
      return { done: status === 200, value: status };
    });
  });

  it('is one JSON object a line, and names the trace', async () => {
    const client = openClient(await chain.newPayer(FUNDS));
    assert.equal((await client.pay(URL_CHAT, chat(0))).status, 200);
    letUp = keepDown('model');
    assert.equal((await client.pay(URL_CHAT, chat(1))).status, 502);

    for (const { log } of [stack.identity, stack.metering, stack.billing]) {
      const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean);
      // The JVM and its agents speak before there is a log.
      const entries = lines.slice(lines.findIndex(line => line.startsWith('{'))).map(line => JSON.parse(line));
      assert.ok(entries.length > 3);
      assert.ok(entries.every(({ timestamp, level, loggerName, message, service }) => timestamp && level && loggerName && message !== undefined && service));
    }
    const said = readFileSync(stack.metering.log, 'utf8').split('\n').filter(line => line.includes('upstream did not answer')).map(line => JSON.parse(line));
    assert.ok(said.length > 0);
    const { traceId, spanId } = said.at(-1).mdc;
    assert.match(spanId, /^[0-9a-f]{16}$/);
    await until('the call that failed is told', TOLD_SECONDS, async () => {
      const spans = receiver.trace(traceId);
      return { done: spans.some(({ attributes }) => attributes['tallystick.outcome'] === 'upstream_failed'), value: shown(spans) };
    });
  });
});
