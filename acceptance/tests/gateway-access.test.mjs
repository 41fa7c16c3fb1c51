// Calls of callers that the gateway knows, without a payment at the call: a client by its access token, an agent under a
// spend grant by a DPoP proof, and an API key, all with plain fetch. The client deposited with npm's x402 client and signed a
// total ahead with viem.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { before, describe, it } from 'node:test';
import { SignJWT, calculateJwkThumbprint } from 'jose';
import { Access } from '../lib/access.mjs';
import { ASSET, ESCROW, NETWORK } from '../lib/chain.mjs';
import { newDid } from '../lib/did.mjs';
import { call, until } from '../lib/http.mjs';
import { chain, openShop, people, stack } from './stack.mjs';
import { URL_CHAT, chat, chatPrice, openClient } from './wire.mjs';

const HEARD_SECONDS = 20;
const FUNDS = 2_000_000n;
const AHEAD = 60_000n;
const identity = stack.identity.url;
const ofTenant = path => `${identity}/v1/tenants/${stack.tenant}/${path}`;
const sha256 = text => createHash('sha256').update(text).digest('base64url');

let client;
let account;
let channelId;

/** A client of the tenant whose key the test has. */
async function join() {
  const holder = newDid();
  const token = await people.operator.token('identity-service', 'tenants:write identities:write');
  await call('POST', ofTenant('identities'), { token, body: { did: holder.did, kind: 'client', roles: ['client'], name: 'Jane' } });
  return { holder, access: new Access(identity, holder) };
}

async function link(access, wallet) {
  const token = await access.token('identity-service', 'wallets:write');
  const { message } = await call('POST', ofTenant('wallets/challenges'), { token, body: { account: `${NETWORK}:${wallet.address}` } });
  await call('POST', ofTenant('wallets'), { token, body: { message, signature: await wallet.signMessage({ message }) } });
}

/** Signs a total of the channel for whatever is called. */
async function signAhead(cumulativeAmount) {
  const signature = await account.signTypedData({
    domain: { name: 'x402 Batch Settlement', version: '1', chainId: Number(NETWORK.split(':')[1]), verifyingContract: ESCROW },
    types: { Voucher: [{ name: 'channelId', type: 'bytes32' }, { name: 'maxClaimableAmount', type: 'uint128' }] },
    primaryType: 'Voucher',
    message: { channelId, maxClaimableAmount: cumulativeAmount },
  });
  const token = await client.access.token('billing-service', 'vouchers:write');
  const body = { cumulativeAmount: cumulativeAmount.toString(), signature };
  return call('PUT', `${stack.billing.url}/v1/channels/${channelId}/voucher`, { token, body });
}

async function ask(headers, body = chat()) {
  const answer = await fetch(URL_CHAT, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
}

const bearer = async who => ({ authorization: `Bearer ${await who.access.token('metering-service', 'gateway:call')}` });

const channel = async () => {
  const token = await client.access.token('billing-service', 'billing:read');
  return call('GET', `${stack.billing.url}/v1/channels/${channelId}`, { token });
};

const jws = (holder, header, claims) => {
  const sign = new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', ...header });
  return sign.sign(holder.privateKey);
};

const seconds = () => Math.floor(Date.now() / 1000);

/** A grant of the client for an agent, submitted. */
async function grant(agent, more = {}) {
  const jti = randomUUID();
  const text = await jws(client.holder, { typ: 'spend-grant+jwt', kid: client.holder.kid }, {
    iss: client.holder.did,
    sub: agent.did,
    cnf: { jkt: await calculateJwkThumbprint(agent.jwk) },
    aud: ofTenant('').slice(0, -1),
    jti,
    iat: seconds(),
    nbf: seconds(),
    exp: seconds() + 3600,
    asset: ASSET.toLowerCase(),
    budget: '20000',
    cap: '5000',
    payees: [stack.tenant],
    models: ['*'],
    depth: 0,
    ...more,
  });
  const token = await client.access.token('identity-service', 'grants:write');
  const answer = await fetch(ofTenant('grants'), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/jwt' },
    body: text,
  });
  assert.equal(answer.status, 201, await answer.text());
  return jti;
}

async function agentToken(agent, jti) {
  const client_assertion = await jws(agent, { typ: 'JWT', kid: agent.kid }, {
    iss: agent.did,
    sub: agent.did,
    aud: identity,
    exp: seconds() + 50,
    jti: randomUUID(),
  });
  const answer = await fetch(`${identity}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion,
      resource: 'metering-service',
      tenant: stack.tenant,
      grant: jti,
    }),
  });
  const body = await answer.json();
  assert.equal(answer.status, 200, JSON.stringify(body));
  return body.access_token;
}

let nonce;

const proof = (agent, token) =>
  jws(agent, { typ: 'dpop+jwt', jwk: { crv: agent.jwk.crv, kty: agent.jwk.kty, x: agent.jwk.x } }, {
    htm: 'POST',
    htu: URL_CHAT,
    iat: seconds(),
    jti: randomUUID(),
    ath: sha256(token),
    ...(nonce && { nonce }),
  });

/** With a proof; the first one has no nonce and is told it. */
async function askProven(agent, token, body) {
  const once = async () => {
    const answer = await ask({ authorization: `DPoP ${token}`, dpop: await proof(agent, token) }, body);
    nonce = answer.headers.get('dpop-nonce') ?? nonce;
    return answer;
  };
  const first = await once();
  return first.status === 401 ? once() : first;
}

async function apiKey(body) {
  const token = await client.access.token('identity-service', 'api-keys:write');
  const { key } = await call('POST', ofTenant('api-keys'), { token, body });
  await until('billing-service knows the key', HEARD_SECONDS, async () => {
    const { status } = await fetch(`${stack.billing.url}/v1/channels`, { headers: { 'x-api-key': key } });
    return { done: status === 200, value: status };
  });
  return key;
}

const refused = (answer, status, code) => {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.equal(answer.body.error.code, code);
};

before(async () => {
  await openShop();
  client = await join();
  account = await chain.newPayer(FUNDS);
  const paid = await openClient(account).pay(URL_CHAT, chat());
  assert.equal(paid.status, 200, JSON.stringify(paid.body));
  channelId = paid.payment.extra.channelState.channelId;
  await link(client.access, account);
  await until('billing-service knows the wallet', HEARD_SECONDS, async () => {
    const token = await client.access.token('billing-service', 'billing:read');
    const { channels } = await call('GET', `${stack.billing.url}/v1/channels`, { token });
    return { done: channels.some(({ id }) => id === channelId), value: channels.length };
  });
});

describe('a client with an access token', () => {
  it('that signed nothing ahead is told how to pay, in the shape of OpenAI', async () => {
    const answer = await ask(await bearer(client));

    refused(answer, 402, 'insufficient_quota');
    assert.equal(answer.body.error.type, 'insufficient_quota');
    assert.match(answer.body.error.message, /PUT \/v1\/channels\/\{id\}\/voucher/);
    const offer = JSON.parse(Buffer.from(answer.headers.get('payment-required'), 'base64').toString());
    assert.equal(offer.accepts[0].scheme, 'batch-settlement');
  });

  it('is served from what it signed ahead, and told what that cost and what is left', async () => {
    const before = BigInt((await signAhead(AHEAD)).charged);

    const answer = await ask(await bearer(client));

    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const charged = BigInt(answer.headers.get('tallystick-charged'));
    assert.equal(charged, chatPrice(answer));
    assert.equal(BigInt((await channel()).charged), before + charged);
    assert.equal(BigInt(answer.headers.get('tallystick-remaining')), AHEAD - before - charged);
    assert.equal(answer.headers.get('tallystick-held'), '0');
    assert.equal(answer.headers.get('tallystick-asset'), ASSET.toLowerCase());
  });

  it('is served ten times at once', async () => {
    const before = BigInt((await channel()).charged);
    const headers = await bearer(client);

    const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => ask(headers, chat(n))));

    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const charged = answers.reduce((sum, answer) => sum + BigInt(answer.headers.get('tallystick-charged')), 0n);
    const after = await channel();
    assert.equal(BigInt(after.charged), before + charged);
    assert.equal(after.held, '0');
  });

  it('whose wallet is another pays nothing with this one', async () => {
    const other = await join();
    const before = (await channel()).charged;

    refused(await ask(await bearer(other)), 402, 'insufficient_quota');
    assert.equal((await channel()).charged, before);
  });
});

describe('an agent under a spend grant', () => {
  it('is served within it, and its spending is shown', async () => {
    const agent = newDid();
    const jti = await grant(agent);
    const token = await agentToken(agent, jti);

    const answer = await until('the grant is known', HEARD_SECONDS, async () => {
      const value = await askProven(agent, token);
      return { done: value.status === 200, value };
    });

    const charged = answer.headers.get('tallystick-charged');
    assert.equal(BigInt(answer.headers.get('tallystick-remaining')), 20_000n - BigInt(charged));
    const reading = await client.access.token('billing-service', 'billing:read');
    const shown = await call('GET', `${stack.billing.url}/v1/grants/${jti}`, { token: reading });
    assert.deepEqual(
      [shown.agent, shown.client, shown.budget, shown.spent, shown.held],
      [agent.did, client.holder.did, '20000', charged, '0'],
    );
    refused(await ask({ authorization: `Bearer ${token}` }), 401, 'invalid_credentials');
    const once = { authorization: `DPoP ${token}`, dpop: await proof(agent, token) };
    assert.equal((await ask(once)).status, 200);
    refused(await ask(once), 401, 'invalid_credentials');
  });

  it('is refused another model, and a call above its cap', async () => {
    for (const more of [{ models: ['another'] }, { cap: '10' }]) {
      const agent = newDid();
      const token = await agentToken(agent, await grant(agent, more));

      await until('the grant is known', HEARD_SECONDS, async () => {
        const value = await askProven(agent, token);
        return { done: /this model|for one/.test(value.body.error?.message), value: value.body };
      });
      refused(await askProven(agent, token), 403, 'grant_refused');
    }
  });
});

describe('an API key', () => {
  it('in either header buys a call', async () => {
    const key = await apiKey({ name: 'a program' });

    for (const headers of [{ 'x-api-key': key }, { authorization: `Bearer ${key}` }]) {
      const answer = await ask(headers);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      assert.match(answer.headers.get('ratelimit'), /^"key";r=\d+/);
    }
  });

  it('is held to its models and to its tokens per minute', async () => {
    refused(await ask({ 'x-api-key': await apiKey({ models: ['another'] }) }), 403, 'model_not_allowed');
    const narrow = await apiKey({ tokensPerMinute: 300 });
    let answer;
    for (let n = 0; n < 20 && answer?.status !== 429; n++) answer = await ask({ 'x-api-key': narrow });

    refused(answer, 429, 'rate_limit_exceeded');
    assert.equal(answer.body.error.type, 'tokens');
    assert.match(answer.headers.get('retry-after'), /^[1-5]?[0-9]$/);
  });

  it('that is none of ours makes a stranger, and one that does not hold is refused', async () => {
    refused(await ask({ authorization: 'Bearer sk-anything' }), 402, 'insufficient_quota');
    refused(await ask({ 'x-api-key': `tsk_0123456789abcdef_${'A'.repeat(43)}00000000` }), 401, 'invalid_api_key');
  });
});
