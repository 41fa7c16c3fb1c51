#!/usr/bin/env node
// What npm's packages take for what identity-service and service-kit do, on the same bytes: for benchmarks.
//
//   node identity-peers.mjs <token file> <folder of logs> <seconds>
//
// Writes a line of JSON for each: { name, operations, seconds, cpuSeconds }.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resolveDIDFromLog } from 'didwebvh-ts';
import { importJWK, jwtVerify } from 'jose';
import { verifier } from './lib/webvh.mjs';

const [tokenFile, logs, seconds] = process.argv.slice(2);
const [token, x] = readFileSync(tokenFile, 'utf8').trim().split('\n');
const key = await importJWK({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA');
const options = { issuer: 'https://identity.example', audience: 'billing-service', typ: 'at+jwt', algorithms: ['EdDSA'] };

async function measure(name, operation) {
  const warm = performance.now() + (Number(seconds) * 1000) / 2;
  do await operation();
  while (performance.now() < warm);
  const cpu = process.cpuUsage();
  const begin = performance.now();
  let operations = 0;
  do {
    await operation();
    operations++;
  } while (performance.now() < begin + Number(seconds) * 1000);
  const { user, system } = process.cpuUsage(cpu);
  const line = { name, operations, seconds: (performance.now() - begin) / 1000, cpuSeconds: (user + system) / 1e6 };
  console.log(JSON.stringify(line));
}

// The access token is from a moment ago, whatever the time was then.
const { iat } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
const currentDate = new Date(iat * 1000);
await measure('an access token verified by jose', () => jwtVerify(token, key, { ...options, currentDate }));
for (const entries of [2, 100]) {
  const log = readFileSync(join(logs, `${entries}.jsonl`), 'utf8').trim().split('\n').map(line => JSON.parse(line));
  await measure(`a log of ${entries} entries resolved by didwebvh-ts`, () =>
    // It changes what it is given.
    resolveDIDFromLog(structuredClone(log), { verifier }),
  );
}
