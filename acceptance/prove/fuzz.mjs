// Sends a service what nobody should send: no answer of 5xx, none that stays out, memory that does not grow, and afterwards it
// still counts a good event once. ./tallystick prove fuzz starts a stack for it.
import { Agent, request } from 'node:http';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { call, until } from '../lib/http.mjs';
import { People, Shop } from '../lib/shop.mjs';
import { Hostile } from './fuzz/hostile.mjs';

const { values: options } = parseArgs({
  options: {
    stack: { type: 'string' },
    requests: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    /** Sends this one only, and shows what was sent and answered. */
    only: { type: 'string' },
  },
});
const REQUESTS = Number(options.requests);
const AT_ONCE = 16;
const ANSWER_MS = 20_000;
const SHOWN = 20;
/** Memory is judged from this many requests on: before that a JVM has not met its bounds. */
const MEMORY_FROM = 20_000;
/** What may come on top between a quarter of the requests and their end; a leak of 2 kB a request would be 150 MB of 100,000. */
const MORE_MB = 64;

const stack = JSON.parse(readFileSync(options.stack, 'utf8'));
const people = new People(stack);
const owner = await people.join('Acme', 'provider', ['owner']);
const shop = new Shop(stack, owner);
const token = () => owner.token('metering-service', 'meters:write usage:read usage:write');
const document = await call('GET', `${stack.metering.managementUrl}/q/openapi?format=json`);
const hostile = new Hostile(document, Number(options.seed));
const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
const { hostname, port } = new URL(stack.metering.url);

/** `{ status, text }`; a connection that the service closes is an answer to what is no HTTP, a silence is not. */
async function sent({ method, path, headers, body, chunked }) {
  const authorization = headers.authorization === 'token' ? `Bearer ${await token()}` : headers.authorization;
  return new Promise((resolve, reject) => {
    let asked;
    try {
      const length = body && !chunked ? { 'content-length': body.length } : {};
      asked = request({ hostname, port, method, path, agent, headers: { ...headers, authorization, ...length } });
    } catch {
      // Node itself refuses to send it.
      resolve({ status: 0, text: '' });
      return;
    }
    const late = setTimeout(() => {
      reject(new Error(`no answer in ${ANSWER_MS / 1000} s`));
      asked.destroy();
    }, ANSWER_MS);
    asked.on('response', answer => {
      const parts = [];
      answer.on('data', part => parts.push(part));
      answer.on('close', () => {
        clearTimeout(late);
        resolve({ status: answer.statusCode, text: Buffer.concat(parts).toString() });
      });
    });
    asked.on('error', error => {
      clearTimeout(late);
      resolve({ status: 0, text: error.code ?? error.message });
    });
    asked.end(body);
  });
}

if (options.only) {
  const one = hostile.request(Number(options.only));
  console.log({ ...one, body: one.body?.toString().slice(0, 2_000) });
  console.log(await sent(one));
  process.exit(0);
}

/** Resident memory of the process, in MB; 0 where it cannot be read. */
function residentMb() {
  try {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${stack.metering.pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return 0;
  }
}

const pidBefore = stack.metering.pid;
const statuses = new Map();
const broken = [];
let quarterMb = 0;
let next = 0;
const start = Date.now();
async function sender() {
  while (next < REQUESTS) {
    const number = next++;
    if (number === Math.floor(REQUESTS / 4)) quarterMb = residentMb();
    const one = hostile.request(number);
    try {
      const { status, text } = await sent(one);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status >= 500) broken.push(`${number}: ${one.method} ${one.path.slice(0, 200)} answered ${status}: ${text.slice(0, 300)}`);
    } catch (error) {
      broken.push(`${number}: ${one.method} ${one.path.slice(0, 200)}: ${error.message}`);
    }
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, sender));
const endMb = residentMb();
agent.destroy();

// It is the same process, and what is good still goes through: nothing that was sent holds the log's readers up.
const { pid } = JSON.parse(readFileSync(options.stack, 'utf8')).metering;
if (pid !== pidBefore) broken.push(`metering-service ended: process ${pidBefore} is now ${pid}`);
const run = randomUUID().slice(0, 8);
await shop.metering('POST', '/api/v1/meters', { slug: `after_${run}`, aggregation: 'COUNT', eventType: `after-${run}` });
for (let i = 0; i < 12; i++) {
  await shop.metering('POST', '/v1/events', { specversion: '1.0', id: `${run}-${i}`, source: 'after', type: `after-${run}`, subject: `after-${run}-${i}` });
}
await until('good events are counted afterwards', 60, async () => {
  const { data } = await shop.metering('GET', `/api/v1/meters/after_${run}/query`);
  const value = data.reduce((sum, window) => sum + window.value, 0);
  return { done: value === 12, value };
});

const seconds = (Date.now() - start) / 1000;
const said = [...statuses].sort(([one], [other]) => one - other).map(([status, times]) => `${status === 0 ? 'closed' : status} ${times}`);
console.log(`${REQUESTS} requests over ${hostile.operations} operations in ${seconds.toFixed(0)} s, seed ${options.seed}: ${said.join(', ')}`);
if (quarterMb > 0) console.log(`resident memory ${quarterMb.toFixed(0)} MB after a quarter, ${endMb.toFixed(0)} MB at the end`);
if (REQUESTS >= MEMORY_FROM && endMb - quarterMb > MORE_MB) broken.push(`memory grew by ${(endMb - quarterMb).toFixed(0)} MB`);
for (const line of broken.slice(0, SHOWN)) console.log(`BROKEN ${line}`);
if (broken.length > 0) console.log(`${broken.length} in all; --only <number> sends one again`);
process.exit(broken.length > 0 ? 1 : 0);
