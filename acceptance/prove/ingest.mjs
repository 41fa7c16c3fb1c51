// Whether every acknowledged event is counted once, whatever dies meanwhile: seeded traffic against a running stack whose
// metering-service, broker and database are killed, stopped and slowed. ./tallystick prove ingest starts stacks for it;
// benchmarks/faults/README.md says what is done and counted.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { withDatabase } from '../lib/events.mjs';
import { People, Shop } from '../lib/shop.mjs';
import { Books, judge } from './ingest/books.mjs';
import { Faults } from './ingest/faults.mjs';
import { SUBJECTS, planOf } from './ingest/plan.mjs';
import { PLANTS } from './ingest/plants.mjs';
import { Results, seedsOf } from './ingest/results.mjs';
import { Traffic } from './ingest/traffic.mjs';

const { values: options } = parseArgs({
  options: {
    stack: { type: 'string' },
    seeds: { type: 'string', default: '1..20' },
    results: { type: 'string', default: 'target/prove-ingest.jsonl' },
    version: { type: 'string', default: 'unknown' },
    /** So many seeds at once: each is disturbed by the faults of the others, too. */
    lanes: { type: 'string', default: '4' },
    /** A breach of the rule, committed on purpose: the run must then fail. */
    plant: { type: 'string' },
    /** Only says how many seeds have not passed. */
    left: { type: 'boolean', default: false },
    /** Only sums up. */
    summary: { type: 'boolean', default: false },
  },
});

const results = new Results(options.results, options.version);
const seeds = seedsOf(options.seeds);

function summedUp() {
  const { text, passed } = results.summary(seeds);
  console.log(text);
  return passed ? 0 : 1;
}

if (options.left) {
  console.log(results.left(seeds).length);
  process.exit(0);
}
if (options.summary) process.exit(summedUp());
const plant = options.plant && PLANTS[options.plant];
if (options.plant && !plant) throw new Error(`--plant is one of ${Object.keys(PLANTS)}`);

const read = () => JSON.parse(readFileSync(options.stack, 'utf8'));
const stack = read();
const run = randomUUID().slice(0, 8);
const type = `proof-${run}`;
const slug = `proof_${run}`;
const people = new People(stack);
const shop = new Shop(stack, await people.join('Acme', 'provider', ['owner']));
const reporter = await people.join('a busy server', 'service', ['ingest']);
await shop.metering('POST', '/api/v1/meters', { slug, aggregation: 'SUM', eventType: type, valueProperty: '$.tokens' });

const token = () => reporter.token('metering-service', 'usage:write');
const books = new Books(stack, {
  slug,
  query: async subject => {
    const { data } = await shop.metering('GET', `/api/v1/meters/${slug}/query?subject=${subject}`);
    return data.reduce((sum, { value }) => sum + value, 0);
  },
});
const faults = new Faults(read);

const namesOf = seed => ({
  type,
  source: `/proof/${run}/${seed}`,
  subjects: Array.from({ length: SUBJECTS }, (_, i) => `proof-${run}-${seed}-${i}`),
});

/** Sends a seed's requests; what was acknowledged is judged when the log is read so far. */
async function attempted(seed) {
  const plan = planOf(seed);
  const names = namesOf(seed);
  const from = Date.now();
  const traffic = new Traffic(plan, { names, url: stack.metering.url, token, begin: fault => faults.begin(seed, fault) });
  await traffic.send();
  if (plant) await plant({ plan, names, traffic, books, database: use => withDatabase(stack.postgres, 'metering', use) });
  const to = Date.now();
  return { seed, plan, names, traffic, from, to, ends: await books.ends() };
}

async function judged({ seed, plan, names, traffic, from, to, ends }) {
  await books.read(ends);
  const expected = plan.events.filter(({ id }) => traffic.acknowledged.has(id));
  const { lost, doubled, wrong } = judge(expected, await books.held(names));
  const all = [...traffic.wrong, ...wrong];
  return {
    seed,
    at: new Date(from).toISOString(),
    seconds: (to - from) / 1000,
    passed: lost === 0 && doubled === 0 && all.length === 0,
    requests: plan.requests.length,
    events: expected.length,
    tries: traffic.tries,
    unanswered: traffic.unanswered,
    refused: traffic.refused,
    lost,
    doubled,
    wrong: all,
    happened: faults.between(from, to),
  };
}

function said(result) {
  const what = result.happened.map(({ what, seed, atMs, forMs }) => `${what}${seed === result.seed ? '' : ` (of ${seed})`} at ${atMs} ms${forMs ? ` for ${forMs}` : ''}`);
  const verdict = result.passed ? 'once each' : `FAILED: lost ${result.lost}, doubled ${result.doubled}; ${result.wrong.join('; ')}`;
  console.log(`seed ${result.seed}: ${result.events} events in ${result.seconds.toFixed(1)} s, ${verdict}; ${what.join(', ') || 'nothing happened'}`);
}

const waiting = results.left(seeds);
const done = [];
async function lane() {
  while (waiting.length > 0) done.push(await attempted(waiting.shift()));
}

// Judging is left to the background: a new reader waits until Kafka gives up the one that was killed.
const verdicts = new Map();
let sending = true;
async function judging() {
  for (let next = 0; sending || next < done.length; ) {
    if (next === done.length) {
      await new Promise(resolve => setTimeout(resolve, 100));
      continue;
    }
    const result = await judged(done[next++]);
    verdicts.set(result.seed, result);
    results.add(result);
    said(result);
  }
}

const lanes = Promise.all(Array.from({ length: Number(options.lanes) }, lane)).finally(() => {
  sending = false;
});
await Promise.all([lanes, judging()]);
await faults.over();

// Once more when all is quiet: what a producer still had in hand when its service was killed has arrived, too.
const last = await books.ends();
for (const attempt of done) {
  const result = await judged({ ...attempt, ends: last });
  const before = verdicts.get(result.seed);
  if (result.passed !== before.passed || result.lost !== before.lost || result.doubled !== before.doubled) {
    results.add({ ...result, wrong: [...result.wrong, 'it was judged otherwise before'], passed: false });
    said(result);
  }
}
if (faults.failures.length > 0) console.log(`faults that failed: ${faults.failures.join('; ')}`);
const code = summedUp();
process.exit(faults.failures.length > 0 ? 1 : code);
