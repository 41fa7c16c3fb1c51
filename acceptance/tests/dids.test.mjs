// DIDs with a history as npm's packages use them: `web-did-resolver` reads the did:web beside them over HTTPS,
// `did-resolver` drives our HTTP binding as it drives a universal resolver, `did-jwt` and `jose` sign and verify with their
// keys, and what a key of an older version got is refused.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { EdDSASigner, createJWT, verifyJWT } from 'did-jwt';
import { Resolver } from 'did-resolver';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as webDidResolver from 'web-did-resolver';
import { Access } from '../lib/access.mjs';
import { newDid } from '../lib/did.mjs';
import { call, until } from '../lib/http.mjs';
import { serveAsHttps } from '../lib/https.mjs';
import { people, stack } from './stack.mjs';

const identity = stack.identity.url;
const multikey = holder => holder.did.slice('did:key:'.length);
const seed = holder => Buffer.from(holder.privateKey.export({ format: 'jwk' }).d, 'base64url');

/** Our HTTP binding, asked as the drivers of a universal resolver are. */
const driver = async did => {
  const answer = await fetch(`${identity}/1.0/identifiers/${encodeURIComponent(did)}`, {
    headers: { accept: 'application/ld+json;profile="https://w3id.org/did-resolution"' },
  });
  return answer.json();
};
const ours = new Resolver({ webvh: driver, web: driver, key: driver });

async function dids(method, steps, body) {
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  return call(method, `${identity}/v1/tenants/${stack.tenant}/dids${steps}`, { token, body });
}

async function issue(...holders) {
  return dids('POST', '', { name: `d${randomUUID().slice(0, 8)}`, keys: holders.map(multikey) });
}

/** Who signs with a key for a DID that has it. */
const holderOf = (did, key) => ({ did, kid: `${did}#${multikey(key)}`, privateKey: key.privateKey });

async function register({ did }) {
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  await call('POST', `${identity}/v1/tenants/${stack.tenant}/identities`, {
    token,
    body: { did, kind: 'service', roles: ['ingest'], name: 'a test' },
  });
}

describe('the did:web beside an issued DID', () => {
  const theirs = new Resolver(webDidResolver.getResolver());
  let end;
  before(async () => {
    const { web } = await issue(newDid());
    const [host, port] = decodeURIComponent(web.split(':')[2]).split(':');
    end = await serveAsHttps(host, Number(port ?? 443), identity);
  });
  after(() => end());

  it('is resolved by web-did-resolver to the document that we resolve it to', async () => {
    const { name, web } = await issue(newDid());

    const first = await theirs.resolve(web);
    assert.equal(first.didResolutionMetadata.error, undefined, first.didResolutionMetadata.message);
    assert.deepEqual(first.didDocument, (await ours.resolve(web)).didDocument);

    await dids('POST', `/${name}/rotate`, { keys: [multikey(newDid()), multikey(newDid())] });
    const second = await theirs.resolve(web);
    assert.equal(second.didDocument.verificationMethod.length, 2);
    assert.deepEqual(second.didDocument, (await ours.resolve(web)).didDocument);
  });

  it('is gone for web-did-resolver once it is deactivated', async () => {
    const { name, web } = await issue(newDid());
    await dids('DELETE', `/${name}`);

    const { didDocument, didResolutionMetadata } = await theirs.resolve(web);

    assert.equal(didDocument, null);
    assert.equal(didResolutionMetadata.error, 'notFound');
  });
});

describe('an issued DID', () => {
  const jwtOf = (did, key) =>
    createJWT({ budget: '1000' }, { issuer: did, signer: EdDSASigner(seed(key)), alg: 'EdDSA' });

  it('is what did-jwt verifies a signature by, with the keys that it has now', async () => {
    const [key, next] = [newDid(), newDid()];
    const { name, did, web } = await issue(key);
    const jwt = await jwtOf(did, key);

    const { verified, payload } = await verifyJWT(jwt, { resolver: ours });
    assert.ok(verified);
    assert.equal(payload.budget, '1000');
    assert.ok((await verifyJWT(await jwtOf(web, key), { resolver: ours })).verified);

    await dids('POST', `/${name}/rotate`, { keys: [multikey(next)] });
    await assert.rejects(verifyJWT(jwt, { resolver: ours }), /invalid_signature/);
    assert.ok((await verifyJWT(await jwtOf(did, next), { resolver: ours })).verified);
  });

  it('is not what did-jwt verifies an altered JWT by', async () => {
    const key = newDid();
    const { did } = await issue(key);
    const [head, , signature] = (await jwtOf(did, key)).split('.');
    const body = Buffer.from(JSON.stringify({ iss: did, budget: '9000' })).toString('base64url');

    await assert.rejects(verifyJWT(`${head}.${body}.${signature}`, { resolver: ours }), /invalid_signature/);
    await assert.rejects(verifyJWT(await jwtOf(did, newDid()), { resolver: ours }), /invalid_signature/);
  });

  it('is dereferenced to the method that did-resolver finds in its document', async () => {
    const key = newDid();
    const { did } = await issue(key, newDid());
    const { didDocument } = await ours.resolve(did);

    for (const method of didDocument.verificationMethod) {
      const answer = await fetch(`${identity}/1.0/identifiers/${encodeURIComponent(method.id)}`, {
        headers: { accept: 'application/did-url-dereferencing' },
      });
      const { content, dereferencingMetadata } = await answer.json();
      assert.equal(answer.status, 200);
      assert.equal(dereferencingMetadata.contentType, 'application/did');
      assert.deepEqual(content, { '@context': didDocument['@context'], ...method });
    }
    const nothing = await fetch(`${identity}/1.0/identifiers/${encodeURIComponent(`${did}#none`)}`);
    assert.equal(nothing.status, 404);
  });

  it('gets access tokens by assertions of jose, which end with the key', async () => {
    const [key, next] = [newDid(), newDid()];
    const { name, did } = await issue(key);
    await register({ did });
    const before = new Access(identity, holderOf(did, key));
    const text = await before.token('metering-service', 'usage:write');
    const keys = createRemoteJWKSet(new URL(`${identity}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(text, keys, { issuer: identity, audience: 'metering-service', typ: 'at+jwt' });
    assert.equal(payload.sub, did);
    assert.equal(payload.didVersion, (await ours.resolve(did)).didDocumentMetadata.versionId);
    const send = token =>
      fetch(`${stack.metering.url}/v1/events`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/cloudevents-batch+json' },
        body: '[]',
      }).then(answer => answer.status);
    const accepted = await send(text);
    assert.notEqual(accepted, 401);

    await dids('POST', `/${name}/rotate`, { keys: [multikey(next)] });
    const rotated = Date.now();

    await assert.rejects(before.ask('metering-service', 'usage:write'), /invalid_client/);
    await until('the access token is refused', 5, async () => {
      const status = await send(text);
      return { done: status === 401, value: status };
    });
    console.log(`  refused everywhere ${Date.now() - rotated} ms after the rotation`);
    const after = new Access(identity, holderOf(did, next));
    assert.equal(await send(await after.token('metering-service', 'usage:write')), accepted);
  });
});
