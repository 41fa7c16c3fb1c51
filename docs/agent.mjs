// What a client gives to its agent, and what the agent does with it, with Node alone. Keys are files as docs/did.mjs makes them.
//
//   node docs/agent.mjs grant <client's key file> <agent's did:key> <tenant> <asset> <budget> <cap> [days]
//                                                prints a spend grant (a JWT) for that tenant's services
//   node docs/agent.mjs token <agent's key file> <service> <grant>
//                                                exchanges it (RFC 8693) for an access token that is bound to the agent's key
//   node docs/agent.mjs bound <key file> <service> <tenant> [scope ...]
//                                                prints an access token by one's own roles, bound to one's key (RFC 9449)
//   node docs/agent.mjs call <key file> <token> <method> <url>
//                                                makes a request that proves the key, prints its status and what it answers
//
// Identity is asked at $IDENTITY.
import { createHash, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';

const IDENTITY = process.env.IDENTITY ?? 'http://127.0.0.1:7101';
const BASE58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const MULTICODEC = Buffer.from([0xed, 0x01]);
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const DAY = 86_400;
const JWT = 'urn:ietf:params:oauth:token-type:jwt';

const now = () => Math.floor(Date.now() / 1000);
const encoded = value => Buffer.from(JSON.stringify(value)).toString('base64url');
const sha256 = text => createHash('sha256').update(text).digest('base64url');

function base58(bytes) {
  let number = BigInt(`0x${bytes.toString('hex')}`);
  let text = '';
  for (; number > 0n; number /= 58n) text = BASE58[Number(number % 58n)] + text;
  return text;
}

function bytesOf(base58Text) {
  let number = 0n;
  for (const digit of base58Text) number = number * 58n + BigInt(BASE58.indexOf(digit));
  const hex = number.toString(16);
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}

/** A public key as JSON, and its thumbprint (RFC 7638). */
const jwkOf = raw => ({ crv: 'Ed25519', kty: 'OKP', x: raw.toString('base64url') });
const thumbprint = jwk => sha256(JSON.stringify(jwk));

function holder(file) {
  const seed = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url');
  const key = createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' });
  const raw = Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x, 'base64url');
  const name = `z${base58(Buffer.concat([MULTICODEC, raw]))}`;
  return { key, did: `did:key:${name}`, kid: `did:key:${name}#${name}`, jwk: jwkOf(raw) };
}

/** The key that a did:key is. */
function keyOf(did) {
  const bytes = bytesOf(did.slice('did:key:z'.length));
  if (!did.startsWith('did:key:z') || bytes.length !== 34 || !bytes.subarray(0, 2).equals(MULTICODEC)) {
    throw new Error(`${did} is no did:key of Ed25519`);
  }
  return jwkOf(bytes.subarray(2));
}

function jws(header, claims, key) {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

function grant(file, agent, tenant, asset, budget, cap, days = '1') {
  const client = holder(file);
  return jws(
    { alg: 'EdDSA', typ: 'spend-grant+jwt', kid: client.kid },
    {
      iss: client.did,
      sub: agent,
      cnf: { jkt: thumbprint(keyOf(agent)) },
      aud: `${IDENTITY}/v1/tenants/${tenant}`,
      jti: randomUUID(),
      iat: now(),
      nbf: now(),
      exp: now() + Number(days) * DAY,
      asset,
      budget,
      cap,
      payees: [tenant],
      models: ['*'],
      depth: 0,
    },
    client.key,
  );
}

let nonce;

/** A DPoP proof: that who makes this request, now and once, holds this key. */
function proof({ key, jwk }, method, url, token) {
  const claims = { htm: method, htu: url, iat: now(), jti: randomUUID(), ...(nonce && { nonce }) };
  if (token) claims.ath = sha256(token);
  return jws({ typ: 'dpop+jwt', alg: 'EdDSA', jwk }, claims, key);
}

/** A request with a proof. The service gives out a nonce; without it the first try is told so, and made again with it. */
async function proven(who, method, url, { token, body } = {}) {
  for (let tries = 1; ; tries++) {
    const headers = { dpop: proof(who, method, url, token), ...(token && { authorization: `DPoP ${token}` }) };
    const answer = await fetch(url, { method, headers, body: body?.(), signal: AbortSignal.timeout(10_000) });
    const text = await answer.text();
    const known = nonce;
    nonce = answer.headers.get('dpop-nonce') ?? nonce;
    if (answer.ok || nonce === known || tries > 1) return { status: answer.status, text };
  }
}

async function ask(who, parameters) {
  const assertion = () =>
    jws(
      { alg: 'EdDSA', typ: 'JWT', kid: who.kid },
      { iss: who.did, sub: who.did, aud: IDENTITY, iat: now(), exp: now() + 50, jti: randomUUID() },
      who.key,
    );
  const { status, text } = await proven(who, 'POST', `${IDENTITY}/token`, {
    body: () =>
      new URLSearchParams({
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion(),
        ...parameters,
      }),
  });
  if (status !== 200) throw new Error(`${status} ${text}`);
  return JSON.parse(text).access_token;
}

const exchange = (file, resource, text) =>
  ask(holder(file), {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: text,
    subject_token_type: JWT,
    resource,
  });

const bound = (file, resource, tenant, ...scopes) =>
  ask(holder(file), {
    grant_type: 'client_credentials',
    resource,
    tenant,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
  });

try {
  const [command, ...given] = process.argv.slice(2);
  switch (command) {
    case 'grant':
      console.log(grant(...given));
      break;
    case 'token':
      console.log(await exchange(...given));
      break;
    case 'bound':
      console.log(await bound(...given));
      break;
    case 'call': {
      const [file, token, method, url] = given;
      const { status, text } = await proven(holder(file), method, url, { token });
      console.log(`${status}\n${text}`);
      break;
    }
    default:
      throw new Error('usage: node docs/agent.mjs grant|token|bound|call …; the file says what comes after');
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
