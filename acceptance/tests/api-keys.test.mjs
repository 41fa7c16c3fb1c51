// API keys as foreign software uses them: OpenMeter's SDK takes one as its key, everything else sends a header.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import { OpenMeter } from '@openmeter/sdk';
import { call, until } from '../lib/http.mjs';
import { openShop, people, stack } from './stack.mjs';

const COUNTED_SECONDS = 60;
const HEARD_SECONDS = 10;
const REFUSED_MS = 1000;

const run = randomUUID().slice(0, 8);
const type = `keyed-${run}`;
const slug = `keyed_${run}`;
const keysUrl = `${stack.identity.url}/v1/tenants/${stack.tenant}/api-keys`;
const METERS = `${stack.metering.url}/api/v1/meters`;
const RATES = `${stack.billing.url}/v1/rate-cards`;

let owner;
before(async () => {
  ({ owner } = await openShop());
});

async function make(maker, body) {
  const token = await maker.token('identity-service', 'api-keys:write');
  return call('POST', keysUrl, { token, body });
}

async function revoke(maker, id) {
  const token = await maker.token('identity-service', 'api-keys:write');
  return call('DELETE', `${keysUrl}/${id}`, { token });
}

const ask = (url, headers, options) => fetch(url, { ...options, headers });
const withKey = (url, key) => ask(url, { 'x-api-key': key });

/** A key that both services have heard of. */
async function usable(maker, body, urls = [METERS, RATES]) {
  const made = await make(maker, body);
  for (const url of urls) {
    await until(`${url} knows the key`, HEARD_SECONDS, async () => {
      const { status } = await withKey(url, made.key);
      return { done: status === 200, value: status };
    });
  }
  return made;
}

const problem = async answer => ({ status: answer.status, ...(await answer.json()) });

describe("OpenMeter's SDK with an API key", () => {
  it('makes a meter, reports an event and queries it', async () => {
    const { key } = await usable(owner, { name: 'SDK', roles: ['owner'] });
    const sdk = new OpenMeter({ baseUrl: stack.metering.url, apiKey: key });
    const subject = `customer-${run}`;

    await sdk.meters.create({ slug, aggregation: 'SUM', eventType: type, valueProperty: '$.tokens' });
    await sdk.events.ingest({ id: randomUUID(), source: 'keyed', specversion: '1.0', type, subject, time: new Date(), data: { tokens: 42 } });

    await until('the event is counted', COUNTED_SECONDS, async () => {
      const { data } = await sdk.meters.query(slug, { subject: [subject] });
      const value = data.reduce((sum, window) => sum + window.value, 0);
      return { done: value === 42, value };
    });
  });
});

describe('an API key', () => {
  it('has the published form, and a checksum that anyone computes', async () => {
    const { key, apiKey } = await make(owner, { name: 'form' });

    assert.match(key, /^tsk_[0-9a-f]{16}_[A-Za-z0-9_-]{43}[0-9a-f]{8}$/);
    assert.equal(crc32(key.slice(0, -8)).toString(16).padStart(8, '0'), key.slice(-8));
    assert.ok(key.startsWith(apiKey.prefix));
    const token = await owner.token('identity-service', 'api-keys:read');
    assert.ok(!JSON.stringify(await call('GET', keysUrl, { token })).includes(key.slice(21, 64)), 'is not shown again');
  });

  it('is taken by metering-service and billing-service, in either header, and says what is left', async () => {
    const { key } = await usable(owner, { requestsPerMinute: 5000 });

    for (const url of [METERS, RATES]) {
      assert.equal((await ask(url, { authorization: `Bearer ${key}` })).status, 200);
      const answer = await ask(url, { 'x-api-key': key, authorization: `Bearer ${key}` });
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('ratelimit-policy'), /^"key";q=5000;w=60, "tenant";q=\d+;w=60$/);
      assert.match(answer.headers.get('ratelimit'), /^"key";r=49\d\d;t=\d+, /);
    }
  });

  it('of a client reads its own only', async () => {
    const client = await people.join('a client', 'client', ['client']);
    const stranger = await people.join('another', 'client', ['client']);
    const { key } = await usable(client, {}, [RATES]);
    const of = did => withKey(`${stack.billing.url}/v1/accounts/${encodeURIComponent(did)}`, key);

    assert.notEqual((await of(client.did)).status, 403);
    assert.equal((await of(stranger.did)).status, 403);
  });

  it('that was revoked is refused by metering-service and billing-service within a second', async () => {
    const { key, apiKey } = await usable(owner, {});

    await revoke(owner, apiKey.id);
    const since = Date.now();
    let statuses = [];
    while (Date.now() - since < REFUSED_MS && statuses.join() !== '401,401') {
      statuses = await Promise.all([METERS, RATES].map(async url => (await withKey(url, key)).status));
    }

    assert.deepEqual(statuses, [401, 401]);
    assert.ok(Date.now() - since < REFUSED_MS, `after ${Date.now() - since} ms`);
  });

  it('with a wrong checksum is refused with words that say so', async () => {
    const { key } = await make(owner, {});
    const mistyped = key.slice(0, -1) + (key.endsWith('0') ? '1' : '0');

    const refused = await problem(await withKey(METERS, mistyped));

    assert.equal(refused.status, 401);
    assert.equal(refused.type, '/problems/api-key-refused');
    assert.match(refused.detail, /checksum/);
  });

  it('beside another credential, or in a URL, is refused', async () => {
    const { key } = await usable(owner, {});
    const token = await owner.token('metering-service', 'usage:read');

    for (const answer of [
      await ask(METERS, { 'x-api-key': key, authorization: `Bearer ${token}` }),
      await ask(`${METERS}?api_key=${key}`, {}),
      await ask(`${METERS}?api_key=${key}`, { 'x-api-key': key }),
    ]) {
      const refused = await problem(answer);
      assert.equal(refused.status, 401);
      assert.equal(refused.type, '/problems/credentials-misplaced');
    }
  });

  it('makes no API key, and nobody an owner', async () => {
    const { key } = await make(owner, { roles: ['owner'] });
    const post = (path, body) =>
      ask(`${stack.identity.url}/v1/tenants/${stack.tenant}/${path}`, { 'x-api-key': key, 'content-type': 'application/json' }, {
        method: 'POST',
        body: JSON.stringify(body),
      });

    await until('identity-service knows the key', HEARD_SECONDS, async () => {
      const { status } = await withKey(`${stack.identity.url}/v1/tenants/${stack.tenant}/grants`, key);
      return { done: status === 200, value: status };
    });
    assert.equal((await post('api-keys', {})).status, 403);
    assert.equal((await post('identities', { did: owner.did, kind: 'provider', roles: ['owner'], name: 'x' })).status, 403);
  });

  it('over its limit is told to wait', async () => {
    const { key } = await usable(owner, { requestsPerMinute: 10 }, [METERS]);

    let answer;
    for (let i = 0; i < 60 && answer?.status !== 429; i++) answer = await withKey(METERS, key);

    assert.equal(answer.status, 429);
    assert.match(answer.headers.get('retry-after'), /^[1-6]$/);
    assert.match(answer.headers.get('ratelimit'), /^"key";r=0;t=[1-6]$/);
    assert.equal((await answer.json()).type, '/problems/too-many-requests');
  });
});
