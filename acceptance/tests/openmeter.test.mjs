// Usage events from foreign senders: OpenMeter's SDK as it is, and CloudEvents in each of their HTTP modes.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { OpenMeter } from '@openmeter/sdk';
import { call, until } from '../lib/http.mjs';
import { openShop, people, stack } from './stack.mjs';

const COUNTED_SECONDS = 60;
// Ingest learns of a new meter within seconds.
const KNOWN_SECONDS = 20;

// A type and a meter of its own, so that runs on one stack do not meet.
const run = randomUUID().slice(0, 8);
const type = `prompt-${run}`;
const slug = `tokens_${run.replaceAll('-', '_')}`;

const meter = { slug, aggregation: 'SUM', eventType: type, valueProperty: '$.tokens', groupBy: { model: '$.model' } };

let reporter;
let shop;
let sdk;
before(async () => {
  ({ shop } = await openShop());
  reporter = await people.join('Acme inference server', 'service', ['ingest']);
  sdk = await sdkOf(await people.join('Acme', 'provider', ['owner']));
});

/** OpenMeter's SDK for an owner of a tenant, whose tenant counts these events, too. */
async function sdkOf(owner) {
  const apiKey = await owner.token('metering-service', 'meters:write usage:read usage:write');
  const made = new OpenMeter({ baseUrl: stack.metering.url, apiKey });
  await made.meters.create(meter);
  return made;
}

async function openNeighbour() {
  const id = `neighbour-${run}`;
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  await call('POST', `${stack.identity.url}/v1/tenants`, { token, body: { id, name: 'Neighbour' } });
  return sdkOf(await people.join('Neighbour', 'provider', ['owner'], id));
}

const event = (subject, tokens, more) => ({
  id: randomUUID(),
  source: 'acme-inference',
  specversion: '1.0',
  type,
  subject,
  time: new Date(),
  data: { tokens, model: 'gpt-4' },
  ...more,
});

const structured = sent => JSON.stringify({ ...sent, time: sent.time?.toISOString() });

async function post(path, headers, body) {
  const token = await reporter.token('metering-service', 'usage:write');
  const answer = await fetch(stack.metering.url + path, { method: 'POST', headers: { authorization: `Bearer ${token}`, ...headers }, body });
  const text = await answer.text();
  return { status: answer.status, retryAfter: answer.headers.get('retry-after'), body: text && JSON.parse(text) };
}

/** The total of a subject by the SDK's query, once it is what was expected or does not become it. */
async function counted(subject, expected, asking = sdk) {
  return until(`${subject} has ${expected}`, COUNTED_SECONDS, async () => {
    const { data } = await asking.meters.query(slug, { subject: [subject].flat() });
    const value = data.reduce((sum, window) => sum + window.value, 0);
    return { done: value === expected, value };
  });
}

/** Sends a marker and waits until it is counted: whatever was sent before by the same subject is counted by then. */
async function countedFinally(subject, before) {
  await sdk.events.ingest(event(subject, 1_000_000));
  await counted(subject, before + 1_000_000);
}

describe("OpenMeter's SDK", () => {
  it('reports events, numbers as strings too, and each counts once however often it is sent', async () => {
    const subject = `sdk-${run}`;
    const events = [event(subject, 100), event(subject, '20'), event(subject, 3)];

    await sdk.events.ingest(events);
    await sdk.events.ingest(events);
    await sdk.events.ingest(events[0]);

    await counted(subject, 123);
    await countedFinally(subject, 123);
  });

  it('counts an event once that came on eight connections at once, five times on each, in two guises', async () => {
    const [subject, other] = [`once-${run}`, `twice-${run}`];
    const sent = event(subject, 7);
    // Before midnight and after it, under two names: whichever came first is the event, the others are the same id again.
    const guises = [-1, 0].flatMap(day =>
      [subject, other].map(whose => ({ ...sent, subject: whose, time: new Date(Date.now() + day * 86_400_000) })),
    );

    await Promise.all(
      Array.from({ length: 8 }, (_, i) => sdk.events.ingest(Array.from({ length: 5 }, (_, j) => guises[(i + j) % guises.length]))),
    );
    await sdk.events.ingest([event(subject, 1_000_000), event(other, 1_000_000)]);

    await counted([subject, other], 2_000_007);
  });

  it('counts the same id from another tenant there', async () => {
    const subject = `tenants-${run}`;
    const sent = event(subject, 9);
    await sdk.events.ingest(sent);
    const neighbour = await openNeighbour();

    await neighbour.events.ingest(sent);

    await counted(subject, 9);
    await counted(subject, 9, neighbour);
  });

  it('asks by window, group and subject', async () => {
    const subject = `grouped-${run}`;
    await sdk.events.ingest([
      event(subject, 5, { data: { tokens: 5, model: 'small' } }),
      event(subject, 8, { data: { tokens: 8, model: 'large' } }),
      event(subject, 2, { data: { tokens: 2, model: 'large' } }),
    ]);
    await counted(subject, 15);

    const answer = await sdk.meters.query(slug, { subject: [subject], windowSize: 'HOUR', groupBy: ['model', 'subject'] });
    const large = await sdk.meters.query(slug, { subject: [subject], filterGroupBy: { model: 'large' } });

    assert.deepEqual(
      answer.data.map(({ value, subject: whose, groupBy }) => [groupBy.model, whose, value]).sort(),
      [['large', subject, 10], ['small', subject, 5]],
    );
    for (const { windowStart, windowEnd } of answer.data) assert.equal(windowEnd - windowStart, 3_600_000);
    assert.equal(large.data.reduce((sum, window) => sum + window.value, 0), 10);
    assert.deepEqual((await sdk.meters.listGroupByValues(slug, 'model')).filter(model => model !== 'gpt-4').sort(), ['large', 'small']);
    assert.ok((await shop.metering('GET', `/api/v1/meters/${slug}/subjects`)).includes(subject));
  });

  it('hears of an event that is none, and nothing of its batch is taken', async () => {
    const subject = `bad-${run}`;
    const bad = { ...event(subject, 1), subject: '' };

    await assert.rejects(sdk.events.ingest([event(subject, 40), bad]), refusal => {
      assert.equal(refusal.status, 400);
      assert.equal(refusal.type, '/problems/invalid-event');
      assert.equal(refusal.getField('errors')[0].pointer, '/1/subject');
      return true;
    });

    await countedFinally(subject, 0);
  });

  it('is refused without an access token', async () => {
    const nobody = new OpenMeter({ baseUrl: stack.metering.url, apiKey: 'secret' });

    await assert.rejects(nobody.events.ingest(event('x', 1)), { status: 401, type: '/problems/access-token-refused' });
  });
});

describe('CloudEvents over HTTP', () => {
  it('count alike in binary, structured, batch and plain JSON', async () => {
    const subject = `modes-${run}`;
    const binary = event(subject, 1);
    const attributes = {
      'ce-id': binary.id,
      'ce-source': binary.source,
      'ce-specversion': '1.0',
      'ce-type': type,
      'ce-subject': subject,
      'ce-time': binary.time.toISOString(),
    };

    const answers = [
      await post('/v1/events', { ...attributes, 'content-type': 'application/json' }, JSON.stringify(binary.data)),
      await post('/v1/events', { 'content-type': 'application/cloudevents+json; charset=utf-8' }, structured(event(subject, 10))),
      await post('/v1/events', { 'content-type': 'application/cloudevents-batch+json' }, `[${structured(event(subject, 100))}]`),
      await post('/v1/events', { 'content-type': 'application/json' }, structured(event(subject, 1000))),
      // The first once more, in the other mode: the same event.
      await post('/v1/events', { 'content-type': 'application/cloudevents+json' }, structured(binary)),
    ];

    assert.deepEqual(answers.map(({ status }) => status), [202, 202, 202, 202, 202]);
    await counted(subject, 1111);
    await countedFinally(subject, 1111);
  });

  it('that claim to be funded or paid are treated as any other', async () => {
    const subject = `claims-${run}`;
    const claims = { funding: 'call', paid: true, hold: randomUUID(), 'ts-funding': 'call' };
    const sent = event(subject, 11, { data: { tokens: 11, model: 'gpt-4', ...claims }, tsfunding: 'call', funding: 'call' });

    const { status } = await post(
      '/v1/events',
      { 'content-type': 'application/cloudevents+json', 'ts-funding': 'call', 'ts-hold': randomUUID() },
      structured(sent),
    );

    assert.equal(status, 202);
    await counted(subject, 11);
    const { readings } = await shop.metering('GET', `/v1/readings?meter=${slug}&subject=${subject}`);
    assert.deepEqual(readings.map(({ funding }) => funding.toLowerCase()), ['account']);
  });

  it('that pretend to come from the gateway are refused', async () => {
    const sent = event('did:pkh:eip155:84532:0x0000000000000000000000000000000000000001', 5, { source: `/gateway/${stack.tenant}` });

    const { status, body } = await post('/v1/events', { 'content-type': 'application/cloudevents+json' }, structured(sent));

    assert.equal(status, 400);
    assert.equal(body.errors[0].pointer, '/source');
  });

  it('in a batch are taken as far as they are good; the others are named by their index', async () => {
    const subject = `some-${run}`;
    await knownToIngest();
    const batch = [
      event(subject, 4),
      { ...event(subject, 4), id: undefined },
      event(subject, 'many'),
      event(subject, 6),
      event(subject, 9, { time: new Date(Date.now() - 60 * 86_400_000) }),
    ];

    const { status, body } = await post(
      '/v1/events',
      { 'content-type': 'application/cloudevents-batch+json' },
      `[${batch.map(structured).join()}]`,
    );

    assert.equal(status, 202, JSON.stringify(body));
    assert.equal(body.accepted, 2);
    assert.deepEqual(body.refused.map(({ index }) => index), [1, 2, 4]);
    assert.deepEqual(body.refused.map(({ errors }) => errors[0].pointer), ['/id', '/data', '/time']);
    await counted(subject, 10);
    await countedFinally(subject, 10);
  });

  it('with the id of another event do not count and become a dead letter', async () => {
    const subject = `other-${run}`;
    const first = event(subject, 30);
    await sdk.events.ingest(first);
    await counted(subject, 30);

    await sdk.events.ingest({ ...first, data: { tokens: 31, model: 'gpt-4' } });

    await countedFinally(subject, 30);
    const letters = await shop.metering('GET', '/v1/dead-letters');
    assert.ok(letters.deadLetters.some(letter => letter.eventId === first.id), JSON.stringify(letters).slice(0, 400));
  });

  const malformed = {
    'no JSON': ['application/cloudevents+json', '{"id":', 400, '/problems/malformed-json'],
    'an unknown media type': ['text/csv', 'a,b', 415, '/problems/unsupported-media-type'],
    'no event': ['application/cloudevents+json', '{}', 400, '/problems/invalid-event'],
    'a key twice': ['application/cloudevents+json', '{"id":"1","id":"2"}', 400, undefined],
    'more than may be sent at once': ['application/json', ' '.repeat(5_000_000), 413, '/problems/body-too-large'],
  };
  for (const [what, [mediaType, body, status, problem]] of Object.entries(malformed)) {
    it(`that are ${what} are refused with a problem`, async () => {
      const answer = await post('/v1/events', { 'content-type': mediaType }, body);

      assert.equal(answer.status, status, JSON.stringify(answer.body));
      if (problem) assert.equal(answer.body.type, problem);
    });
  }

  /** Until ingest knows the meter a value that cannot be counted is taken in, and becomes a dead letter. */
  const knownToIngest = () =>
    until('ingest knows the meter', KNOWN_SECONDS, async () => {
      const { status } = await post('/v1/events', { 'content-type': 'application/cloudevents+json' }, structured(event('x', 'many')));
      return { done: status === 400, value: status };
    });
});
