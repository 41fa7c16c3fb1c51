// billing-service's process is halted between each two steps of a payment and of a settlement, at the named places where
// the service itself does nothing (src/test/java/…/HaltAgent.java): every call is charged once, every payment is settled
// once. That the process died there, and nowhere else, is asserted each time.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { FIXED_CALLS } from '../lib/shop.mjs';
import { until } from '../lib/http.mjs';
import { chain, openShop, readStack, restarted } from './stack.mjs';
import { URL_CHAT, URL_EMBEDDINGS, ask, booksOf, chat, chatPrice, embedding, openClient } from './wire.mjs';

const HALT_FILE = process.env.TALLYSTICK_HALT_FILE;
const HALT_EXIT = Number(process.env.TALLYSTICK_HALT_EXIT);
const FUNDS = 3_000_000n;
const EXACT_PRICE = BigInt(FIXED_CALLS[0].units);
// Bounds for a machine that does much else; alone it takes a tenth of that.
const HALT_SECONDS = 120;
const HALTS_SECONDS = 600;
const BOOKED_SECONDS = 120;
const LAPSE_SECONDS = 240;
const SETTLED_SECONDS = 240;
const CAPTURE_TRIES = 3;

/** Before the call is given: the payer is told to come again, and does so with the same payment. */
const AUTHORIZING = ['PAYMENT_MATCHED', 'PAYMENT_VERIFIED', 'DEPOSIT_SUBMITTED', 'DEPOSIT_MINED', 'DEPOSIT_SEEN', 'HOLD_WRITTEN'];
/** After it was given: the payer has its answer. */
const CAPTURING = ['CAPTURE_PRICED', 'CAPTURE_WRITTEN', 'CAPTURED'];
const SETTLING_ONE = ['SETTLING', 'SETTLEMENT_SUBMITTED', 'SETTLEMENT_MINED'];
/**
 * Settlements, and where each is ended, in that order; each process goes on where the one before was ended. What was sent is
 * final before the next process looks, so one settlement cannot be ended at all places.
 */
const SETTLEMENTS = [
  [
    'SETTLEMENT_CHOSEN',
    'SETTLEMENT_PLANNED',
    'SETTLEMENT_SUBMITTED',
    'ESTIMATED',
    'SIGNED',
    'SIGNED_STORED',
    'SENT',
    'FINAL_SEEN',
    'FINAL_STORED',
    'SETTLEMENT_BOOKED',
  ],
  ['SENT_STORED'],
  ['MINED_SEEN'],
  ['MINED_STORED'],
];

const hits = () => (existsSync(`${HALT_FILE}.hit`) ? readFileSync(`${HALT_FILE}.hit`, 'utf8').trim().split('\n') : []);

const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));

/** Has the process halt at `point`, while `work` is done; answers when the next process is ready. */
async function halted(point, work) {
  const { pid } = readStack().billing;
  const before = hits().length;
  writeFileSync(HALT_FILE, `${point}\n`);
  const done = work();
  // Looked at below; it may have failed long before.
  done.catch(() => {});
  await until(`halted at ${point}`, HALT_SECONDS, async () => ({ done: hits().length > before, value: hits().at(-1) }));
  await restarted('billing', pid);
  assert.deepEqual(hits().slice(before), [point]);
  assert.equal(readStack().billing.lastExit, HALT_EXIT, 'the process ended there and by nothing else');
  return done;
}

let shop;
let provider;
/** Who bought what: on a channel or by single payments. */
const payers = [];

async function newPayer(exact = false) {
  const account = await chain.newPayer(FUNDS);
  const client = openClient(account, exact ? ['exact'] : undefined);
  const payer = { account, client, exact, answers: [], url: exact ? URL_EMBEDDINGS : URL_CHAT };
  payers.push(payer);
  return payer;
}

const body = payer => (payer.exact ? embedding(payer.answers.length) : chat(payer.answers.length));

const owed = ({ exact, answers }) => answers.reduce((sum, answer) => sum + (exact ? EXACT_PRICE : chatPrice(answer)), 0n);

/** Buys one call with the payment that was just sent, until it is given. */
async function again(payer, what) {
  const payment = payer.client.sent.at(-1);
  const answer = await until('the call is given', BOOKED_SECONDS, async () => {
    const value = await ask(payer.url, what, payment);
    return { done: value.status === 200, value };
  });
  payer.answers.push(answer);
}

async function buy(payer) {
  const answer = await payer.client.pay(payer.url, body(payer));
  assert.equal(answer.status, 200);
  payer.answers.push(answer);
  await chargedOnce(payer);
}

/**
 * Halts at the capture of a new payer's call. What Kafka still had to tell of the call before comes by there as well, and
 * may end the process before this call is held: then another call is bought.
 */
async function haltedAtItsCapture(point, exact = false) {
  for (let tries = 1; ; tries++) {
    const payer = await newPayer(exact);
    const answer = await halted(point, () => payer.client.pay(payer.url, body(payer)));
    if (answer.status === 200 || tries === CAPTURE_TRIES) return { payer, answer };
  }
}

async function chargedOnce(payer) {
  const wanted = payer.answers.length;
  const books = await until('every call is captured', BOOKED_SECONDS, async () => {
    const value = await booksOf(payer.account.address);
    return { done: value.captured >= wanted, value };
  });
  assert.deepEqual([books.captured, books.payments, books.capturedUnits], [wanted, wanted, owed(payer)]);
  if (payer.exact) {
    assert.equal(await chain.tokens(payer.account.address), FUNDS - owed(payer));
    return;
  }
  assert.deepEqual([books.channels.length, books.channels[0].charged], [1, owed(payer)]);
  const { balance } = await chain.channel(books.channels[0].id);
  assert.equal(balance, FUNDS - (await chain.tokens(payer.account.address)), 'all that left the wallet is in its channel');
}

before(async () => {
  assert.ok(HALT_FILE, 'the stack was started with the agent that halts billing-service');
  ({ shop, provider } = await openShop());
});

describe('billing-service is halted', () => {
  let lost;

  it('after payment.HELD: the answer is lost, and the hold lapses uncharged', async () => {
    lost = await newPayer();
    const answer = await halted('payment.HELD', () => lost.client.pay(lost.url, body(lost)));
    assert.equal(answer.status, 503);
    assert.equal((await booksOf(lost.account.address)).captured, 0);
  });

  for (const point of AUTHORIZING) {
    it(`after payment.${point}: the same payment buys the call`, async () => {
      const payer = await newPayer();
      const what = body(payer);
      const answer = await halted(`payment.${point}`, () => payer.client.pay(payer.url, what));
      assert.equal(answer.status, 503);
      await again(payer, what);
      await chargedOnce(payer);
      assert.equal(payer.client.sent.length, 1, 'one deposit was signed');
    });
  }

  for (const point of CAPTURING) {
    it(`after payment.${point}: the call is charged once`, async () => {
      const { payer, answer } = await haltedAtItsCapture(`payment.${point}`);
      assert.equal(answer.status, 200);
      payer.answers.push(answer);
      await chargedOnce(payer);
    });
  }

  for (const point of SETTLING_ONE) {
    it(`after payment.${point}: the single payment is settled once`, async () => {
      const { payer, answer } = await haltedAtItsCapture(`payment.${point}`, true);
      assert.equal(answer.status, 200);
      payer.answers.push(answer);
      await chargedOnce(payer);
    });
  }

  for (const [round, names] of SETTLEMENTS.entries()) {
    it(`after chain.${names.join(', ')}: all that was charged is claimed and paid out once`, async () => {
      const points = names.map(name => `chain.${name}`);
      const channels = payers.filter(({ exact, answers }) => !exact && answers.length > 0);
      if (round > 0) await buy(channels[0]);
      const charged = channels.reduce((sum, payer) => sum + owed(payer), 0n);
      const single = payers.filter(({ exact }) => exact).reduce((sum, payer) => sum + owed(payer), 0n);
      const { totalSettled } = await chain.receiver(provider.address);
      assert.ok(totalSettled < charged, 'something is to be settled');

      const before = hits().length;
      writeFileSync(HALT_FILE, `${points.join('\n')}\n`);
      const exits = new Set();
      await until('halted at each place', HALTS_SECONDS, async () => {
        const seen = hits().slice(before);
        // What was chosen and not planned is lost, and asked for again.
        if (!seen.includes('chain.SETTLEMENT_SUBMITTED')) await plan();
        return { done: seen.length === points.length, value: seen };
      });
      assert.deepEqual(hits().slice(before), points);

      const ids = await Promise.all(channels.map(async ({ account }) => (await booksOf(account.address)).channels[0].id));
      await until('all is final', SETTLED_SECONDS, async () => {
        exits.add(readStack().billing.lastExit);
        const views = await Promise.all(ids.map(id => shop.billing('GET', `/v1/channels/${id}`))).catch(() => []);
        const claimed = views.reduce((total, { finallyClaimed }) => total + BigInt(finallyClaimed), 0n);
        return { done: claimed === charged, value: claimed };
      });
      assert.deepEqual([...exits], [HALT_EXIT]);
      for (const [i, payer] of channels.entries()) {
        assert.equal((await chain.channel(ids[i])).totalClaimed, owed(payer));
      }
      assert.deepEqual(await chain.receiver(provider.address), { totalClaimed: charged, totalSettled: charged });
      assert.equal(await chain.tokens(provider.address), charged + single);
    });
  }

  it('and its books are level', async () => {
    const left = await until('the lost hold lapsed', LAPSE_SECONDS, async () => {
      const value = await booksOf(lost.account.address);
      return { done: value.open === 0, value };
    });
    assert.deepEqual([left.captured, left.channels[0].charged, left.channels[0].held], [0, 0n, 0n]);
    await until('no rule is broken', BOOKED_SECONDS, async () => {
      const { rules } = await shop.billing('GET', '/v1/reconciliation');
      const value = rules.filter(rule => !rule.holds);
      return { done: value.length === 0, value };
    });
  });

  const plan = async () => {
    await shop.billing('POST', '/v1/settlements', {}).catch(() => {});
    await pause(500);
  };
});
