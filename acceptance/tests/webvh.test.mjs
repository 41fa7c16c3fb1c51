// The DIDs that identity-service issues, as npm's `didwebvh-ts` sees them: resolved from the files we serve, in every
// version, and refused as soon as a file says something else.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { generateParallelDidWeb, resolveDID, resolveDIDFromLog } from 'didwebvh-ts';
import { newDid } from '../lib/did.mjs';
import { call } from '../lib/http.mjs';
import { verifier } from '../lib/webvh.mjs';
import { people, stack } from './stack.mjs';

const identity = stack.identity.url;
const plainFetch = globalThis.fetch;
const multikey = () => newDid().did.slice('did:key:'.length);
const fragment = id => id.slice(id.indexOf('#'));

/** A DID says https and a domain name; here its files lie on this machine, without a certificate. */
const path = did => did.split(':').slice(4).join('/');
function serveFrom(did) {
  const host = decodeURIComponent(did.split(':')[3]);
  globalThis.fetch = (url, ...rest) => {
    const asked = new URL(url);
    const here = asked.protocol === 'https:' && asked.host === host;
    return plainFetch(here ? `${identity}${asked.pathname}` : url, ...rest);
  };
}

async function dids(method, steps, body) {
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  return call(method, `${identity}/v1/tenants/${stack.tenant}/dids${steps}`, { token, body });
}

async function issue(options = {}) {
  const name = `d${randomUUID().slice(0, 8)}`;
  const issued = await dids('POST', '', { name, keys: [multikey()], ...options });
  serveFrom(issued.did);
  return issued;
}

const theirs = (did, options = {}) => resolveDID(did, { verifier, ...options });
async function ours(did, query = '') {
  const answer = await plainFetch(`${identity}/1.0/identifiers/${encodeURIComponent(did)}${query}`, {
    headers: { accept: 'application/did-resolution' },
  });
  return { status: answer.status, ...(await answer.json()) };
}
const log = async did =>
  (await (await plainFetch(`${identity}/${path(did)}/did.jsonl`)).text())
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));

/** What didwebvh-ts adds to every document that it resolves. */
const withoutUnsaidServices = ({ service = [], ...document }) => {
  const said = service.filter(({ id }) => !['#files', '#whois'].includes(fragment(id)));
  return said.length ? { ...document, service: said } : document;
};

describe('an issued DID', () => {
  after(() => {
    globalThis.fetch = plainFetch;
  });

  it('is resolved by didwebvh-ts to the document that we resolve it to', async () => {
    const { did } = await issue();

    const { doc, meta } = await theirs(did);
    const answer = await ours(did);

    assert.equal(meta.error, undefined);
    assert.deepEqual(withoutUnsaidServices(doc), answer.didDocument);
    assert.equal(meta.versionId, answer.didDocumentMetadata.versionId);
    assert.equal(meta.created, answer.didDocumentMetadata.created);
    assert.ok(meta.prerotation, 'it commits to its next key');
  });

  it('is resolved in every version, before and after its keys were changed', async () => {
    const { name, did } = await issue();
    await dids('POST', `/${name}/rotate`, {});
    await dids('POST', `/${name}/rotate`, { keys: [multikey(), multikey()] });

    for (const versionNumber of [1, 2, 3]) {
      const { doc, meta } = await theirs(did, { versionNumber });
      const byId = await ours(did, `?versionId=${encodeURIComponent(meta.versionId)}`);
      assert.deepEqual(withoutUnsaidServices(doc), byId.didDocument);
      assert.equal(byId.didDocument.verificationMethod.length, versionNumber === 3 ? 2 : 1);
    }
  });

  it('is resolved by its new name and by its old one after it moved', async () => {
    const { name, did } = await issue({ portable: true });
    const { did: moved } = await dids('POST', `/${name}/move`, { domain: 'elsewhere.example' });
    serveFrom(moved);

    const { doc, meta } = await theirs(moved);

    assert.equal(meta.error, undefined);
    assert.equal(doc.id, moved);
    assert.ok(doc.alsoKnownAs.includes(did));
    const fromLog = await resolveDIDFromLog(await log(did), { verifier, requestedDid: did });
    assert.equal(fromLog.doc.id, moved);
  });

  it('is deactivated for didwebvh-ts as it is for us', async () => {
    const { name, did } = await issue();
    await dids('DELETE', `/${name}`);

    const { doc, meta } = await theirs(did);

    assert.equal(doc, null);
    assert.equal(meta.deactivated, true);
    assert.equal((await ours(did)).status, 410);
  });

  it('has a did:web beside it that says what didwebvh-ts would make of it', async () => {
    const { did, web } = await issue();
    const said = await (await plainFetch(`${identity}/${path(did)}/did.json`)).json();

    const made = generateParallelDidWeb(did, (await ours(did)).didDocument);

    assert.equal(said.id, web);
    assert.deepEqual(said.alsoKnownAs, made.alsoKnownAs);
    assert.deepEqual(said.verificationMethod, made.verificationMethod);
    assert.deepEqual(said.service.map(({ id }) => fragment(id)).sort(), made.service.map(({ id }) => fragment(id)).sort());
  });
});

describe('a log of ours that was altered', () => {
  let did;
  let right;

  before(async () => {
    const issued = await issue();
    did = issued.did;
    await dids('POST', `/${issued.name}/rotate`, {});
    await dids('POST', `/${issued.name}/rotate`, {});
    right = await log(did);
  });

  const alterations = {
    'in its first document': entries => void (entries[0].state.alsoKnownAs = ['did:web:bank.example']),
    'in a document between': entries => void (entries[1].state.alsoKnownAs = ['did:web:bank.example']),
    'by leaving out an entry': entries => void entries.splice(1, 1),
    'by changing the order': entries => void entries.reverse(),
    'in a time': entries => void (entries[2].versionTime = '2020-01-01T00:00:00Z'),
    'by naming another update key': entries => void (entries[2].parameters.updateKeys = [multikey()]),
    'by taking away the commitment': entries => void delete entries[1].parameters.nextKeyHashes,
    'by a proof of another entry': entries => void (entries[2].proof = entries[1].proof),
    'by another SCID': entries => void (entries[0].parameters.scid = entries[0].parameters.scid.replace(/.$/, 'z')),
  };

  it('holds as it is', async () => {
    assert.equal((await resolveDIDFromLog(structuredClone(right), { verifier })).meta.versionId, right[2].versionId);
  });

  for (const [how, alter] of Object.entries(alterations)) {
    it(`is refused by didwebvh-ts: ${how}`, async () => {
      const entries = structuredClone(right);
      alter(entries);

      await assert.rejects(resolveDIDFromLog(entries, { verifier }));
    });
  }
});
