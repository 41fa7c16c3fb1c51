// The stock @x402/express server, unmodified, with billing-service as its facilitator.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import { HTTPFacilitatorClient } from '@x402/core/server';
import { BatchSettlementEvmScheme } from '@x402/evm/batch-settlement/server';
import { ExactEvmScheme } from '@x402/evm/exact/server';
import { paymentMiddleware, setSettlementOverrides, x402ResourceServer } from '@x402/express';
import express from 'express';
import { NETWORK } from '../lib/chain.mjs';
import { chain, openShop, people, stack } from './stack.mjs';
import { openClient } from './wire.mjs';

const FUNDS = 1_000_000n;
const EXACT_UNITS = 2_000n;
const CHARGE = 321n;
const OTHER = '0x000000000000000000000000000000000000dEaD';

let payTo;
let facilitator;
let batch;
let server;
let url;
const served = [];

/** What a stock server is given to reach a facilitator that wants to know who asks. */
const facilitatorOf = access =>
  new HTTPFacilitatorClient({
    url: `${stack.billing.url}/facilitator`,
    createAuthHeaders: async () => {
      const authorization = `Bearer ${await access.token('billing-service', 'facilitator')}`;
      return { verify: { authorization }, settle: { authorization }, supported: { authorization } };
    },
  });

before(async () => {
  const { owner, payTo: address } = await openShop();
  payTo = address;
  facilitator = facilitatorOf(owner);
  batch = new BatchSettlementEvmScheme(payTo);
  const resources = new x402ResourceServer(facilitator).register(NETWORK, batch).register(NETWORK, new ExactEvmScheme());
  const offer = { network: NETWORK, payTo, maxTimeoutSeconds: 300 };
  const app = express();
  app.use(
    paymentMiddleware(
      {
        '/exact': { accepts: { ...offer, scheme: 'exact', price: '$0.002' } },
        '/channel': { accepts: { ...offer, scheme: 'batch-settlement', price: '$0.001' } },
      },
      resources,
    ),
  );
  app.post('/exact', (_, answer) => {
    served.push('exact');
    answer.json({ bought: 'exact' });
  });
  app.post('/channel', (_, answer) => {
    served.push('channel');
    setSettlementOverrides(answer, { amount: CHARGE.toString() });
    answer.json({ bought: 'channel' });
  });
  server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${server.address().port}`;
});
after(() => server?.close());

describe('the stock server sells by exact', () => {
  it('and our facilitator brings the payment to the chain', async () => {
    const account = await chain.newPayer(FUNDS);
    const before = await chain.tokens(payTo);

    const { status, payment, required } = await openClient(account, ['exact']).pay(`${url}/exact`, {});

    assert.equal(status, 200, required?.error);
    assert.equal((await chain.receipt(payment.transaction)).status, 'success');
    assert.equal(await chain.tokens(account.address), FUNDS - EXACT_UNITS);
    assert.equal(await chain.tokens(payTo), before + EXACT_UNITS);
  });

  it('and our facilitator takes no payment twice', async () => {
    const account = await chain.newPayer(FUNDS);
    const client = openClient(account, ['exact']);
    await client.pay(`${url}/exact`, {});
    const sold = served.length;

    const verdict = await facilitator.verify(client.sent[0], client.sent[0].accepted);

    assert.equal(verdict.isValid, false);
    assert.equal(verdict.invalidReason, 'invalid_exact_evm_nonce_already_used');
    assert.equal(served.length, sold);
    assert.equal(await chain.tokens(account.address), FUNDS - EXACT_UNITS);
  });

  it('and our facilitator says why it takes none from who has nothing', async () => {
    const poor = openClient(await chain.newPayer(0n), ['exact']);

    const { status, required } = await poor.pay(`${url}/exact`, {});

    assert.equal(status, 402);
    assert.equal(required.error, 'invalid_exact_evm_insufficient_balance');
  });
});

describe('the stock server sells on channels', () => {
  let account;
  let client;
  let deposit;
  let id;
  before(async () => {
    account = await chain.newPayer(FUNDS);
    client = openClient(account);
  });

  it('and our facilitator executes the deposit', async () => {
    const { status, payment, required } = await client.pay(`${url}/channel`, {});

    assert.equal(status, 200, required?.error);
    deposit = BigInt(payment.amount);
    id = payment.extra.channelState.channelId;
    assert.equal((await chain.receipt(payment.transaction)).status, 'success');
    assert.equal(await chain.tokens(account.address), FUNDS - deposit);
    assert.deepEqual(await chain.channel(id), { balance: deposit, totalClaimed: 0n });
  });

  it('and further calls only sign', async () => {
    const { status, payment } = await client.pay(`${url}/channel`, {});

    assert.equal(status, 200);
    assert.equal(payment.transaction, '');
    assert.equal(BigInt(payment.extra.channelState.chargedCumulativeAmount), 2n * CHARGE);
  });

  it('and its channel manager claims and settles through our facilitator', async () => {
    const before = await chain.tokens(payTo);

    const { claims, settle } = await batch.createChannelManager(facilitator, NETWORK).claimAndSettle();

    assert.equal(claims.length, 1);
    assert.equal(claims[0].vouchers, 1);
    assert.equal((await chain.receipt(settle.transaction)).status, 'success');
    assert.equal((await chain.channel(id)).totalClaimed, 2n * CHARGE);
    assert.equal(await chain.tokens(payTo), before + 2n * CHARGE);
  });

  it('and what is settled is settled once', async () => {
    const before = await chain.tokens(payTo);

    await assert.rejects(batch.createChannelManager(facilitator, NETWORK).settle(), /nothing_to_settle/);

    assert.equal(await chain.tokens(payTo), before);
  });

  it('and our facilitator refunds what was not spent', async () => {
    const { payment } = await client.pay(`${url}/channel`, {});
    assert.equal(BigInt(payment.extra.channelState.chargedCumulativeAmount), 3n * CHARGE);

    const answer = await client.refund(undefined, `${url}/channel`);

    assert.equal(answer.success, true, answer.errorReason);
    assert.equal(BigInt(answer.amount), deposit - 3n * CHARGE);
    assert.equal(await chain.tokens(account.address), FUNDS - 3n * CHARGE);
    assert.equal((await chain.channel(id)).totalClaimed, 3n * CHARGE, 'the provider has what was spent');
  });
});

describe('our facilitator', () => {
  it('says what it can do to everyone', async () => {
    const { kinds, signers } = await new HTTPFacilitatorClient({ url: `${stack.billing.url}/facilitator` }).getSupported();

    assert.deepEqual(kinds.map(({ scheme, network }) => [scheme, network]).sort(), [
      ['batch-settlement', NETWORK],
      ['exact', NETWORK],
    ]);
    assert.match(kinds.find(({ scheme }) => scheme === 'batch-settlement').extra.receiverAuthorizer, /^0x[0-9a-fA-F]{40}$/);
    assert.equal(signers['eip155:*'].length, 1);
  });

  it('works for nobody without an access token', async () => {
    const nobody = new HTTPFacilitatorClient({ url: `${stack.billing.url}/facilitator` });
    const payment = await paymentFor(payTo);

    await assert.rejects(nobody.verify(payment, payment.accepted), /401|access-token-missing/);
    await assert.rejects(nobody.settle(payment, payment.accepted), /401|access-token-missing/);
  });

  it('works for nobody whose access token says nothing of it', async () => {
    const reader = await people.join('a client', 'client', ['client']);
    const payment = await paymentFor(payTo);

    await assert.rejects(facilitatorOf(reader).verify(payment, payment.accepted), /invalid_scope|403/);
  });

  it('settles for the receivers of its caller only', async () => {
    const payment = await paymentFor(OTHER);

    const verdict = await facilitator.verify(payment, payment.accepted);
    const outcome = await facilitator.settle(payment, payment.accepted);

    assert.equal(verdict.isValid, false);
    assert.equal(outcome.success, false);
    assert.equal(outcome.errorReason, 'invalid_exact_evm_recipient_mismatch');
    assert.equal(await chain.tokens(OTHER), 0n);
  });

  async function paymentFor(receiver) {
    const answer = await fetch(`${url}/exact`, { method: 'POST' });
    const required = JSON.parse(Buffer.from(answer.headers.get('payment-required'), 'base64').toString());
    const accepts = required.accepts.map(offer => ({ ...offer, payTo: receiver }));
    return openClient(await chain.newPayer(FUNDS), ['exact']).sign({ ...required, accepts });
  }
});
