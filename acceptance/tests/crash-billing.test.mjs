// billing-service is killed during paid calls and during settlement: every call is charged once, every payment is settled
// once. Checked from PostgreSQL and by eth_call.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { FIXED_CALLS } from '../lib/shop.mjs';
import { until } from '../lib/http.mjs';
import { chain, kill, openShop, restarted } from './stack.mjs';
import { URL_CHAT, URL_EMBEDDINGS, booksOf, chat, chatPrice, embedding, openClient } from './wire.mjs';

const FUNDS = 3_000_000n;
const EXACT_PRICE = BigInt(FIXED_CALLS[0].units);
const CHANNELS = 3;
const CALLS_BEFORE = 4;
const CALLS_AFTER = 3;
// Above the three minutes that a hold which nobody knows of keeps its channel busy: billing may die right after taking it.
const CALL_SECONDS = 300;
const BOOKED_SECONDS = 120;
const SETTLED_SECONDS = 240;
/** How long after settlement was asked for billing is killed: before it plans, while it sends, when it waits. */
const KILL_AFTER_MS = [30, 700];

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

let shop;
let provider;
const payers = [];

/** Buys until it has `wanted` answers, however often it is told that payments cannot be taken now. */
async function buy(payer, wanted) {
  const deadline = Date.now() + CALL_SECONDS * 1000;
  while (payer.answers.length < wanted) {
    if (Date.now() > deadline) throw new Error(`${payer.answers.length} of ${wanted} calls, last: ${payer.last}`);
    payer.tries += 1;
    try {
      const answer = await payer.call(payer.tries);
      if (answer.status === 200) payer.answers.push(answer);
      else {
        payer.last = `${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`;
        await pause(500);
      }
    } catch (error) {
      // npm's client throws when an answer does not fit its books; the next call corrects them.
      payer.last = error.message;
      await pause(500);
    }
  }
}

const sum = (answers, of) => answers.reduce((total, answer) => total + of(answer), 0n);

before(async () => {
  ({ shop, provider } = await openShop());
  for (let i = 0; i < CHANNELS; i++) {
    const account = await chain.newPayer(FUNDS);
    const client = openClient(account);
    payers.push({ account, answers: [], tries: 0, price: chatPrice, call: n => client.pay(URL_CHAT, chat(n)) });
  }
  const account = await chain.newPayer(FUNDS);
  const client = openClient(account, ['exact']);
  payers.push({ account, answers: [], tries: 0, exact: true, price: () => EXACT_PRICE, call: n => client.pay(URL_EMBEDDINGS, embedding(n)) });
});

describe('billing-service is killed', () => {
  it('during paid calls: every answered call is charged once', async () => {
    await Promise.all(payers.map(payer => buy(payer, CALLS_BEFORE)));
    const more = Promise.all(payers.map(payer => buy(payer, CALLS_BEFORE + CALLS_AFTER)));
    await pause(150);
    await restarted('billing', kill('billing'));
    await more;

    for (const { account, answers, price, exact } of payers) {
      const owed = sum(answers, price);
      const books = await until(`every call of ${account.address} is captured`, BOOKED_SECONDS, async () => {
        const value = await booksOf(account.address);
        return { done: value.captured >= answers.length, value };
      });
      assert.equal(books.captured, answers.length, 'as many calls are charged as were answered');
      assert.equal(books.payments, answers.length, 'each by a payment of its own');
      assert.equal(books.capturedUnits, owed);
      if (exact) assert.equal(await chain.tokens(account.address), FUNDS - owed);
      else assert.deepEqual([books.channels.length, books.channels[0].charged], [1, owed]);
    }
  });

  it('during settlement: every payment is settled once', async () => {
    const channels = payers.filter(({ exact }) => !exact);
    const charged = sum(channels.flatMap(({ answers }) => answers), chatPrice);
    const single = sum(payers.filter(({ exact }) => exact).flatMap(({ answers }) => answers), () => EXACT_PRICE);
    assert.equal((await chain.receiver(provider.address)).totalClaimed, 0n, 'nothing is claimed yet');

    await plan();
    for (const milliseconds of KILL_AFTER_MS) {
      await pause(milliseconds);
      await restarted('billing', kill('billing'));
    }
    await until('planning again is answered', BOOKED_SECONDS, async () => ({ done: await plan() }));

    const ours = new Set(await Promise.all(channels.map(async ({ account }) => (await booksOf(account.address)).channels[0].id)));
    await until('all is final', SETTLED_SECONDS, async () => {
      const views = await Promise.all([...ours].map(id => shop.billing('GET', `/v1/channels/${id}`)));
      const claimed = views.reduce((total, { finallyClaimed }) => total + BigInt(finallyClaimed), 0n);
      return { done: claimed === charged, value: views };
    });
    for (const { account, answers } of channels) {
      const { id } = (await booksOf(account.address)).channels[0];
      assert.equal((await chain.channel(id)).totalClaimed, sum(answers, chatPrice));
    }
    assert.deepEqual(await chain.receiver(provider.address), { totalClaimed: charged, totalSettled: charged });
    assert.equal(await chain.tokens(provider.address), charged + single);
  });

  const plan = () =>
    shop.billing('POST', '/v1/settlements', {}).then(
      () => true,
      () => false,
    );
});
