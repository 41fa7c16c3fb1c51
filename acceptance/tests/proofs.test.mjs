// Access tokens that are bound to a key, as foreign packages use them: `oauth4webapi` proves the key by DPoP (RFC 9449) and
// follows the nonces, `http-message-signatures` signs the request (RFC 9421). Then what came of it is stolen and altered.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { createSigner, httpbis } from 'http-message-signatures';
import { SignJWT, calculateJwkThumbprint, decodeJwt, exportJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import { newDid } from '../lib/did.mjs';
import { call } from '../lib/http.mjs';
import { people, stack } from './stack.mjs';

const identity = stack.identity.url;
const events = new URL(`${stack.metering.url}/v1/events`);
const insecure = { [oauth.allowInsecureRequests]: true };

/** A registered DID that may report usage. */
async function reporter() {
  const holder = newDid();
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  await call('POST', `${identity}/v1/tenants/${stack.tenant}/identities`, {
    token,
    body: { did: holder.did, kind: 'service', roles: ['ingest'], name: 'a test' },
  });
  return holder;
}

/** oauth4webapi's way to an access token that is bound to `keyPair`, nonce and all. */
async function boundToken(holder, keyPair) {
  const pkcs8 = holder.privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
  const issuer = new URL(identity);
  const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
  const server = await oauth.processDiscoveryResponse(issuer, found);
  const client = { client_id: holder.did };
  const DPoP = oauth.DPoP(client, keyPair);
  const form = { resource: 'metering-service', scope: 'usage:write' };
  const ask = async () => {
    const answer = await oauth.clientCredentialsGrantRequest(server, client, oauth.PrivateKeyJwt(key), form, { DPoP, ...insecure });
    return oauth.processClientCredentialsResponse(server, client, answer);
  };
  const granted = await withNonce(ask);
  return { granted, DPoP };
}

/** A client that is told of a new nonce asks once more. */
async function withNonce(ask) {
  try {
    return await ask();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return ask();
  }
}

const usage = () =>
  JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    source: 'proofs',
    type: 'proof.made',
    subject: 'a customer',
    time: new Date().toISOString(),
    data: { units: '1' },
  });

const send = (method, url, headers, body) =>
  fetch(url, { method, headers: { 'content-type': 'application/cloudevents+json', ...headers }, body });

async function refused(answer, problem) {
  const text = await answer.text();
  assert.equal(answer.status, 401, text);
  assert.match(JSON.parse(text).type, new RegExp(`${problem}$`), text);
  return answer;
}

for (const algorithm of ['ES256', 'Ed25519']) {
  describe(`a DPoP proof of oauth4webapi by ${algorithm}`, () => {
    let holder;
    let keyPair;
    let token;
    let sent;
    let handle;

    /** What oauth4webapi sends with the access token, kept as a thief in the middle would. */
    const report = body =>
      withNonce(() =>
        oauth.protectedResourceRequest(
          token,
          'POST',
          events,
          new Headers({ 'content-type': 'application/cloudevents+json' }),
          body,
          {
            DPoP: handle,
            ...insecure,
            [oauth.customFetch]: (url, options) => {
              sent = { ...options.headers };
              return fetch(url, options);
            },
          },
        ),
      );

    before(async () => {
      holder = await reporter();
      keyPair = await oauth.generateKeyPair(algorithm, { extractable: true });
      const { granted, DPoP } = await boundToken(holder, keyPair);
      assert.equal(granted.token_type, 'dpop');
      token = granted.access_token;
      handle = DPoP;
    });

    it('binds the access token to its key', async () => {
      assert.equal(decodeJwt(token).cnf.jkt, await calculateJwkThumbprint(await exportJWK(keyPair.publicKey)));
    });

    it('lets usage in', async () => {
      const answer = await report(usage());

      assert.equal(answer.status, 202, await answer.text());
    });

    it('is taken once', async () => {
      await report(usage());

      await refused(await send('POST', events, sent, usage()), 'proof-refused');
    });

    it('is not taken for another method or URL', async () => {
      await refused(await send('POST', events, await forged({ htm: 'GET' }), usage()), 'proof-refused');
      await refused(await send('POST', events, await forged({ htu: `${stack.metering.url}/v1/voids` }), usage()), 'proof-refused');
      await refused(await send('POST', events, await forged({ htu: 'https://evil.example/v1/events' }), usage()), 'proof-refused');
    });

    it('is not taken for another access token', async () => {
      await refused(await send('POST', events, await forged({ ath: createHash('sha256').update('x').digest('base64url') }), usage()), 'proof-refused');
    });

    it('is not taken with a nonce that was not given out', async () => {
      const answer = await refused(await send('POST', events, await forged({ nonce: 'guessed' }), usage()), 'proof-needs-nonce');

      assert.match(answer.headers.get('www-authenticate'), /^DPoP .*error="use_dpop_nonce"/);
      assert.ok(answer.headers.get('dpop-nonce'));
    });

    it('is not taken from another key', async () => {
      const other = await oauth.generateKeyPair(algorithm, { extractable: true });

      await refused(await send('POST', events, await forged({}, other), usage()), 'proof-refused');
    });

    it('cannot be left out: the access token is no bearer token', async () => {
      const answer = await refused(await send('POST', events, { authorization: `Bearer ${token}` }, usage()), 'key-not-proven');
      assert.match(answer.headers.get('accept-signature'), /content-digest/);

      await refused(await send('POST', events, { authorization: `DPoP ${token}` }, usage()), 'proof-refused');
    });

    /** A proof that is right but for what is altered: jose makes it, with a nonce that the service gave. */
    async function forged(claims, by = keyPair) {
      const asked = await send('POST', events, await proof({ nonce: 'none' }, by), usage());
      return proof({ nonce: asked.headers.get('dpop-nonce'), ...claims }, by);
    }

    async function proof(claims, by) {
      const said = {
        jti: randomUUID(),
        htm: 'POST',
        htu: events.href,
        ath: createHash('sha256').update(token).digest('base64url'),
        ...claims,
      };
      const { kty, crv, x, y } = await exportJWK(by.publicKey);
      const signed = await new SignJWT(said)
        .setProtectedHeader({ alg: algorithm, typ: 'dpop+jwt', jwk: { kty, crv, x, y } })
        .setIssuedAt()
        .sign(by.privateKey);
      return { authorization: `DPoP ${token}`, dpop: signed };
    }

    it('is taken when nothing was altered', async () => {
      const answer = await send('POST', events, await forged({}), usage());

      assert.equal(answer.status, 202, await answer.text());
    });
  });
}

describe('a request signed by http-message-signatures', () => {
  const all = ['@method', '@target-uri', 'authorization', 'content-digest'];
  let holder;
  let token;

  before(async () => {
    holder = await reporter();
    const { x, d } = holder.privateKey.export({ format: 'jwk' });
    const key = (jwk, use) => crypto.subtle.importKey('jwk', { kty: 'OKP', crv: 'Ed25519', ...jwk }, { name: 'Ed25519' }, true, use);
    const keyPair = { privateKey: await key({ x, d }, ['sign']), publicKey: await key({ x }, ['verify']) };
    token = (await boundToken(holder, keyPair)).granted.access_token;
  });

  const digest = body => `sha-256=:${createHash('sha256').update(body).digest('base64')}:`;

  async function signed(body, { by = holder, fields = all, method = 'POST', url = events.href, created = new Date() } = {}) {
    const { headers } = await httpbis.signMessage(
      {
        key: createSigner(by.privateKey, 'ed25519', by.did),
        fields,
        params: ['created', 'expires', 'keyid', 'alg', 'nonce', 'tag'],
        paramValues: { created, nonce: randomUUID(), tag: 'tallystick' },
      },
      { method, url, headers: { authorization: `Bearer ${token}`, 'content-digest': digest(body) } },
    );
    return headers;
  }

  it('lets usage in', async () => {
    const body = usage();
    const answer = await send('POST', events, await signed(body), body);

    assert.equal(answer.status, 202, await answer.text());
  });

  it('lets usage in with its URL in three parts, and a query', async () => {
    const body = usage();
    const url = `${events.href}?from=a%20test`;
    const fields = ['@method', '@authority', '@path', '@query', 'authorization', 'content-digest'];
    const answer = await send('POST', url, await signed(body, { fields, url }), body);

    assert.equal(answer.status, 202, await answer.text());
  });

  it('is taken once', async () => {
    const body = usage();
    const headers = await signed(body);

    assert.equal((await send('POST', events, headers, body)).status, 202);
    await refused(await send('POST', events, headers, body), 'request-signature-refused');
  });

  it('is not taken with another body, whether or not its digest is right', async () => {
    const headers = await signed(usage());
    const other = usage();
    await refused(await send('POST', events, headers, other), 'request-signature-refused');

    const more = await signed(usage());
    await refused(await send('POST', events, { ...more, 'content-digest': digest(other) }, other), 'request-signature-refused');
  });

  it('is not taken over less than the request', async () => {
    for (const left of all) {
      const body = usage();
      const headers = await signed(body, { fields: all.filter(field => field !== left) });
      await refused(await send('POST', events, headers, body), 'request-signature-refused');
    }
  });

  it('is not taken for another method or URL, nor by another key, nor late', async () => {
    const body = usage();
    for (const altered of [
      { method: 'PUT' },
      { url: `${stack.metering.url}/v1/voids` },
      { by: newDid() },
      { created: new Date(Date.now() - 90_000) },
      { created: new Date(Date.now() + 60_000) },
    ]) {
      await refused(await send('POST', events, await signed(body, altered), body), 'request-signature-refused');
    }
  });
});
