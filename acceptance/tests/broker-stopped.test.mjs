// The broker stands still while far more is sent than metering-service could hold: what it holds stays within its bound, every
// sender is told in time to come back, and nothing is left when the broker goes on.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { before, it } from 'node:test';
import { until } from '../lib/http.mjs';
import { openShop, people, readStack, stack } from './stack.mjs';

const REQUESTS = 250;
/** Senders that end while they send. */
const GONE = 10;
const EVENTS = 20;
const EVENT_BYTES = 50_000;
/** Default of tallystick.usage.ingest.room.bytes, of which one tenant may have half. */
const ROOM_BYTES = 33_554_432;
/** Kafka's 10 s and a turn in the queue. */
const ANSWER_MS = 16_000;
const MORE_MB = 300;

const run = randomUUID().slice(0, 8);
let reporter;
before(async () => {
  await openShop();
  reporter = await people.join('many servers', 'service', ['ingest']);
});

const batchOf = n =>
  JSON.stringify(
    Array.from({ length: EVENTS }, (_, i) => ({
      specversion: '1.0', id: `${run}-${n}-${i}`, source: '/stopped', type: `stopped-${run}`, subject: 's', data: 'x'.repeat(EVENT_BYTES),
    })),
  );

const metric = async name => {
  const text = await (await fetch(`${stack.metering.managementUrl}/q/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec(text)?.[1]);
};

const residentMb = () => Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${readStack().metering.pid}/status`, 'utf8'))[1]) / 1024;

/** One who sends the head and half of the body, waits a second, and is gone. */
function leave(agent, token, body) {
  return new Promise(resolve => {
    const asked = request(`${stack.metering.url}/v1/events`, {
      agent,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents-batch+json', 'content-length': Buffer.byteLength(body) },
    });
    asked.on('error', () => resolve());
    asked.write(body.slice(0, body.length / 2));
    setTimeout(() => {
      asked.destroy();
      resolve();
    }, 1_000);
  });
}

function post(agent, token, body) {
  const start = Date.now();
  return new Promise((resolve, reject) => {
    const asked = request(`${stack.metering.url}/v1/events`, {
      agent,
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents-batch+json', 'content-length': Buffer.byteLength(body) },
    });
    asked.on('response', answer => {
      answer.resume();
      resolve({ status: answer.statusCode, retryAfter: answer.headers['retry-after'], ms: Date.now() - start });
    });
    // An answer that came before the body was sent may be followed by the end of the connection.
    asked.on('error', reject);
    asked.end(body);
  });
}

it('holds no more than its room, and tells every sender to come back', async () => {
  const { pid } = readStack().metering;
  const token = await reporter.token('metering-service', 'usage:write');
  const agent = new Agent({ keepAlive: false });
  const small = JSON.stringify([{ specversion: '1.0', id: `${run}-warm`, source: '/stopped', type: `stopped-${run}`, subject: 's' }]);
  assert.equal((await post(agent, token, small)).status, 202);
  const before = residentMb();
  let most = 0;
  let held = 0;
  let waiting = 0;
  let answers;
  process.kill(stack.kafka.pid, 'SIGSTOP');
  const look = setInterval(async () => {
    most = Math.max(most, residentMb());
    held = Math.max(held, await metric('tallystick_ingest_held_bytes'));
    waiting = Math.max(waiting, await metric('tallystick_ingest_requests_waiting'));
  }, 200);
  try {
    const gone = Promise.all(Array.from({ length: GONE }, (_, n) => leave(agent, token, batchOf(`gone-${n}`))));
    answers = await Promise.all(
      Array.from({ length: REQUESTS }, (_, n) => post(agent, token, batchOf(n)).catch(error => ({ error: error.code ?? error.message }))),
    );
    await gone;
  } finally {
    clearInterval(look);
    process.kill(readStack().kafka.pid, 'SIGCONT');
  }

  const statuses = new Set(answers.map(({ status, error }) => status ?? error));
  assert.deepEqual([...statuses], [503], 'every sender has an answer');
  assert.ok(answers.every(({ retryAfter }) => Number(retryAfter) >= 1));
  const latest = Math.max(...answers.map(({ ms }) => ms));
  assert.ok(latest < ANSWER_MS, `the last answer came after ${latest} ms`);
  assert.ok(held > 0 && held <= ROOM_BYTES / 2, `${held} bytes were held`);
  assert.ok(waiting > 0, 'some waited unread');
  assert.ok(most - before < MORE_MB, `memory grew from ${before} to ${most} MB`);

  assert.equal(readStack().metering.pid, pid, 'it is the same process');
  await until('events are taken in again', 30, async () => {
    const { status } = await post(agent, await reporter.token('metering-service', 'usage:write'), batchOf(0)).catch(() => ({}));
    return { done: status === 202, value: status };
  });
  await until('nothing is held any more', 15, async () => {
    const value = await metric('tallystick_ingest_held_bytes');
    return { done: value === 0, value };
  });
});
