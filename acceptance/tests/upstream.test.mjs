// The model server is gone: calls are answered 502 and charged nothing, and a deposit made for one stays the payer's.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { until } from '../lib/http.mjs';
import { chain, keepDown, openShop, stack } from './stack.mjs';
import { URL_CHAT, URL_EMBEDDINGS, booksOf, chat, chatPrice, embedding, openClient } from './wire.mjs';

const FUNDS = 1_000_000n;
const BACK_SECONDS = 90;

let letUp;
before(async () => {
  await openShop();
});
after(() => letUp?.());

const backAgain = () =>
  until('the model server is back', BACK_SECONDS, async () => {
    const status = await fetch(`${stack.model.url}/v1/models`).then(({ status }) => status, error => error.message);
    return { done: status === 200, value: status };
  });

describe('without a model server', () => {
  let known;
  let account;
  let client;
  before(async () => {
    known = openClient(await chain.newPayer(FUNDS));
    assert.equal((await known.pay(URL_CHAT, chat(0))).status, 200);
    account = await chain.newPayer(FUNDS);
    client = openClient(account);
    letUp = keepDown('model');
  });

  it('a call that made a deposit is charged nothing, and its client is told of the deposit', async () => {
    const { status, payment, body } = await client.pay(URL_CHAT, chat(1));

    assert.equal(status, 502, JSON.stringify(body));
    assert.equal(body.error.code, 'upstream_unreachable');
    assert.equal(payment.success, true);
    assert.equal(payment.extra.chargedAmount, '0');
    const { captured, channels } = await booksOf(account.address);
    assert.deepEqual([captured, channels[0].charged, channels[0].held], [0, 0n, 0n]);
    assert.equal((await chain.channel(channels[0].id)).balance, BigInt(payment.amount));
    assert.equal(await chain.tokens(account.address), FUNDS - BigInt(payment.amount));
  });

  it('a call on a channel is charged nothing', async () => {
    const { status, payment } = await known.pay(URL_CHAT, chat(2));

    assert.equal(status, 502);
    assert.equal(payment?.extra?.chargedAmount ?? '0', '0');
  });

  it('a call by exact is not paid', async () => {
    const walkIn = await chain.newPayer(FUNDS);

    const { status } = await openClient(walkIn, ['exact']).pay(URL_EMBEDDINGS, embedding());

    assert.equal(status, 502);
    assert.equal(await chain.tokens(walkIn.address), FUNDS);
    assert.equal((await booksOf(walkIn.address)).captured, 0);
  });

  it('the deposit pays for the call when there is one again', async () => {
    letUp();
    letUp = undefined;
    await backAgain();

    const call = await client.pay(URL_CHAT, chat(3));

    assert.equal(call.status, 200, call.required?.error);
    assert.equal(call.payment.transaction, '', 'no second deposit');
    assert.equal(BigInt(call.payment.extra.chargedAmount), chatPrice(call));
    assert.equal((await known.pay(URL_CHAT, chat(4))).status, 200);
  });
});
