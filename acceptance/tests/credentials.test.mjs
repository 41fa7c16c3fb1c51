// Credentials as npm's packages read them: `did-jwt-vc` verifies the form of the data model 1.1 and `jose` and `did-jwt` that
// of 2.0, with the keys that `web-did-resolver` finds in the installation's DID; `@digitalbazaar/vc-bitstring-status-list`
// looks up what was taken back.
import assert from 'node:assert/strict';
import https from 'node:https';
import { after, before, describe, it } from 'node:test';
import { checkStatus, decodeList } from '@digitalbazaar/vc-bitstring-status-list';
import { verifyJWT } from 'did-jwt';
import { verifyCredential } from 'did-jwt-vc';
import { Resolver } from 'did-resolver';
import { importJWK, jwtVerify } from 'jose';
import * as webDidResolver from 'web-did-resolver';
import { newDid } from '../lib/did.mjs';
import { call, Refused } from '../lib/http.mjs';
import { serveAsHttps } from '../lib/https.mjs';
import { people, stack } from './stack.mjs';

const identity = stack.identity.url;
const YEAR_SECONDS = 366 * 86_400;
const resolver = new Resolver(webDidResolver.getResolver());
let issuer;
let end;

before(async () => {
  issuer = await fetch(`${identity}/.well-known/did.json`).then(answer => answer.json()).then(document => document.id);
  const [host, port] = decodeURIComponent(issuer.split(':')[2]).split(':');
  end = await serveAsHttps(host, Number(port ?? 443), identity);
});
after(() => end());

async function api(method, steps, body) {
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  return call(method, `${identity}/v1/tenants/${stack.tenant}${steps}`, { token, body });
}

async function issue(format) {
  const { did } = newDid();
  await api('POST', '/identities', { did, kind: 'client', roles: ['client'], name: 'a "test"' });
  return api('POST', '/credentials', { subject: did, type: 'TallystickClientCredential', format });
}

const decode = part => JSON.parse(Buffer.from(part, 'base64url'));
const payloadOf = jwt => decode(jwt.split('.')[1]);
const encode = value => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The same, with another payload under the old signature. */
function altered(jwt, change) {
  const [head, body, signature] = jwt.split('.');
  return [head, encode(change(decode(body))), signature].join('.');
}

/** With jose: the key is the one that the issuer's document has under assertionMethod by the name of `kid`. */
async function verifiedByJose(jwt, options) {
  const { didDocument } = await resolver.resolve(issuer);
  const key = ({ kid }) => {
    assert.ok(didDocument.assertionMethod.includes(kid), kid);
    return importJWK(didDocument.verificationMethod.find(({ id }) => id === kid).publicKeyJwk, 'EdDSA');
  };
  return jwtVerify(jwt, key, { typ: 'vc+jwt', issuer, algorithms: ['EdDSA'], ...options });
}

/** Like a browser's fetch, but through the agent that knows our name's certificate. */
const fetched = url =>
  new Promise((done, failed) => {
    https
      .get(url, { agent: https.globalAgent }, answer => {
        const chunks = [];
        answer.on('data', chunk => chunks.push(chunk));
        answer.on('end', () =>
          done({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() }),
        );
      })
      .on('error', failed);
  });

/** What status-list software asks for a list: it is believed only if the installation signed it. */
async function documentLoader(url) {
  const { status, headers, text } = await fetched(url);
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^application\/vc\+jwt/);
  const { payload } = await verifiedByJose(text);
  return { document: payload };
}

async function bitsOf(credential) {
  const checked = await checkStatus({ credential, documentLoader, verifyBitstringStatusListCredential: false });
  assert.ok(checked.verified, checked.error?.message);
  return Object.fromEntries(checked.results.map(({ credentialStatus, status }) => [credentialStatus.statusPurpose, status]));
}

describe('a credential of the data model 1.1', () => {
  it('is verified by did-jwt-vc', async () => {
    const { credential, subject, id } = await issue('jwt_vc_json');

    const verified = await verifyCredential(credential, resolver, { proofPurpose: 'assertionMethod' });

    const said = verified.verifiableCredential;
    assert.ok(verified.verified);
    assert.equal(said.issuer.id, issuer);
    assert.equal(said.id, `urn:uuid:${id}`);
    assert.deepEqual(said.type, ['VerifiableCredential', 'TallystickClientCredential']);
    assert.equal(said.credentialSubject.id, subject);
    assert.equal(said.credentialSubject.tenant, stack.tenant);
    assert.deepEqual(said.credentialSubject.roles, ['client']);
    assert.equal(said.credentialSubject.registeredName, 'a "test"');
    assert.ok(new Date(said.expirationDate) > new Date());
  });

  it('is refused by did-jwt-vc when it was altered or has expired', async () => {
    const { credential } = await issue('jwt_vc_json');
    const other = altered(credential, body => ({ ...body, sub: newDid().did }));
    const later = Math.floor(Date.now() / 1000) + YEAR_SECONDS;

    await assert.rejects(verifyCredential(other, resolver), /invalid_signature/);
    await assert.rejects(verifyCredential(credential, resolver, { policies: { now: later } }), /expired/);
    await assert.rejects(verifyCredential(credential, resolver, { policies: { now: 1_000 } }), /not valid before nbf/);
  });
});

describe('a credential of the data model 2.0', () => {
  it('is verified by jose and did-jwt', async () => {
    const { credential, subject } = await issue('vc_jwt');

    const { payload, protectedHeader } = await verifiedByJose(credential);

    assert.equal(protectedHeader.cty, 'vc');
    assert.equal(payload['@context'][0], 'https://www.w3.org/ns/credentials/v2');
    assert.equal(payload.issuer, issuer);
    assert.equal(payload.credentialSubject.id, subject);
    assert.equal(payload.vc, undefined);
    const { verified } = await verifyJWT(credential, { resolver, proofPurpose: 'assertionMethod' });
    assert.ok(verified);
  });

  it('is refused by jose and did-jwt when it was altered or has expired', async () => {
    const { credential } = await issue('vc_jwt');
    const other = altered(credential, body => ({ ...body, credentialSubject: { id: newDid().did } }));
    const later = Math.floor(Date.now() / 1000) + YEAR_SECONDS;

    await assert.rejects(verifiedByJose(other), /signature verification failed/);
    await assert.rejects(verifiedByJose(credential, { currentDate: new Date(later * 1000) }), /"exp" claim/);
    await assert.rejects(verifyJWT(other, { resolver }), /invalid_signature/);
    await assert.rejects(verifyJWT(credential, { resolver, policies: { now: later } }), /expired/);
  });

  it('is not what did-jwt-vc reads, which knows 1.1 only', async () => {
    const { credential } = await issue('vc_jwt');

    await assert.rejects(verifyCredential(credential, resolver), /missing default context/);
  });
});

describe('a status list', () => {
  it("is read by Digital Bazaar's package, which sees what was taken back", async () => {
    const [one, other] = [await issue('vc_jwt'), await issue('jwt_vc_json')];
    const credential = payloadOf(one.credential);
    const older = payloadOf(other.credential);
    const neighbour = { ...older.vc, issuer: older.iss };
    assert.deepEqual(await bitsOf(credential), { revocation: false, suspension: false });
    assert.deepEqual(await bitsOf(neighbour), { revocation: false, suspension: false });

    await api('POST', `/credentials/${one.id}/suspend`);
    assert.deepEqual(await bitsOf(credential), { revocation: false, suspension: true });
    await api('POST', `/credentials/${one.id}/resume`);
    assert.deepEqual(await bitsOf(credential), { revocation: false, suspension: false });
    await api('DELETE', `/credentials/${one.id}`);
    assert.deepEqual(await bitsOf(credential), { revocation: true, suspension: false });
    assert.deepEqual(await bitsOf(neighbour), { revocation: false, suspension: false });
  });

  it('has the bit set when the identity was revoked', async () => {
    const issued = await issue('vc_jwt');
    await api('DELETE', `/identities/${issued.subject}`);

    assert.equal((await bitsOf(payloadOf(issued.credential))).revocation, true);
  });

  it('has as many places as the standard asks for, may be kept, and is told apart', async () => {
    const { credential } = await issue('vc_jwt');
    const url = payloadOf(credential).credentialStatus[0].statusListCredential;

    const { headers, text } = await fetched(url);

    const { payload } = await verifiedByJose(text);
    assert.equal(payload.id, url);
    assert.equal((await decodeList(payload.credentialSubject)).length, 131_072);
    assert.ok(new Date(payload.validUntil) > new Date());
    assert.match(headers['cache-control'], /^public, max-age=\d+$/);
    const again = await fetch(url.replace(/^https:\/\/[^/]+/, identity), { headers: { 'if-none-match': headers.etag } });
    assert.equal(again.status, 304);
  });
});

describe('a credential that is presented', () => {
  const present = async jwt => {
    const token = await people.operator.token('identity-service', 'tenants:write identities:write');
    return call('POST', `${identity}/v1/credentials/verify`, { token, body: { jwt } });
  };
  const problem = async promise =>
    promise.then(
      () => assert.fail('was believed'),
      error => {
        assert.ok(error instanceof Refused, error);
        return error.body.type;
      },
    );

  it('is believed until it was altered or taken back', async () => {
    const { credential, id, subject } = await issue('vc_jwt');

    assert.equal((await present(credential)).credential.credentialSubject.id, subject);
    const other = altered(credential, body => ({ ...body, type: ['VerifiableCredential', 'TallystickProviderCredential'] }));
    assert.equal(await problem(present(other)), '/problems/credential-not-signed');
    await api('DELETE', `/credentials/${id}`);
    assert.equal(await problem(present(credential)), '/problems/credential-revoked');
  });

  it('is no access token and gets none', async () => {
    const { credential } = await issue('jwt_vc_json');

    const answer = await fetch(`${identity}/v1/tenants/${stack.tenant}/credentials`, {
      headers: { authorization: `Bearer ${credential}` },
    });
    assert.equal(answer.status, 401);
    const asked = await fetch(`${identity}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: credential,
        audience: 'metering-service',
      }),
    });
    assert.equal(asked.status, 401);
    assert.equal((await asked.json()).error, 'invalid_client');
  });
});
