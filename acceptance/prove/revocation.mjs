// How soon a key or an identity that was withdrawn is refused, while a server is busy; and what happens without Kafka.
// ./tallystick prove revocation [quick] starts a stack for it; benchmarks/revocation/README.md says what is measured.
import { randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { Access } from '../lib/access.mjs';
import { didOfSeed, newDid } from '../lib/did.mjs';
import { call } from '../lib/http.mjs';
import { Credential, Load } from './load.mjs';

const { values: options } = parseArgs({
  options: {
    stack: { type: 'string' },
    turns: { type: 'string', default: '50' },
    rate: { type: 'string', default: '1000' },
  },
});
const TURNS = Number(options.turns);
const RATE = Number(options.rate);
const REGULAR_TURNS = Math.max(2, Math.round(TURNS / 10));
/** How long a withdrawn token goes on being sent, to see that it stays refused. */
const AFTER_MS = 1_500;
/** A withdrawal that is not seen by then has failed. */
const SEEN_MS = 10_000;
const WARM_MS = 20_000;
const SCOPE = 'usage:read';
const SERVICE = 'metering-service';

const stack = JSON.parse(readFileSync(options.stack, 'utf8'));
const slug = `load_${randomUUID().slice(0, 8)}`;
const resource = `${stack.metering.url}/api/v1/meters/${slug}`;
const operator = new Access(stack.identity.url, didOfSeed(stack.operator.keyFile));

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const encoded = value => Buffer.from(JSON.stringify(value)).toString('base64url');

function jws(header, claims, key) {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** With a token of its own each time: what the operator withdraws, withdraws its own tokens too. */
async function administer(method, path, body) {
  const deadline = Date.now() + SEEN_MS;
  for (;;) {
    const { access_token: token } = await operator.ask('identity-service', 'tenants:write identities:write keys:write');
    const asked = Date.now();
    try {
      await call(method, stack.identity.url + path, { token, body });
      return { asked };
    } catch (error) {
      // The new key is not known everywhere yet, identity-service included.
      if (error.status !== 401 || Date.now() > deadline) throw error;
      await pause(100);
    }
  }
}

/** When it was asked for, in the try that succeeded, and when it was answered: it was committed in between. */
async function timed(method, path, body) {
  const { asked } = await administer(method, path, body);
  return { asked, committed: Date.now() };
}

/** Somebody who reads the tenant's usage. */
async function newReader() {
  const holder = newDid();
  await administer('POST', `/v1/tenants/${stack.tenant}/identities`, {
    did: holder.did,
    kind: 'provider',
    roles: ['owner'],
    name: 'reader',
  });
  return holder;
}

let nonce;

/** An access token that is bound to the holder's key. */
async function credential(holder, again = true) {
  const url = `${stack.identity.url}/token`;
  const now = Math.floor(Date.now() / 1000);
  const { kty, crv, x } = holder.jwk;
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      dpop: jws(
        { typ: 'dpop+jwt', alg: 'EdDSA', jwk: { kty, crv, x } },
        { htm: 'POST', htu: url, iat: now, jti: randomUUID(), ...(nonce && { nonce }) },
        holder.privateKey,
      ),
    },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: jws(
        { alg: 'EdDSA', typ: 'JWT', kid: holder.kid },
        { iss: holder.did, sub: holder.did, aud: stack.identity.url, exp: now + 50, jti: randomUUID() },
        holder.privateKey,
      ),
      resource: SERVICE,
      scope: SCOPE,
      tenant: stack.tenant,
    }),
  });
  nonce = answer.headers.get('dpop-nonce') ?? nonce;
  const body = await answer.json();
  if (again && body.error === 'use_dpop_nonce') return credential(holder, false);
  // A key that was withdrawn in this very moment: the next one signs.
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${JSON.stringify(body)}`);
  return new Credential({ token: body.access_token, holder, url: resource });
}

async function seen(what, condition, why = () => '') {
  const deadline = Date.now() + SEEN_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${SEEN_MS} ms ${why()}`);
    await pause(5);
  }
}

function spread(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = share => Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]);
  return { median: at(0.5), p99: at(0.99), worst: Math.round(sorted.at(-1)) };
}

const rows = [];
let broken = 0;

function report(what, times, note) {
  const { median, p99, worst } = spread(times);
  rows.push(`| ${what} | ${times.length} | ${median} ms | ${p99} ms | ${worst} ms | ${note} |`);
  console.log(`${what}: ${times.length} times, median ${median} ms, p99 ${p99} ms, worst ${worst} ms; ${note}`);
}

function check(what, holds) {
  if (holds) return;
  broken += 1;
  console.log(`BROKEN: ${what}`);
}

const reader = await newReader();
await call('POST', `${stack.metering.url}/api/v1/meters`, {
  token: await new Access(stack.identity.url, reader).token(SERVICE, 'meters:write'),
  body: { slug, aggregation: 'COUNT', eventType: 'load' },
});

const load = new Load(resource, { rate: RATE });
let current = await credential(reader);
load.credentials = [current];
await pause(WARM_MS);
console.log(`${load.rate} requests/s after ${WARM_MS / 1000} s, ${current.refused} refused`);

/** Withdraws what `old` rests on, while it is sent; answers how long it was taken after that was asked for. */
async function withdrawn(old, withdraw) {
  old.restart();
  const { asked, committed } = await withdraw();
  await seen('the refusal', () => old.firstRefused < Infinity);
  await pause(AFTER_MS);
  check(`${old.acceptedAfterRefusal} requests were taken after one was refused (${old.why})`, old.acceptedAfterRefusal === 0);
  return { sinceAsked: old.lastAccepted - asked, sinceCommitted: old.lastAccepted - committed };
}

// A key that became known to someone: all that it signed is refused.
const rotated = [];
const again = [];
for (let turn = 0; turn < TURNS; turn++) {
  const old = current;
  // A key that was made in the turn before may not be known yet.
  await seen('the key of the turn before', () => old.firstAccepted, () => `(${old.why}, ${[...old.failed]})`);
  rotated.push(
    await withdrawn(old, async () => {
      const times = await timed('POST', '/v1/keys/rotate', { compromised: true });
      current = await credential(reader);
      load.credentials = [old, current];
      void seen('the new key', () => current.firstAccepted).then(
        () => again.push(current.firstAccepted - times.committed),
        () => {},
      );
      return times;
    }),
  );
  load.credentials = [current];
}
report('a withdrawn key was last taken, after the request for it', rotated.map(({ sinceAsked }) => sinceAsked), 'none later');
report('… after the answer to it', rotated.map(({ sinceCommitted }) => sinceCommitted), '');
report('a token of the new key was first taken', again, 'for so long a good token is refused, after a withdrawal only');

// A key whose time has come: nobody notices.
await seen('the last key', () => current.firstAccepted);
for (let turn = 0; turn < REGULAR_TURNS; turn++) {
  const before = current;
  before.restart();
  await administer('POST', '/v1/keys/rotate', { compromised: false });
  await pause(3_000);
  current = await credential(reader);
  load.credentials = [before, current];
  await pause(2_000);
  check(`${before.refused} good requests were refused in a rotation (${before.why})`, before.refused === 0);
  check(`${current.refused} good requests were refused in a rotation (${current.why})`, current.refused === 0);
}
console.log(`${REGULAR_TURNS} rotations without withdrawal: nothing refused`);

// An identity that was revoked.
const revoked = [];
for (let turn = 0; turn < TURNS; turn++) {
  const holder = await newReader();
  const old = await credential(holder);
  load.credentials = [current, old];
  await seen('the new identity', () => old.firstAccepted);
  revoked.push(
    await withdrawn(old, () => timed('DELETE', `/v1/tenants/${stack.tenant}/identities/${encodeURIComponent(holder.did)}`)),
  );
  load.credentials = [current];
  // Tokens end after five minutes.
  if (turn % 20 === 19) load.credentials = [(current = await credential(reader))];
}
report('a revoked identity was last taken, after the request for it', revoked.map(({ sinceAsked }) => sinceAsked), 'none later');

// Kafka is in the launcher's process: it hangs while that is stopped.
const steady = await credential(reader);
load.credentials = [steady];
await pause(2_000);
check(`${steady.refused} refused before Kafka was stopped (${steady.why})`, steady.refused === 0);
const stopped = Date.now();
process.kill(stack.launcher.pid, 'SIGSTOP');
let silent;
try {
  await seen('the refusal without Kafka', () => steady.firstRefused < Infinity);
  silent = steady.lastAccepted - stopped;
  await pause(5_000);
  check(`${steady.acceptedAfterRefusal} requests were taken without Kafka`, steady.acceptedAfterRefusal === 0);
} finally {
  process.kill(stack.launcher.pid, 'SIGCONT');
}
const continued = Date.now();
await seen('recovery', () => steady.lastAccepted > continued);
const recovered = steady.lastAccepted - continued;
rows.push(`| without Kafka, a request was last taken after | 1 | ${silent} ms | | | bound: 5 s and a heartbeat; then 503 (${steady.why}) |`);
rows.push(`| … and again after it came back | 1 | ${recovered} ms | | | no restart |`);
console.log(`without Kafka: last taken after ${silent} ms, then "${steady.why}"; again ${recovered} ms after it came back`);
check(`requests were taken ${silent} ms after Kafka had stopped`, silent < 7_000);

load.close();
const failures = [steady, current].flatMap(({ failed }) => [...failed]);
check(`requests failed: ${JSON.stringify(failures)}`, failures.length === 0);
console.log(`
${load.made} requests, ${load.rate}/s of ${RATE}/s asked for, ${load.heldBack} not sent because 128 were under way;
${cpus().length} cores of ${cpus()[0].model}, ${new Date().toISOString().slice(0, 10)}, Node ${process.version}, JVM services.

| | times | median | p99 | worst | |
|---|---|---|---|---|---|
${rows.join('\n')}
`);
process.exit(broken === 0 ? 0 : 1);
