// npm's unmodified x402 client on channels: opens, pays by actual usage, tops up, recovers, takes back; and what no payment
// buys.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { TOKEN } from '../lib/chain.mjs';
import { FIXED_CALLS } from '../lib/shop.mjs';
import { chain, openShop } from './stack.mjs';
import { URL_CHAT, URL_EMBEDDINGS, ask, booksOf, chat, chatPrice, embedding, offerOf, openClient } from './wire.mjs';

const FUNDS = 2_000_000n;
const PARALLEL = 10;
const OTHER = '0x000000000000000000000000000000000000dEaD';
const code = name => `invalid_batch_settlement_evm_${name}`;

let payTo;
before(async () => {
  ({ payTo } = await openShop());
});

const units = ({ payment }) => BigInt(payment.extra.chargedAmount);

async function open(options) {
  const account = await chain.newPayer(FUNDS);
  return { account, client: openClient(account, ['batch-settlement'], options) };
}

describe('a channel', () => {
  it('is opened by the first call; each call is charged what it used', async () => {
    const { account, client } = await open();

    const calls = [];
    for (let i = 0; i < 4; i++) calls.push(await client.pay(URL_CHAT, chat(i)));

    assert.deepEqual(calls.map(({ status }) => status), [200, 200, 200, 200]);
    assert.ok(calls[0].body.choices[0].message.content.length > 0);
    assert.deepEqual(calls.map(units), calls.map(chatPrice));
    assert.notEqual(calls[0].payment.transaction, '', 'the first call deposits');
    assert.deepEqual(calls.slice(1).map(({ payment }) => payment.transaction), ['', '', ''], 'the others only sign');
    const total = calls.reduce((sum, call) => sum + units(call), 0n);
    assert.equal(BigInt(calls[3].payment.extra.channelState.chargedCumulativeAmount), total);
    const { channels, captured, open: held } = await booksOf(account.address);
    assert.equal(channels.length, 1);
    assert.deepEqual([channels[0].charged, channels[0].held, captured, held], [total, 0n, 4, 0]);
    const deposit = BigInt(calls[0].payment.amount);
    assert.equal((await chain.channel(channels[0].id)).balance, deposit);
    assert.equal(await chain.tokens(account.address), FUNDS - deposit);
  });

  it('is charged less than was held when a call used less', async () => {
    const { client } = await open();

    const { accepts } = await offerOf('batch-settlement', URL_CHAT, chat());
    const call = await client.pay(URL_CHAT, chat());

    assert.ok(units(call) < BigInt(accepts[0].amount), `${units(call)} of ${accepts[0].amount}`);
  });

  it('pays the whole of a fixed price', async () => {
    const { client } = await open();

    const call = await client.pay(URL_EMBEDDINGS, embedding());

    assert.equal(call.status, 200);
    assert.equal(call.body.data[0].embedding.length, 384);
    assert.equal(units(call), BigInt(FIXED_CALLS[0].units));
  });

  it('is topped up by the call that its deposit no longer covers', async () => {
    const { accepts } = await offerOf('batch-settlement', URL_CHAT, chat());
    const small = BigInt(accepts[0].amount) * 2n;
    const { account, client } = await open({ depositStrategy: () => small });

    const transactions = [];
    for (let i = 0; i < 6; i++) {
      const { status, payment, required } = await client.pay(URL_CHAT, chat(i));
      assert.equal(status, 200, required?.error);
      if (payment.transaction) transactions.push(payment.transaction);
    }

    assert.ok(transactions.length >= 2, `${transactions.length} deposits`);
    assert.equal(new Set(transactions).size, transactions.length);
    const { channels } = await booksOf(account.address);
    assert.equal(channels.length, 1, 'still one channel');
    assert.equal((await chain.channel(channels[0].id)).balance, small * BigInt(transactions.length));
  });

  it('goes on with a client that forgot everything', async () => {
    const { account, client } = await open();
    const first = await client.pay(URL_CHAT, chat(1));
    const second = await client.pay(URL_CHAT, chat(2));
    const forgetful = openClient(account);

    const third = await forgetful.pay(URL_CHAT, chat(3));

    assert.equal(third.status, 200, third.required?.error);
    assert.equal(third.payment.transaction, '', 'no second deposit');
    assert.equal(
      BigInt(third.payment.extra.channelState.chargedCumulativeAmount),
      units(first) + units(second) + units(third),
    );
    assert.ok(forgetful.sent.length >= 2, 'it was corrected once');
    assert.equal((await booksOf(account.address)).captured, 3);
  });

  it('serves parallel calls, or refuses some cleanly, and charges none twice', async () => {
    const { account, client } = await open();
    const opening = await client.pay(URL_CHAT, chat(0));

    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, (_, i) => client.pay(URL_CHAT, chat(i + 1)).catch(error => ({ error }))),
    );

    const served = answers.filter(({ status }) => status === 200);
    const refused = answers.filter(({ status }) => status === 402);
    assert.equal(served.length + refused.length, PARALLEL, answers.map(({ error }) => error?.message ?? '').join(' '));
    assert.ok(served.length >= 3, `only ${served.length} were served`);
    for (const { required, payment } of refused) {
      assert.match(required?.error ?? payment?.errorReason, /_(cumulative_amount_mismatch|channel_busy)$/);
    }
    const total = [opening, ...served].reduce((sum, call) => sum + chatPrice(call), 0n);
    const books = await booksOf(account.address);
    assert.equal(books.captured, served.length + 1);
    assert.equal(books.payments, books.captured, 'each call by a voucher of its own');
    assert.deepEqual([books.channels.length, books.channels[0].charged, books.channels[0].held], [1, total, 0n]);
    assert.equal(books.capturedUnits, total);
  });

  it('is taken back but for what was spent, which the provider gets', async () => {
    const { account, client } = await open();
    const call = await client.pay(URL_CHAT, chat());
    const deposit = BigInt(call.payment.amount);
    const { id } = (await booksOf(account.address)).channels[0];

    const answer = await client.refund();

    assert.equal(answer.success, true, answer.errorReason);
    assert.equal(BigInt(answer.amount), deposit - units(call));
    assert.equal(await chain.tokens(account.address), FUNDS - units(call));
    assert.deepEqual(await chain.channel(id), { balance: units(call), totalClaimed: units(call) });
    assert.equal((await chain.receiver(payTo)).totalClaimed >= units(call), true);

    const again = await client.pay(URL_CHAT, chat(2));

    assert.equal(again.status, 200, again.required?.error);
    assert.notEqual(again.payment.transaction, '', 'deposits again');
    assert.deepEqual((await booksOf(account.address)).channels, [{ id, charged: units(call) + units(again), held: 0n }]);
  });

  it('is refunded in part', async () => {
    const { account, client } = await open();
    const call = await client.pay(URL_CHAT, chat());

    const answer = await client.refund({ amount: '1000' });

    assert.equal(answer.amount, '1000');
    assert.equal(await chain.tokens(account.address), FUNDS - BigInt(call.payment.amount) + 1000n);
    assert.equal((await client.pay(URL_CHAT, chat(1))).status, 200);
  });
});

describe('a payment that was used', () => {
  let account;
  let client;
  let used;
  before(async () => {
    ({ account, client } = await open());
    await client.pay(URL_CHAT, chat(0));
    await client.pay(URL_CHAT, chat(1));
    used = client.sent.at(-1);
    await client.pay(URL_CHAT, chat(2));
  });

  it('buys the same call no second time', async () => {
    const before = await booksOf(account.address);

    const { status, required } = await ask(URL_CHAT, chat(1), used);

    assert.equal(status, 402);
    assert.equal(required.error, code('cumulative_amount_mismatch'));
    assert.deepEqual(await booksOf(account.address), before);
  });

  it('buys no other call', async () => {
    const before = await booksOf(account.address);

    const { status } = await ask(URL_CHAT, chat(7), used);

    assert.equal(status, 402);
    assert.deepEqual(await booksOf(account.address), before);
  });

  it('is not even looked at for a dearer call', async () => {
    const { status, required } = await ask(URL_CHAT, chat(1, 2000), used);

    assert.equal(status, 402);
    assert.equal(required.error, 'No matching payment requirements');
  });
});

describe('a payment by other terms', () => {
  let account;
  let client;
  before(async () => {
    ({ account, client } = await open());
  });

  const change = (required, changed) => ({
    ...required,
    accepts: required.accepts.map(offer => ({ ...offer, ...changed, extra: { ...offer.extra, ...changed.extra } })),
  });

  async function refused(payment, reason) {
    const { status, required, payment: settled, body } = await ask(URL_CHAT, chat(), payment);

    assert.equal(status, 402, JSON.stringify(body).slice(0, 300));
    assert.equal(required?.error, reason, JSON.stringify(settled));
    assert.equal(body.error.code, 'insufficient_quota');
    assert.equal((await booksOf(account.address)).holds, 0, 'nothing is held');
    assert.equal(await chain.tokens(account.address), FUNDS, 'nothing is taken');
  }

  const others = {
    amount: { amount: '1' },
    asset: { asset: OTHER },
    network: { network: 'eip155:8453' },
    payee: { payTo: OTHER },
    'time to pay': { maxTimeoutSeconds: 3600 },
    authorizer: { extra: { receiverAuthorizer: OTHER } },
  };
  for (const [what, changed] of Object.entries(others)) {
    it(`is refused: another ${what} was accepted`, async () => {
      const required = change(await offerOf('batch-settlement', URL_CHAT, chat()), changed);

      await refused(await client.signAnything(required), 'No matching payment requirements');
    });
  }

  const signed = {
    asset: [{ asset: OTHER }, 'token_mismatch'],
    payee: [{ payTo: OTHER }, 'receiver_mismatch'],
    authorizer: [{ extra: { receiverAuthorizer: OTHER } }, 'receiver_authorizer_mismatch'],
    'delay to leave': [{ extra: { withdrawDelay: 1800 } }, 'withdraw_delay_mismatch'],
    network: [{ network: 'eip155:8453' }, 'channel_id_mismatch'],
  };
  for (const [what, [changed, reason]] of Object.entries(signed)) {
    it(`is refused: our offer is echoed, another ${what} was signed`, async () => {
      const required = await offerOf('batch-settlement', URL_CHAT, chat());
      const payment = await client.signAnything(change(required, changed));

      await refused({ ...payment, accepted: required.accepts[0] }, code(reason));
    });
  }

  it('is refused: the authorization has expired', async () => {
    const required = await offerOf('batch-settlement', URL_CHAT, chat());
    const payment = await client.signAnything(change(required, { maxTimeoutSeconds: -60 }));

    await refused({ ...payment, accepted: required.accepts[0] }, code('payload_authorization_valid_before'));
  });

  it('is refused: the voucher is signed by somebody else', async () => {
    const required = await offerOf('batch-settlement', URL_CHAT, chat());
    const payment = await client.sign(required);
    const foreign = await openClient(await chain.newPayer(FUNDS)).sign(required);
    payment.payload.voucher.signature = foreign.payload.voucher.signature;

    await refused(payment, code('voucher_signature'));
  });

  it('is refused: less was deposited than is signed', async () => {
    const required = await offerOf('batch-settlement', URL_CHAT, chat());
    const payment = await client.sign(required);
    payment.payload.deposit.amount = '1';

    const { status } = await ask(URL_CHAT, chat(), payment);

    assert.equal(status, 402);
    assert.equal(await chain.tokens(account.address), FUNDS, 'nothing is taken');
  });

  it('is refused: it cannot be read', async () => {
    await refused({ x402Version: 1, scheme: 'batch-settlement' }, 'Payment required');
  });

  it('is refused: its payer has nothing', async () => {
    const poor = openClient(await chain.newPayer(0n));

    const { status, required } = await poor.pay(URL_CHAT, chat());

    assert.equal(status, 402);
    assert.equal(required.error, code('insufficient_balance'));
  });

  it('needs the token that offers are in', async () => {
    const { accepts } = await offerOf('batch-settlement', URL_CHAT, chat());

    assert.equal(accepts.length, 1, 'one channel offer');
    assert.equal(accepts[0].asset, TOKEN);
    assert.equal(accepts[0].payTo, payTo);
  });
});
