#!/usr/bin/env node
// Access tokens as fast as identity-service of a running stack gives them: for benchmarks. Linux only.
//
//   TALLYSTICK_STACK_FILE=<stack.json> node token-load.mjs <seconds>
//
// Assertions are signed before the clock runs. Asked from many addresses, each of which is held to the rate that it has.
// Writes a line of JSON: { name, operations, seconds, cpuSeconds }, the CPU being that of the service's process.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { SignJWT } from 'jose';
import { didOfSeed } from './lib/did.mjs';

const CONNECTIONS = 32;
const ADDRESSES = 100;
const MOST_PER_SECOND = 4000;
// An assertion ends 60 s ahead at most, so no more are signed than are sent in half of that.
const BATCH_SECONDS = 5;

const stack = JSON.parse(readFileSync(process.env.TALLYSTICK_STACK_FILE, 'utf8'));
const seconds = Number(process.argv[2]);
const { url, pid } = stack.identity;
const holder = didOfSeed(stack.operator.keyFile);
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const agents = Array.from({ length: ADDRESSES }, (_, i) =>
  new http.Agent({ keepAlive: true, maxSockets: 2, localAddress: `127.0.1.${i + 1}` }),
);

/** What the process has had of the CPU, in seconds (proc(5), fields 14 and 15). */
function cpu() {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

async function form() {
  const now = Math.floor(Date.now() / 1000);
  const assertion = await new SignJWT({ iss: holder.did, sub: holder.did, aud: url, exp: now + 58, jti: randomUUID() })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .sign(holder.privateKey);
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
    resource: 'identity-service',
  }).toString();
}

let turn = 0;
const send = body =>
  new Promise((done, failed) => {
    const request = http.request(`${url}/token`, {
      method: 'POST',
      agent: agents[turn++ % ADDRESSES],
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length },
    });
    request.on('error', failed);
    request.on('response', answer => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 200 ? done() : failed(new Error(`the token endpoint answered ${answer.statusCode}`)),
      );
    });
    request.end(body);
  });

/** One batch: signed, then sent by as many as there are connections. */
async function batch(longest) {
  const forms = [];
  const until = performance.now() + 15_000;
  while (forms.length < MOST_PER_SECOND * longest && performance.now() < until) forms.push(await form());
  const used = cpu();
  const begin = performance.now();
  let operations = 0;
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      for (let next = forms.pop(); next && performance.now() < begin + longest * 1000; next = forms.pop()) {
        await send(next);
        operations++;
      }
    }),
  );
  return { operations, seconds: (performance.now() - begin) / 1000, cpuSeconds: cpu() - used };
}

await batch(BATCH_SECONDS);
const sum = { name: 'an access token issued', operations: 0, seconds: 0, cpuSeconds: 0 };
while (sum.seconds < seconds) {
  const one = await batch(BATCH_SECONDS);
  for (const what of ['operations', 'seconds', 'cpuSeconds']) sum[what] += one[what];
}
agents.forEach(agent => agent.destroy());
console.log(JSON.stringify(sum));
