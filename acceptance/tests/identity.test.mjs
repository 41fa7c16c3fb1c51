// identity-service as foreign packages see it: access tokens by `jose`, DID documents and signatures by `did-resolver`,
// `key-did-resolver` and `did-jwt`.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { EdDSASigner, createJWT, extractPublicKeyBytes, verifyJWT } from 'did-jwt';
import { Resolver } from 'did-resolver';
import { SignJWT, createRemoteJWKSet, jwtVerify } from 'jose';
import * as keyDidResolver from 'key-did-resolver';
import * as oauth from 'oauth4webapi';
import { newDid } from '../lib/did.mjs';
import { call } from '../lib/http.mjs';
import { people, stack, stranger } from './stack.mjs';

const identity = stack.identity.url;
const keys = createRemoteJWKSet(new URL(`${identity}/.well-known/jwks.json`));

/** A resolver of npm's that asks identity-service. */
const ours = new Resolver({
  key: async did => {
    const answer = await fetch(`${identity}/1.0/identifiers/${encodeURIComponent(did)}`, {
      headers: { accept: 'application/did-resolution' },
    });
    return answer.json();
  },
});
const theirs = new Resolver(keyDidResolver.getResolver());

function assertion(holder, { header, ...claims } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: holder.did, sub: holder.did, aud: identity, iat: now, exp: now + 50, jti: randomUUID(), ...claims };
  return new SignJWT(all).setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: holder.kid, ...header }).sign(holder.privateKey);
}

async function ask(form) {
  const answer = await fetch(`${identity}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      audience: 'metering-service',
      ...form,
    }),
  });
  return { status: answer.status, body: await answer.json() };
}

async function register(holder, roles) {
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  await call('POST', `${identity}/v1/tenants/${stack.tenant}/identities`, {
    token,
    body: { did: holder.did, kind: 'service', roles, name: 'a test' },
  });
  return holder;
}

describe('an access token', () => {
  const verified = (token, audience = 'metering-service') =>
    jwtVerify(token, keys, { issuer: identity, audience, algorithms: ['EdDSA'], typ: 'at+jwt' });

  it('is verified by jose through the JWKS, and says who may do what where', async () => {
    const reporter = await people.join('reporter', 'service', ['ingest']);

    const { payload } = await verified(await reporter.token('metering-service', 'usage:write'));

    assert.equal(payload.sub, reporter.did);
    assert.equal(payload.tenant, stack.tenant);
    assert.equal(payload.scope, 'usage:write');
    assert.ok(payload.exp - payload.iat <= 300, 'five minutes at most');
    assert.ok(payload.jti.length > 0);
  });

  it('is refused by jose and by the service when a single claim was altered', async () => {
    const reporter = await people.join('reporter', 'service', ['ingest']);
    const token = await reporter.token('metering-service', 'usage:write');
    const [head, body, signature] = token.split('.');
    const claims = JSON.parse(Buffer.from(body, 'base64url'));
    const altered = [head, Buffer.from(JSON.stringify({ ...claims, tenant: 'other' })).toString('base64url'), signature].join('.');

    await assert.rejects(verified(altered), /signature verification failed/);
    assert.equal((await readMeters(altered)).status, 401);
  });

  it('is good for one service, and for its scopes only', async () => {
    const reporter = await people.join('reporter', 'service', ['ingest', 'client']);
    const foreign = await reporter.token('billing-service', 'billing:read');
    const narrow = await reporter.token('metering-service', 'usage:write');

    await assert.rejects(verified(foreign), /unexpected "aud" claim/);
    assert.equal((await readMeters(foreign)).status, 401);
    const refused = await readMeters(narrow);
    assert.equal(refused.status, 403);
    assert.match(refused.headers.get('www-authenticate'), /insufficient_scope/);
    assert.equal((await refused.json()).type, '/problems/insufficient-scope');
  });

  it('without a signature is no access token', async () => {
    const head = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const reporter = await people.join('reporter', 'service', ['ingest']);
    const body = (await reporter.token('metering-service', 'usage:write')).split('.')[1];

    assert.equal((await readMeters(`${head}.${body}.`)).status, 401);
  });

  const readMeters = token => fetch(`${stack.metering.url}/api/v1/meters`, { headers: { authorization: `Bearer ${token}` } });
});

describe('the token endpoint', () => {
  it('is found by its metadata', async () => {
    const metadata = await call('GET', `${identity}/.well-known/oauth-authorization-server`);

    assert.equal(metadata.issuer, identity);
    assert.equal(metadata.token_endpoint, `${identity}/token`);
    assert.equal(metadata.jwks_uri, `${identity}/.well-known/jwks.json`);
    assert.deepEqual(metadata.token_endpoint_auth_methods_supported, ['private_key_jwt']);
  });

  it('takes an assertion that did-jwt signed', async () => {
    const holder = await register(newDid(), ['ingest']);
    const seed = Buffer.from(holder.privateKey.export({ format: 'jwk' }).d, 'base64url');
    const now = Math.floor(Date.now() / 1000);

    const signed = await createJWT(
      { sub: holder.did, aud: identity, exp: now + 50, jti: randomUUID() },
      { issuer: holder.did, signer: EdDSASigner(seed), alg: 'EdDSA' },
    );

    const { status, body } = await ask({ client_assertion: signed });
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.scope, 'usage:write');
  });

  it('gives an access token to oauth4webapi, as it comes', async () => {
    const holder = await register(newDid(), ['ingest']);
    const pkcs8 = holder.privateKey.export({ format: 'der', type: 'pkcs8' });
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, false, ['sign']);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(identity);
    const found = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    const server = await oauth.processDiscoveryResponse(issuer, found);
    const client = { client_id: holder.did };

    const answer = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.PrivateKeyJwt(key),
      { resource: 'metering-service', scope: 'usage:write' },
      insecure,
    );

    const granted = await oauth.processClientCredentialsResponse(server, client, answer);
    assert.equal(granted.token_type, 'bearer');
    assert.equal(granted.scope, 'usage:write');
  });

  it('refuses a DID that nobody registered', async () => {
    await assert.rejects(stranger().token('metering-service', 'usage:write'), /invalid_client.*not registered/);
  });

  it('takes an assertion once', async () => {
    const holder = await register(newDid(), ['ingest']);
    const client_assertion = await assertion(holder);

    assert.equal((await ask({ client_assertion })).status, 200);
    const again = await ask({ client_assertion });

    assert.equal(again.status, 401);
    assert.equal(again.body.error, 'invalid_client');
    assert.match(again.body.error_description, /used before/);
  });

  const holder = newDid();
  const other = newDid();
  const now = () => Math.floor(Date.now() / 1000);
  const refusedAssertions = {
    'for somebody else': () => assertion(holder, { aud: 'http://127.0.0.1:1' }),
    'that has expired': () => assertion(holder, { iat: now() - 300, exp: now() - 120 }),
    'that lives too long': () => assertion(holder, { exp: now() + 3600 }),
    'of tomorrow': () => assertion(holder, { nbf: now() + 86_400 }),
    'without an id': () => assertion(holder, { jti: undefined }),
    'about somebody else': () => assertion(holder, { sub: other.did }),
    'with the kid of another DID': () => assertion(holder, { header: { kid: other.kid } }),
    'of another kind': () => assertion(holder, { header: { typ: 'at+jwt' } }),
    'that brings its own key': async () =>
      assertion({ ...holder, privateKey: other.privateKey }, { header: { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AA' } } }),
    'signed by another key': () => assertion({ ...holder, privateKey: other.privateKey }),
    'that is no JWT': () => 'not.a.jwt',
  };
  for (const [which, make] of Object.entries(refusedAssertions)) {
    it(`refuses an assertion ${which}`, async () => {
      const { status, body } = await ask({ client_assertion: await make() });

      assert.equal(status, 401, JSON.stringify(body));
      assert.equal(body.error, 'invalid_client');
      assert.ok(body.error_description.length > 0, 'says what to do');
    });
  }

  const refusedForms = {
    'another grant': [{ grant_type: 'password' }, 'unsupported_grant_type'],
    'another kind of assertion': [{ client_assertion_type: 'urn:other' }, 'invalid_request'],
    'an unknown service': [{ audience: 'other-service' }, 'invalid_target'],
    'a scope that its roles do not give': [{ scope: 'meters:write' }, 'invalid_scope'],
  };
  for (const [which, [form, error]] of Object.entries(refusedForms)) {
    it(`refuses ${which}`, async () => {
      const registered = await register(newDid(), ['ingest']);

      const { status, body } = await ask({ client_assertion: await assertion(registered), ...form });

      assert.equal(status, 400, JSON.stringify(body));
      assert.equal(body.error, error);
    });
  }

  it('gives a revoked DID no more tokens', async () => {
    const registered = await register(newDid(), ['ingest']);
    assert.equal((await ask({ client_assertion: await assertion(registered) })).status, 200);
    const token = await people.operator.token('identity-service', 'tenants:write identities:write');

    await call('DELETE', `${identity}/v1/tenants/${stack.tenant}/identities/${encodeURIComponent(registered.did)}`, { token });

    const { status, body } = await ask({ client_assertion: await assertion(registered) });
    assert.equal(status, 401);
    assert.equal(body.error, 'invalid_client');
  });
});

describe('a DID document', () => {
  const examples = {
    Ed25519: newDid().did,
    secp256k1: 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme',
    'P-256': 'did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169',
  };
  // A point on a curve may be written whole or by its x and the sign of its y.
  const compressed = ({ keyBytes }) =>
    keyBytes.length === 65 ? [2 + (keyBytes[64] & 1), ...keyBytes.slice(1, 33)] : [...keyBytes];
  const plain = ({ didDocument }) => ({
    id: didDocument.id,
    methods: didDocument.verificationMethod.map(method => ({
      id: method.id,
      controller: method.controller,
      key: Buffer.from(compressed(extractPublicKeyBytes(method))).toString('hex'),
    })),
    authentication: didDocument.authentication,
    assertionMethod: didDocument.assertionMethod,
    capabilityDelegation: didDocument.capabilityDelegation,
    capabilityInvocation: didDocument.capabilityInvocation,
  });
  for (const [curve, did] of Object.entries(examples)) {
    it(`of a did:key on ${curve} says what key-did-resolver says`, async () => {
      assert.deepEqual(plain(await ours.resolve(did)), plain(await theirs.resolve(did)));
    });
  }

  it('is what did-jwt verifies a signature by', async () => {
    const holder = newDid();
    const seed = Buffer.from(holder.privateKey.export({ format: 'jwk' }).d, 'base64url');
    const jwt = await createJWT({ budget: '1000' }, { issuer: holder.did, signer: EdDSASigner(seed), alg: 'EdDSA' });
    const [head, , signature] = jwt.split('.');
    const body = Buffer.from(JSON.stringify({ iss: holder.did, budget: '9000' })).toString('base64url');

    const { verified, payload } = await verifyJWT(jwt, { resolver: ours });

    assert.equal(verified, true);
    assert.equal(payload.budget, '1000');
    await assert.rejects(verifyJWT(`${head}.${body}.${signature}`, { resolver: ours }), /invalid_signature/);
  });

  const failures = {
    'did:key:zNotAKey': 'INVALID_DID',
    'did:key:..%2f': 'INVALID_DID',
    'no-did': 'INVALID_DID',
    'did:example:1': 'METHOD_NOT_SUPPORTED',
  };
  for (const [did, error] of Object.entries(failures)) {
    it(`is not made up for ${did}`, async () => {
      const answer = await fetch(`${identity}/1.0/identifiers/${encodeURIComponent(did)}`);

      const { didResolutionMetadata, didDocument } = await answer.json();
      assert.equal(didDocument, null);
      assert.equal(didResolutionMetadata.error.type, `https://www.w3.org/ns/did#${error}`);
      assert.ok(answer.status >= 400);
    });
  }
});
