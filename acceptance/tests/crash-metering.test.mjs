// metering-service is killed under load, twice: whatever was acknowledged is counted, and once.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, it } from 'node:test';
import { withDatabase } from '../lib/events.mjs';
import { until } from '../lib/http.mjs';
import { kill, openShop, people, restarted, stack } from './stack.mjs';

const SENDERS = 8;
const BATCHES = 60;
const BATCH = 20;
const KILLS = 2;
const SEND_SECONDS = 150;
const COUNTED_SECONDS = 90;

const run = randomUUID().slice(0, 8);
const type = `crash-${run}`;
const slug = `crash_${run}`;
const subject = `crash-${run}`;

let shop;
let reporter;
before(async () => {
  ({ shop } = await openShop());
  reporter = await people.join('a busy server', 'service', ['ingest']);
  await shop.metering('POST', '/api/v1/meters', { slug, aggregation: 'SUM', eventType: type, valueProperty: '$.tokens' });
});

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Sends a batch until it is acknowledged, as a careful server does; counts how often it had to. */
async function deliver(batch, tally) {
  const body = JSON.stringify(batch);
  const deadline = Date.now() + SEND_SECONDS * 1000;
  while (Date.now() < deadline) {
    tally.tries += 1;
    try {
      const answer = await fetch(`${stack.metering.url}/v1/events`, {
        method: 'POST',
        signal: AbortSignal.timeout(15_000),
        headers: {
          authorization: `Bearer ${await reporter.token('metering-service', 'usage:write')}`,
          'content-type': 'application/cloudevents-batch+json',
        },
        body,
      });
      if (answer.status === 202) {
        tally.acknowledged += (await answer.json()).accepted;
        return;
      }
      tally.refusals.add(answer.status);
    } catch {
      tally.lost += 1;
    }
    await pause(200);
  }
  throw new Error(`a batch was not taken in ${SEND_SECONDS} s; statuses ${[...tally.refusals]}`);
}

async function send(sender, tally) {
  for (let n = 0; n < BATCHES; n++) {
    const batch = Array.from({ length: BATCH }, (_, i) => ({
      id: `${sender}-${n}-${i}`,
      source: `/crash/${run}`,
      specversion: '1.0',
      type,
      subject,
      data: { tokens: 1 + ((sender + n + i) % 9) },
    }));
    await deliver(batch, tally);
    tally.tokens += batch.reduce((sum, { data }) => sum + data.tokens, 0);
  }
}

it('every acknowledged event is counted once, though metering-service is killed while they come', async () => {
  const all = SENDERS * BATCHES * BATCH;
  const tally = { acknowledged: 0, tokens: 0, tries: 0, lost: 0, refusals: new Set() };
  const sending = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender, tally)));
  for (let n = 1; n <= KILLS; n++) {
    await until(`some events are acknowledged before kill ${n}`, SEND_SECONDS, async () => ({
      done: tally.acknowledged >= (n * all) / (KILLS + 2),
      value: tally.acknowledged,
    }));
    await restarted('metering', kill('metering'));
  }
  await sending;

  assert.equal(tally.acknowledged, all);
  assert.ok(tally.lost > 0, 'the kills met senders');
  const counted = () =>
    withDatabase(stack.postgres, 'metering', async db => {
      const records = await db.query('select count(*)::int n, count(distinct event_id)::int ids from usage_record where type = $1', [type]);
      const series = await db.query('select coalesce(sum(added), 0)::text total from series where meter = $1', [slug]);
      return { records: records.rows[0].n, ids: records.rows[0].ids, total: Number(series.rows[0].total) };
    });
  const seen = await until('all are counted', COUNTED_SECONDS, async () => {
    const value = await counted();
    return { done: value.records >= all, value };
  });
  assert.deepEqual(seen, { records: all, ids: all, total: tally.tokens });
  const { data } = await shop.metering('GET', `/api/v1/meters/${slug}/query?subject=${subject}`);
  assert.equal(data.reduce((sum, window) => sum + window.value, 0), tally.tokens);
});
