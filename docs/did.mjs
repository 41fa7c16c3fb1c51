// A DID of your own and access tokens for it, with Node alone. Your private key stays in the file you name.
//
//   node docs/did.mjs new <key file>                                makes a key, prints its did:key
//   node docs/did.mjs show <key file>                               prints its did:key
//   node docs/did.mjs token <key file> <service> [scope ...]        prints an access token, good for five minutes
//
// <service> is identity-service, metering-service or billing-service. Identity is asked at $IDENTITY. A DID that acts for
// several tenants says for which: --tenant <tenant>, anywhere.
import { createPrivateKey, createPublicKey, randomBytes, randomUUID, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const IDENTITY = process.env.IDENTITY ?? 'http://127.0.0.1:7101';
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
// What marks an Ed25519 public key in a did:key (multicodec), and a seed in PKCS #8 (RFC 8410).
const MULTICODEC = Buffer.from([0xed, 0x01]);
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const ASSERTION_SECONDS = 50;

function base58(bytes) {
  let number = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)] + text;
  return text;
}

/** A key file holds the 32 bytes of an Ed25519 seed, base64url, on one line. */
function holder(file) {
  const seed = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const raw = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x, 'base64url');
  const name = `z${base58(Buffer.concat([MULTICODEC, raw]))}`;
  return { key, did: `did:key:${name}`, kid: `did:key:${name}#${name}` };
}

const encoded = value => Buffer.from(JSON.stringify(value)).toString('base64url');

/** RFC 7523: a statement under our key that it is us, for this identity-service, now and once. */
function assertion({ key, did, kid }) {
  const now = Math.floor(Date.now() / 1000);
  const signed = [
    { alg: 'EdDSA', typ: 'JWT', kid },
    { iss: did, sub: did, aud: IDENTITY, iat: now, exp: now + ASSERTION_SECONDS, jti: randomUUID() },
  ].map(encoded).join('.');
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

async function token(file, service, scope, tenant) {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion(holder(file)),
    audience: service,
  });
  if (scope) form.set('scope', scope);
  if (tenant) form.set('tenant', tenant);
  const answer = await fetch(`${IDENTITY}/token`, { method: 'POST', body: form, signal: AbortSignal.timeout(10_000) });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${answer.status} ${JSON.stringify(body)}`);
  return body.access_token;
}

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { tenant: { type: 'string' } } });
  const [command, file, service, ...scopes] = positionals;
  switch (file && command) {
    case 'new':
      writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
      console.log(holder(file).did);
      break;
    case 'show':
      console.log(holder(file).did);
      break;
    case 'token':
      console.log(await token(file, service, scopes.join(' '), values.tenant));
      break;
    default:
      throw new Error('usage: node docs/did.mjs new|show|token <key file> [service] [scope ...] [--tenant <tenant>]');
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
