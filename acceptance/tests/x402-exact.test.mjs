// npm's unmodified x402 client pays single calls by `exact`, and what is not taken for one.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { FIXED_CALLS } from '../lib/shop.mjs';
import { chain, openShop } from './stack.mjs';
import { URL_CHAT, URL_EMBEDDINGS, ask, booksOf, chat, embedding, offerOf, openClient } from './wire.mjs';

const FUNDS = 100_000n;
const PRICE = BigInt(FIXED_CALLS[0].units);
const OTHER = '0x000000000000000000000000000000000000dEaD';
const code = name => `invalid_exact_evm_${name}`;

let payTo;
before(async () => {
  ({ payTo } = await openShop());
});

async function open() {
  const account = await chain.newPayer(FUNDS);
  return { account, client: openClient(account, ['exact']) };
}

describe('exact', () => {
  it('takes the whole price in one transfer', async () => {
    const { account, client } = await open();
    const before = await chain.tokens(payTo);

    const { status, payment, body } = await client.pay(URL_EMBEDDINGS, embedding());

    assert.equal(status, 200);
    assert.equal(body.data[0].embedding.length, 384);
    assert.equal(payment.success, true);
    assert.equal((await chain.receipt(payment.transaction)).status, 'success');
    assert.equal(await chain.tokens(account.address), FUNDS - PRICE);
    assert.equal(await chain.tokens(payTo), before + PRICE);
    const { captured, capturedUnits } = await booksOf(account.address);
    assert.deepEqual([captured, capturedUnits], [1, PRICE]);
  });

  it('is offered after the channel, and for fixed prices only', async () => {
    const fixed = await ask(URL_EMBEDDINGS, embedding());
    const byUse = await ask(URL_CHAT, chat());

    assert.deepEqual(fixed.required.accepts.map(({ scheme }) => scheme), ['batch-settlement', 'exact']);
    assert.deepEqual(byUse.required.accepts.map(({ scheme }) => scheme), ['batch-settlement']);
  });

  it('takes an authorization once, whether for the same call or for another', async () => {
    const { account, client } = await open();
    await client.pay(URL_EMBEDDINGS, embedding(1));

    const same = await ask(URL_EMBEDDINGS, embedding(1), client.sent[0]);
    const other = await ask(URL_EMBEDDINGS, embedding(2), client.sent[0]);

    for (const { status, required } of [same, other]) {
      assert.equal(status, 402);
      assert.equal(required.error, code('nonce_already_used'));
    }
    assert.equal(await chain.tokens(account.address), FUNDS - PRICE);
  });

  it('sells one of two calls that come at once with one authorization', async () => {
    const { account, client } = await open();
    const payment = await client.sign(await offerOf('exact', URL_EMBEDDINGS, embedding(1)));

    const answers = await Promise.all([1, 2].map(n => ask(URL_EMBEDDINGS, embedding(n), payment)));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 402]);
    assert.equal(answers.find(({ status }) => status === 402).required.error, code('nonce_already_used'));
    assert.equal(await chain.tokens(account.address), FUNDS - PRICE);
    assert.equal((await booksOf(account.address)).captured, 1);
  });

  it('refuses a payer that has too little', async () => {
    const poor = openClient(await chain.newPayer(PRICE - 1n), ['exact']);

    const { status, required } = await poor.pay(URL_EMBEDDINGS, embedding());

    assert.equal(status, 402);
    assert.equal(required.error, code('insufficient_balance'));
  });
});

describe('an authorization by other terms', () => {
  let account;
  let client;
  before(async () => {
    ({ account, client } = await open());
  });
  const offer = () => offerOf('exact', URL_EMBEDDINGS, embedding());
  const change = (required, changed) => ({ ...required, accepts: required.accepts.map(one => ({ ...one, ...changed })) });

  async function refused(payment, reason) {
    const { status, required, body } = await ask(URL_EMBEDDINGS, embedding(), payment);

    assert.equal(status, 402, JSON.stringify(body).slice(0, 300));
    assert.equal(required.error, reason);
    assert.equal((await booksOf(account.address)).holds, 0, 'nothing is held');
    assert.equal(await chain.tokens(account.address), FUNDS, 'nothing is taken');
  }

  const others = {
    amount: { amount: '1' },
    asset: { asset: OTHER },
    network: { network: 'eip155:8453' },
    payee: { payTo: OTHER },
  };
  for (const [what, changed] of Object.entries(others)) {
    it(`is refused: another ${what} was accepted`, async () => {
      await refused(await client.signAnything(change(await offer(), changed)), 'No matching payment requirements');
    });
  }

  const signed = {
    amount: [{ amount: '1' }, 'payload_authorization_value_mismatch'],
    asset: [{ asset: OTHER }, 'signature'],
    network: [{ network: 'eip155:8453' }, 'signature'],
    payee: [{ payTo: OTHER }, 'recipient_mismatch'],
    'time, long past,': [{ maxTimeoutSeconds: -60 }, 'payload_authorization_valid_before'],
  };
  for (const [what, [changed, reason]] of Object.entries(signed)) {
    it(`is refused: our offer is echoed, another ${what} was signed`, async () => {
      const required = await offer();
      const payment = await client.signAnything(change(required, changed));

      await refused({ ...payment, accepted: required.accepts[0] }, code(reason));
    });
  }

  it('is refused: its times were changed after signing', async () => {
    const payment = await client.sign(await offer());
    payment.payload.authorization.validAfter = '1';

    await refused(payment, code('signature'));
  });
});
