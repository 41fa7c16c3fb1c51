// did:ethr as its authors' own resolver sees it: `ethr-did-resolver` and identity-service read the same registry on the
// stack's chain, and say the same of every DID. The registry is the authors' own build, `ethr-did-registry`.
//
// That version of their resolver writes keys as the method's text of before had them. The text of now names other types
// and encodings for the same keys, which ours follows: `modern` says theirs in these, and changes nothing else.
import assert from 'node:assert/strict';
import { createECDH, ECDH } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { Resolver } from 'did-resolver';
import ethrDidResolver from 'ethr-did-resolver';
import { createTestClient, createWalletClient, http, parseEther, publicActions, stringToHex, toHex } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { base58 } from '../lib/did.mjs';
import { stack } from './stack.mjs';

// A file of the package, which exports no way to it.
const build = new URL(
  '../node_modules/ethr-did-registry/artifacts/contracts/EthereumDIDRegistry.sol/EthereumDIDRegistry.json',
  import.meta.url,
);
const { abi, deployedBytecode } = JSON.parse(readFileSync(build, 'utf8'));
const REGISTRY = '0xdca7ef03e98e0dc2b855be647c39abe984fcf21b';
const NETWORK = '0x14a34';
const NOBODY = '0x0000000000000000000000000000000000000000';
const DAY = 86_400n;

const transport = http(stack.chain.rpcUrl);
const chain = createTestClient({ mode: 'anvil', transport }).extend(publicActions);
const theirs = new Resolver(
  ethrDidResolver.getResolver({
    networks: [{ chainId: Number(NETWORK), rpcUrl: stack.chain.rpcUrl, registry: REGISTRY }],
  }),
);

const name = text => stringToHex(text, { size: 32 });
const hex = text => Buffer.from(text.replace(/^0x/, ''), 'hex');

/** Somebody with some ether and a DID that nobody has heard of. */
async function holder() {
  const account = privateKeyToAccount(generatePrivateKey());
  await chain.setBalance({ address: account.address, value: parseEther('1') });
  const wallet = createWalletClient({ account, transport });
  const change = async (functionName, ...args) => {
    const hash = await wallet.writeContract({ address: REGISTRY, abi, functionName, args, chain: null });
    const receipt = await chain.waitForTransactionReceipt({ hash, pollingInterval: 50 });
    assert.equal(receipt.status, 'success');
    return receipt.blockNumber;
  };
  return { account, address: account.address, did: `did:ethr:${NETWORK}:${account.address}`, change };
}

async function ours(did, query = '') {
  const answer = await fetch(`${stack.identity.url}/1.0/identifiers/${did}${query}`, {
    headers: { accept: 'application/did-resolution' },
  });
  return { status: answer.status, ...(await answer.json()) };
}

/** A method of the older text as the text of now has it. */
function modern({ publicKeyHex, publicKeyBase58, publicKeyBase64, ...method }) {
  if (publicKeyHex === undefined) return method;
  const key = hex(publicKeyHex);
  const multibase = (...multicodec) => `z${base58(Buffer.from([...multicodec, ...key]))}`;
  switch (method.type) {
    case 'EcdsaSecp256k1VerificationKey2019': {
      const point = ECDH.convertKey(key, 'secp256k1', undefined, undefined, 'uncompressed');
      const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(half => half.toString('base64url'));
      return { ...method, publicKeyJwk: { kty: 'EC', crv: 'secp256k1', x, y } };
    }
    case 'Ed25519VerificationKey2018':
      return { ...method, type: 'Ed25519VerificationKey2020', publicKeyMultibase: multibase(0xed, 0x01) };
    case 'X25519KeyAgreementKey2019':
      return { ...method, type: 'X25519KeyAgreementKey2020', publicKeyMultibase: multibase(0xec, 0x01) };
    default:
      return { ...method, publicKeyHex };
  }
}

/** Both resolve it, and say the same. @returns what both said */
async function same(did, query = '') {
  const expected = await theirs.resolve(did + query);
  assert.equal(expected.didResolutionMetadata.error, undefined, expected.didResolutionMetadata.message);
  const found = await ours(did, query);
  const { '@context': theirContext, ...document } = expected.didDocument;
  const { '@context': ourContext, ...ourDocument } = found.didDocument;
  document.verificationMethod = document.verificationMethod.map(modern);
  assert.deepEqual(ourDocument, document);
  assert.deepEqual(found.didDocumentMetadata, expected.didDocumentMetadata);
  assert.equal(found.status, expected.didDocumentMetadata.deactivated ? 410 : 200);
  assert.ok([ourContext].flat().includes('https://www.w3.org/ns/did/v1'));
  return { document: ourDocument, metadata: found.didDocumentMetadata };
}

const ids = (document, did) => document.verificationMethod.map(({ id }) => id.slice(did.length));

describe('a did:ethr', () => {
  before(async () => {
    await chain.setCode({ address: REGISTRY, bytecode: deployedBytecode });
  });

  it('that never changed is its address', async () => {
    const { did } = await holder();
    const { document, metadata } = await same(did);
    assert.deepEqual(ids(document, did), ['#controller']);
    assert.deepEqual(metadata, {});
  });

  it('that is a public key has that key until it has another owner', async () => {
    const one = await holder();
    const key = `0x${ECDH.convertKey(hex(one.account.publicKey), 'secp256k1', undefined, 'hex', 'compressed')}`;
    const did = `did:ethr:${NETWORK}:${key}`;
    assert.deepEqual(ids((await same(did)).document, did), ['#controller', '#controllerKey']);

    await one.change('changeOwner', one.address, (await holder()).address);
    assert.deepEqual(ids((await same(did)).document, did), ['#controller']);
  });

  it('has the delegates that are valid, and never one number twice', async () => {
    const { did, address, change } = await holder();
    const [first, second, third] = await Promise.all([holder(), holder(), holder()]);
    await change('addDelegate', address, name('veriKey'), first.address, DAY);
    await change('addDelegate', address, name('sigAuth'), second.address, DAY);
    await change('addDelegate', address, name('somethingElse'), second.address, DAY);
    assert.deepEqual(ids((await same(did)).document, did), ['#controller', '#delegate-1', '#delegate-2']);

    await change('addDelegate', address, name('veriKey'), third.address, 1n);
    await change('revokeDelegate', address, name('veriKey'), first.address);
    // Until what was valid for one second, and what was revoked just now, is over for both.
    await new Promise(over => setTimeout(over, 3000));
    await change('addDelegate', address, name('veriKey'), first.address, DAY);
    assert.deepEqual(ids((await same(did)).document, did), ['#controller', '#delegate-2', '#delegate-6']);
  });

  it('has keys of every kind, and services', async () => {
    const { did, address, change } = await holder();
    const compressed = `0x${createECDH('secp256k1').generateKeys('hex', 'compressed')}`;
    const set = (attribute, value, validity = DAY) => change('setAttribute', address, name(attribute), value, validity);
    const endpoint = stringToHex('https://hub.example/x');
    const raw = toHex(crypto.getRandomValues(new Uint8Array(32)));
    await set('did/pub/Secp256k1/veriKey/hex', compressed);
    await set('did/pub/Ed25519/sigAuth/hex', raw);
    await set('did/pub/X25519/enc/hex', raw);
    await set('did/pub/Custom/veriKey/hex', compressed);
    await set('did/svc/HubService', endpoint);
    await set('did/svc/Mailbox', stringToHex(JSON.stringify({ uri: 'https://mail.example', accept: ['a'] })));
    await set('did/svc/NotText', '0xff00ff');
    await set('somebody/elses', '0x01');
    await change('setAttribute', address, `0x${'ff'.repeat(32)}`, '0x01', DAY);
    const { document } = await same(did);
    assert.equal(document.verificationMethod.length, 5);
    assert.deepEqual(
      document.service.map(({ type }) => type),
      ['HubService', 'Mailbox'],
    );
    assert.deepEqual(document.keyAgreement, [`${did}#delegate-3`]);

    await change('revokeAttribute', address, name('did/pub/Ed25519/sigAuth/hex'), raw);
    await change('revokeAttribute', address, name('did/svc/HubService'), endpoint);
    await set('did/pub/Ed25519/sigAuth/hex', raw);
    await set('did/svc/HubService', endpoint);
    const again = (await same(did)).document;
    assert.deepEqual(ids(again, did).slice(-1), ['#delegate-6']);
    assert.equal(again.service.at(-1).id, `${did}#service-5`);
  });

  it('is what it was in each version, and says which came next', async () => {
    const { did, address, change } = await holder();
    const before = await change('setAttribute', address, name('did/svc/One'), stringToHex('https://one.example'), DAY);
    // Blocks of the same second are told apart by no time.
    await new Promise(over => setTimeout(over, 2000));
    const after = await change('changeOwner', address, (await holder()).address);

    const old = await same(did, `?versionId=${before}`);
    assert.equal(old.metadata.nextVersionId, `${after}`);
    await same(did, `?versionId=${after}`);
    await same(did, `?versionId=${before - 1n}`);
    const { timestamp } = await chain.getBlock({ blockNumber: before });
    const time = new Date(Number(timestamp) * 1000).toISOString();
    const { '@context': context, ...then } = (await ours(did, `?versionTime=${time}`)).didDocument;
    assert.ok(context.length > 1);
    assert.deepEqual(then, old.document);
    assert.deepEqual((await ours(did, `?versionTime=${timestamp}`)).didDocumentMetadata, old.metadata);
    assert.equal((await ours(did, '?versionId=999999999')).status, 404);
    assert.equal((await ours(did, '?versionId=latest')).status, 400);
  });

  it('is over once nobody owns it, whatever comes afterwards', async () => {
    const { did, address, change } = await holder();
    const before = await change('addDelegate', address, name('sigAuth'), (await holder()).address, DAY);
    await change('changeOwner', address, NOBODY);
    assert.deepEqual((await same(did)).document.verificationMethod, []);

    // The registry itself gives an account without an owner back to itself.
    await change('addDelegate', address, name('sigAuth'), (await holder()).address, DAY);
    assert.equal((await same(did)).metadata.deactivated, true);
    assert.equal((await same(did, `?versionId=${before}`)).document.verificationMethod.length, 2);
  });

  it('is none with other digits, or on a network that nobody configured', async () => {
    assert.equal((await ours(`did:ethr:${NETWORK}:0x1234`)).status, 400);
    assert.equal((await ours(`did:ethr:${NETWORK}:0x02${'ff'.repeat(32)}`)).status, 400);
    assert.equal((await ours(`did:ethr:0x${'11'.repeat(20)}`)).status, 404);
  });
});
