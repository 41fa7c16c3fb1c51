// Every service is rolled out under load, two replicas each, as a Deployment does it: nobody who uses it sees a failed
// request, nothing is lost or doubled, no nonce is used twice. A client here tries once and keeps its connections, as
// most do. With a stack that started from another version, the versions run side by side, and one is taken back.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { withDatabase } from '../lib/events.mjs';
import { call, until } from '../lib/http.mjs';
import { FIXED_CALLS } from '../lib/shop.mjs';
import { chain, openShop, people, readStack, stack } from './stack.mjs';
import { URL_CHAT, URL_EMBEDDINGS, booksOf, chat, chatPrice, embedding, openClient } from './wire.mjs';

const SERVICES = ['identity', 'metering', 'billing'];
const FUNDS = 20_000_000n;
const EXACT_PRICE = BigInt(FIXED_CALLS[0].units);
const CHANNELS = 3;
const SENDERS = 2;
const BATCH = 20;
const REPLICAS = 2;
const ROLLOUT_SECONDS = 300;
const COUNTED_SECONDS = 90;
const BOOKED_SECONDS = 120;
const SETTLED_SECONDS = 240;
/** How long each of the load's loops rests between two requests: the stack has two cores, and compiles its code anew. */
const REST_MS = 150;
const SETTLE_EVERY_MS = 2_000;

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

const run = randomUUID().slice(0, 8);
const slug = `rolling_${run}`;
const type = `rolling-${run}`;

/** Requests that were made, and those that failed, by what asked. */
class Load {
  #loops = [];
  #ends = false;
  made = {};
  failed = [];

  /** Repeats `request` until {@link end}; one that throws has failed. */
  repeat(name, rest, request) {
    this.made[name] ??= 0;
    this.#loops.push(this.#loop(name, rest, request));
  }

  async #loop(name, rest, request) {
    for (let n = 0; !this.#ends; n++) {
      const start = Date.now();
      try {
        await request(n);
        this.made[name] += 1;
      } catch (error) {
        this.failed.push(`${name} at ${new Date(start).toISOString()}, ${Date.now() - start} ms: ${error.message} ${error.cause ?? ''}`);
      }
      await pause(rest);
    }
  }

  async end() {
    this.#ends = true;
    await Promise.all(this.#loops);
  }
}

let shop;
let provider;
let reporter;
let load;
const payers = [];
const usage = { events: 0, tokens: 0 };

async function newPayer(exact) {
  const account = await chain.newPayer(FUNDS);
  const client = openClient(account, exact ? ['exact'] : undefined);
  const payer = { account, exact, answers: [] };
  payers.push(payer);
  payer.buy = async n => {
    const answer = await (exact ? client.pay(URL_EMBEDDINGS, embedding(n)) : client.pay(URL_CHAT, chat(n)));
    if (answer.status !== 200) throw new Error(`${answer.status} ${JSON.stringify(answer.body ?? answer.required).slice(0, 300)}`);
    payer.answers.push(answer);
  };
}

async function report(sender, n) {
  const events = Array.from({ length: BATCH }, (_, i) => ({
    id: `${sender}-${n}-${i}`,
    source: `/rolling/${run}`,
    specversion: '1.0',
    type,
    subject: `rolling-${run}`,
    data: { tokens: 1 + ((sender + n + i) % 9) },
  }));
  const answer = await call('POST', `${stack.metering.url}/v1/events`, {
    token: await reporter.token('metering-service', 'usage:write'),
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: events,
  });
  assert.equal(answer.accepted, BATCH);
  usage.events += BATCH;
  usage.tokens += events.reduce((sum, { data }) => sum + data.tokens, 0);
}

async function rollOut(service, previous = false) {
  const before = readStack()[service].replicas.map(({ pid }) => pid);
  const answer = await fetch(`${stack.launcher.control}/rollouts/${service}${previous ? '/previous' : ''}`, {
    method: 'POST',
    signal: AbortSignal.timeout(ROLLOUT_SECONDS * 1000),
  });
  assert.equal(answer.status, 200, await answer.text());
  const after = readStack()[service].replicas.map(({ pid }) => pid);
  assert.equal(after.length, REPLICAS);
  assert.deepEqual(after.filter(pid => before.includes(pid)), [], 'every replica is a new process');
}

const owed = ({ exact, answers }) => answers.reduce((sum, answer) => sum + (exact ? EXACT_PRICE : chatPrice(answer)), 0n);

before(async () => {
  for (const service of SERVICES) assert.equal(readStack()[service].replicas.length, REPLICAS);
  ({ shop, provider } = await openShop());
  reporter = await people.join('a busy server', 'service', ['ingest']);
  await shop.metering('POST', '/api/v1/meters', { slug, aggregation: 'SUM', eventType: type, valueProperty: '$.tokens' });
  for (let i = 0; i < CHANNELS; i++) await newPayer(false);
  await newPayer(true);
  // One channel's client and one payer at a time; each opens its own connections.
  for (const payer of payers) await payer.buy(0);

  load = new Load();
  for (const payer of payers) load.repeat(payer.exact ? 'exact' : 'channel', REST_MS, n => payer.buy(n + 1));
  for (let sender = 0; sender < SENDERS; sender++) load.repeat('ingest', REST_MS, n => report(sender, n));
  load.repeat('token', REST_MS, () => reporter.ask('metering-service', 'usage:write'));
  load.repeat('query', REST_MS, () => shop.metering('GET', `/api/v1/meters/${slug}/query`));
  load.repeat('settle', SETTLE_EVERY_MS, () => shop.billing('POST', '/v1/settlements', {}));
});

describe('under load', () => {
  for (const service of SERVICES) {
    it(`${service}-service is rolled out`, () => rollOut(service));
  }

  if (stack.launcher.previous) {
    for (const service of SERVICES) {
      it(`${service}-service is taken back to the version before, and rolled out again`, async () => {
        await rollOut(service, true);
        await rollOut(service);
      });
    }
  }

  it('no request failed', async () => {
    await load.end();
    console.log(`requests: ${JSON.stringify(load.made)}`);
    assert.deepEqual(load.failed, []);
    for (const [name, made] of Object.entries(load.made)) assert.ok(made > 0, `${name} was asked for`);
  });

  it('every event is counted once', async () => {
    const seen = await until('all are counted', COUNTED_SECONDS, async () => {
      const value = await withDatabase(stack.postgres, 'metering', async db => {
        const records = await db.query('select count(*)::int n, count(distinct event_id)::int ids from usage_record where type = $1', [type]);
        const series = await db.query('select coalesce(sum(added), 0)::text total from series where meter = $1', [slug]);
        return { records: records.rows[0].n, ids: records.rows[0].ids, total: Number(series.rows[0].total) };
      });
      return { done: value.records >= usage.events && value.total >= usage.tokens, value };
    });
    assert.deepEqual(seen, { records: usage.events, ids: usage.events, total: usage.tokens });
  });

  it('every answered call is charged once', async () => {
    for (const payer of payers) {
      const books = await until(`every call of ${payer.account.address} is captured`, BOOKED_SECONDS, async () => {
        const value = await booksOf(payer.account.address);
        return { done: value.captured >= payer.answers.length && value.open === 0, value };
      });
      assert.deepEqual(
        [books.captured, books.payments, books.holds, books.capturedUnits],
        [payer.answers.length, payer.answers.length, payer.answers.length, owed(payer)],
      );
      if (payer.exact) assert.equal(await chain.tokens(payer.account.address), FUNDS - owed(payer));
      else assert.deepEqual([books.channels.length, books.channels[0].charged], [1, owed(payer)]);
    }
  });

  it('all is settled once', async () => {
    const channels = payers.filter(({ exact }) => !exact);
    const charged = channels.reduce((sum, payer) => sum + owed(payer), 0n);
    const single = payers.filter(({ exact }) => exact).reduce((sum, payer) => sum + owed(payer), 0n);
    const ids = await Promise.all(channels.map(async ({ account }) => (await booksOf(account.address)).channels[0].id));
    await until('all is final', SETTLED_SECONDS, async () => {
      await shop.billing('POST', '/v1/settlements', {});
      await pause(1_000);
      const views = await Promise.all(ids.map(id => shop.billing('GET', `/v1/channels/${id}`)));
      const claimed = views.reduce((total, { finallyClaimed }) => total + BigInt(finallyClaimed), 0n);
      return { done: claimed === charged, value: [claimed, charged] };
    });
    for (const [i, payer] of channels.entries()) assert.equal((await chain.channel(ids[i])).totalClaimed, owed(payer));
    assert.deepEqual(await chain.receiver(provider.address), { totalClaimed: charged, totalSettled: charged });
    assert.equal(await chain.tokens(provider.address), charged + single);
  });

  it('no nonce was used twice, and all that the signer sent is in the books', async () => {
    const signer = stack.settlement.address.toLowerCase();
    const { nonces, attempts } = await withDatabase(stack.postgres, 'billing', async db => ({
      nonces: (await db.query('select nonce::int, intent_key from chain_nonce where signer = $1 order by nonce', [signer])).rows,
      attempts: (await db.query('select hash, nonce::int, intent_key from chain_attempt where signer = $1', [signer])).rows,
    }));
    const intentOf = new Map(nonces.map(({ nonce, intent_key }) => [nonce, intent_key]));
    for (const attempt of attempts) assert.equal(attempt.intent_key, intentOf.get(attempt.nonce));

    const mined = [];
    for (let number = await chain.reads.getBlockNumber(); number >= 0n; number--) {
      const { transactions } = await chain.reads.getBlock({ blockNumber: number, includeTransactions: true });
      mined.push(...transactions.filter(({ from }) => from === signer));
    }
    const known = new Map(attempts.map(({ hash, nonce }) => [hash, nonce]));
    assert.ok(mined.length > 0);
    assert.deepEqual(mined.filter(({ hash, nonce }) => known.get(hash) !== nonce), []);
    assert.equal(new Set(mined.map(({ nonce }) => nonce)).size, mined.length);
    assert.equal(mined.length, await chain.reads.getTransactionCount({ address: signer }));
    const intents = mined.map(({ nonce }) => intentOf.get(nonce));
    assert.equal(new Set(intents).size, intents.length, 'nothing was done twice under two nonces');
  });

  it('and the books are level', async () => {
    await until('no rule is broken', BOOKED_SECONDS, async () => {
      const { rules } = await shop.billing('GET', '/v1/reconciliation');
      const value = rules.filter(rule => !rule.holds);
      return { done: value.length === 0, value };
    });
  });
});
