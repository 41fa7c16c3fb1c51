// The double is right if x402's own packages cannot tell: npm's client, resource server, reference facilitator and
// channel manager, all unmodified, use the contracts where they are placed.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { computeChannelId } from "@x402/evm/batch-settlement/client";
import { keccak256, toHex, zeroAddress } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { place } from "../place.mjs";
import { escrowAbi } from "../vectors/abi.mjs";
import { ESCROW, TOKEN, people } from "../vectors/cast.mjs";
import { startChain } from "./anvil.mjs";
import { chainState } from "./chain-state.mjs";
import { NETWORK, openClient, openFacilitator, openShop } from "./shop.mjs";
import { placeWallet } from "./wallet.mjs";

const PRICE = "$0.001"; // 1,000 units; the server asks for a deposit of ten times as much
const FUNDS = 1_000_000n;
const DELAY_SECONDS = 900;

let chain;
let state;
let facilitator;
let accounts = 0;

before(async () => {
  chain = await startChain();
  state = chainState(chain);
  facilitator = openFacilitator(chain, people.facilitator, people.authorizer);
});
after(() => chain?.stop());

/** An account nobody used before, so that tests on one chain do not meet. */
const newAccount = () => privateKeyToAccount(keccak256(toHex(`account ${++accounts}`)));

async function newPayer(units = FUNDS) {
  const account = newAccount();
  await place(chain.url, { [account.address]: units });
  await chain.test.setBalance({ address: account.address, value: 10n ** 18n });
  return account;
}

/** A shop with a receiver of its own, a payer and its client. */
async function open({ client: clientOptions, ...shopOptions } = {}) {
  const payer = await newPayer();
  const receiver = newAccount().address;
  const shop = await openShop({ facilitator, receiver, price: PRICE, ...shopOptions });
  return { payer, receiver, shop, client: openClient(chain, shop, payer, clientOptions) };
}

/** The configuration of the one channel that the shop knows, as the contract wants it. */
async function onlyChannel(shop) {
  const [channel, ...others] = await shop.batch.getStorage().list();
  assert.equal(others.length, 0, "one channel");
  return { id: channel.channelId, config: channel.channelConfig };
}

async function send(account, functionName, args) {
  const wallet = chain.wallet(account);
  const { request } = await wallet.simulateContract({ address: ESCROW, abi: escrowAbi, functionName, args });
  return wallet.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
}

async function pass(seconds) {
  await chain.test.increaseTime({ seconds });
  await chain.test.mine({ blocks: 1 });
}

describe("paying through a channel", () => {
  test("the first call deposits, the next only sign", async () => {
    const { payer, shop, client } = await open();

    const first = await client.call();
    const second = await client.call();

    assert.equal(first.receipt.amount, "10000");
    assert.equal(second.receipt.transaction, "");
    assert.equal(await state.tokens(payer.address), FUNDS - 10_000n);
    const { id } = await onlyChannel(shop);
    assert.deepEqual(await state.channel(id), { balance: 10_000n, totalClaimed: 0n });
    const events = await state.events(first.receipt.transaction);
    assert.deepEqual(
      events.map(({ eventName }) => eventName),
      ["ChannelCreated", "Deposited"],
    );
    assert.deepEqual([events[0].args.channelId, events[1].args.newBalance], [id, 10_000n]);
  });

  test("a call that the deposit no longer covers tops it up", async () => {
    const { shop, client } = await open({ minDeposit: "1500" });

    await client.call();
    const second = await client.call();

    assert.notEqual(second.receipt.transaction, "");
    const { id } = await onlyChannel(shop);
    assert.deepEqual(await state.channel(id), { balance: 3_000n, totalClaimed: 0n });
    assert.deepEqual(
      (await state.events(second.receipt.transaction)).map(({ eventName }) => eventName),
      ["Deposited"],
    );
  });

  test("the receiver is paid what was charged, not what was signed", async () => {
    const { receiver, shop, client } = await open();
    shop.charge = "321";
    await client.call();
    await client.call();

    const { claims, settle } = await shop.manager.claimAndSettle();

    const { id } = await onlyChannel(shop);
    assert.equal(claims.length, 1);
    assert.deepEqual(await state.channel(id), { balance: 10_000n, totalClaimed: 642n });
    assert.equal(await state.tokens(receiver), 642n);
    const [settled] = await state.events(settle.transaction);
    assert.deepEqual([settled.eventName, settled.args.amount], ["Settled", 642n]);
  });

  test("many channels are claimed in one transaction and paid in one transfer", async () => {
    const { receiver, shop, client } = await open();
    const clients = [client, openClient(chain, shop, await newPayer()), openClient(chain, shop, await newPayer())];
    for (const each of clients) await each.call();

    const { claims, settle } = await shop.manager.claimAndSettle();

    assert.deepEqual(
      claims.map(({ vouchers }) => vouchers),
      [3],
    );
    const rows = await state.events(claims[0].transaction);
    assert.deepEqual(
      rows.map(({ eventName, args }) => [eventName, args.claimAmount]),
      Array(3).fill(["Claimed", 1_000n]),
    );
    assert.equal((await state.events(settle.transaction)).length, 1);
    assert.equal(await state.tokens(receiver), 3_000n);
  });

  test("a claim that comes twice changes nothing, and there is nothing to settle twice", async () => {
    const sent = [];
    const spying = { ...facilitator, settle: (...call) => (sent.push(call), facilitator.settle(...call)) };
    const { receiver, shop, client } = await open({ facilitator: spying });
    await client.call();
    await shop.manager.claimAndSettle();
    const { id } = await onlyChannel(shop);
    const before = await state.channel(id);

    const claim = sent.find(([payload]) => payload.payload.type === "claim");
    const again = await facilitator.settle(...claim);

    assert.equal(again.success, true);
    assert.deepEqual(await state.events(again.transaction), []);
    assert.deepEqual(await state.channel(id), before);
    await assert.rejects(shop.manager.settle(), /nothing_to_settle/);
    assert.equal(await state.tokens(receiver), 1_000n);
  });

  test("the shop's own key may authorize the claims instead of the facilitator's", async () => {
    const relay = openFacilitator(chain, people.facilitator, undefined);
    const { receiver, shop, client } = await open({ facilitator: relay, authorizer: people.receiver });
    await client.call();

    await shop.manager.claimAndSettle();

    assert.equal((await onlyChannel(shop)).config.receiverAuthorizer, people.receiver.address);
    assert.equal(await state.tokens(receiver), 1_000n);
  });

  test("claims signed by another key are refused", async () => {
    const relay = openFacilitator(chain, people.facilitator, undefined);
    const lying = { ...people.payer, address: people.receiver.address };
    const { shop, client } = await open({ facilitator: relay, authorizer: lying });
    await client.call();

    await assert.rejects(shop.manager.claim(), /claim_simulation_failed/);

    assert.equal((await state.channel((await onlyChannel(shop)).id)).totalClaimed, 0n);
  });

  test("another key than the payer's may sign the vouchers", async () => {
    const voucherSigner = newAccount();
    const { receiver, shop, client } = await open({ client: { voucherSigner } });
    await client.call();
    await client.call();

    await shop.manager.claimAndSettle();

    assert.equal((await onlyChannel(shop)).config.payerAuthorizer, voucherSigner.address);
    assert.equal(await state.tokens(receiver), 2_000n);
  });

  test("a client that forgot everything goes on with its channel", async () => {
    const { payer, shop, client } = await open();
    shop.charge = "700";
    await client.call();
    await client.call();

    const { status, receipt } = await openClient(chain, shop, payer).call();

    assert.equal(status, 200);
    assert.equal(receipt.transaction, "", "no second deposit");
    assert.equal(receipt.extra.channelState.chargedCumulativeAmount, "2100");
  });

  test("a payer without tokens is refused, and nothing is served", async () => {
    const { shop } = await open();

    const { status } = await openClient(chain, shop, newAccount()).call();

    assert.equal(status, 402);
    assert.equal(shop.served, 0);
  });
});

describe("getting deposits back", () => {
  test("a refund claims what was charged and returns the rest", async () => {
    const { payer, shop, client } = await open();
    await client.call();
    const { id } = await onlyChannel(shop);

    const refunded = await client.refund();

    assert.equal(refunded.amount, "9000");
    assert.equal(await state.tokens(payer.address), FUNDS - 1_000n);
    assert.deepEqual(await state.channel(id), { balance: 1_000n, totalClaimed: 1_000n });
    assert.equal(await state.refundNonce(id), 1n);
    assert.deepEqual(
      (await state.events(refunded.transaction)).map(({ eventName }) => eventName),
      ["Claimed", "Refunded"],
    );
  });

  test("a part may be refunded, and the channel goes on", async () => {
    const { payer, shop, client } = await open();
    await client.call();

    const refunded = await client.refund("2500");
    const next = await client.call();

    assert.equal(refunded.amount, "2500");
    assert.equal(await state.tokens(payer.address), FUNDS - 7_500n);
    assert.equal(next.receipt.transaction, "");
    assert.deepEqual(await state.channel((await onlyChannel(shop)).id), { balance: 7_500n, totalClaimed: 1_000n });
  });

  test("a call after a full refund deposits anew on the same channel", async () => {
    const { shop, client } = await open();
    await client.call();
    const { id } = await onlyChannel(shop);
    await client.refund();

    const { receipt } = await client.call();

    assert.equal(receipt.amount, "10000");
    assert.deepEqual(await state.channel(id), { balance: 11_000n, totalClaimed: 1_000n });
    assert.equal((await onlyChannel(shop)).id, id);
  });

  test("the channel manager refunds on its own", async () => {
    const { payer, receiver, shop, client } = await open();
    await client.call();

    await shop.manager.refund();
    await shop.manager.settle();

    assert.equal(await state.tokens(payer.address), FUNDS - 1_000n);
    assert.equal(await state.tokens(receiver), 1_000n);
  });

  test("a payer leaves without consent, with all that was not claimed in time", async () => {
    const { payer, receiver, shop, client } = await open();
    await client.call();
    const { id, config } = await onlyChannel(shop);

    await send(payer, "initiateWithdraw", [config, 10_000n]);
    await assert.rejects(send(payer, "finalizeWithdraw", [config]), /reverted/);
    await shop.manager.claimAndSettle();
    await pass(DELAY_SECONDS);
    await send(payer, "finalizeWithdraw", [config]);

    assert.equal(await state.tokens(payer.address), FUNDS - 1_000n);
    assert.equal(await state.tokens(receiver), 1_000n);
    assert.deepEqual(await state.channel(id), { balance: 1_000n, totalClaimed: 1_000n });
    assert.deepEqual(await state.withdrawal(id), { amount: 0n, initiatedAt: 0 });
  });

  test("a pending withdrawal is announced, outlives a deposit and is cut by a refund", async () => {
    const { payer, shop, client } = await open({ minDeposit: "1000" });
    await client.call();
    const { id, config } = await onlyChannel(shop);
    await send(payer, "initiateWithdraw", [config, 1_000n]);
    const requested = await state.withdrawal(id);

    const toppedUp = await client.call();
    assert.equal(toppedUp.receipt.amount, "1000");
    assert.equal(toppedUp.receipt.extra.channelState.withdrawRequestedAt, requested.initiatedAt);
    assert.deepEqual(await state.withdrawal(id), requested);

    await send(people.authorizer, "refund", [config, 400n]);
    assert.deepEqual(await state.withdrawal(id), { ...requested, amount: 600n });
  });

  test("a voucher that was not claimed in time is worth nothing", async () => {
    const { payer, receiver, shop, client } = await open();
    await client.call();
    const { config } = await onlyChannel(shop);

    await send(payer, "initiateWithdraw", [config, 10_000n]);
    await pass(DELAY_SECONDS);
    await send(payer, "finalizeWithdraw", [config]);

    await assert.rejects(shop.manager.claim(), /claim_simulation_failed/);
    assert.equal(await state.tokens(payer.address), FUNDS);
    assert.equal(await state.tokens(receiver), 0n);
  });
});

describe("paying the exact price", () => {
  test("takes all of it at once", async () => {
    const { payer, receiver, client } = await open({ scheme: "exact" });

    const { status, receipt } = await client.call();

    assert.equal(status, 200);
    assert.match(receipt.transaction, /^0x[0-9a-f]{64}$/);
    assert.equal(await state.tokens(payer.address), FUNDS - 1_000n);
    assert.equal(await state.tokens(receiver), 1_000n);
  });

  test("takes a payment once", async () => {
    const sent = [];
    const spying = { ...facilitator, settle: (...call) => (sent.push(call), facilitator.settle(...call)) };
    const { payer, receiver, client } = await open({ scheme: "exact", facilitator: spying });
    await client.call();

    const verdict = await facilitator.verify(...sent[0]);
    const again = await facilitator.settle(...sent[0]);

    assert.equal(verdict.invalidReason, "invalid_exact_evm_nonce_already_used");
    assert.deepEqual([again.success, again.errorReason], [false, "invalid_exact_evm_nonce_already_used"]);
    assert.equal(await state.tokens(receiver), 1_000n);
    assert.equal(await state.used(payer.address, sent[0][0].payload.authorization.nonce), true);
  });

  test("refuses a payer that cannot pay, by name", async () => {
    const reasons = [];
    const spying = {
      ...facilitator,
      verify: async (...call) => {
        const verdict = await facilitator.verify(...call);
        reasons.push(verdict.invalidReason);
        return verdict;
      },
    };
    const { shop } = await open({ scheme: "exact", facilitator: spying });

    const { status } = await openClient(chain, shop, newAccount()).call();

    assert.equal(status, 402);
    assert.deepEqual(reasons, ["invalid_exact_evm_insufficient_balance"]);
  });
});

describe("a contract wallet", () => {
  async function openWallet(options) {
    const owner = newAccount();
    const address = newAccount().address;
    await placeWallet(chain, address, owner.address);
    await place(chain.url, { [address]: FUNDS });
    const receiver = newAccount().address;
    const shop = await openShop({ facilitator, receiver, price: PRICE, ...options });
    const signer = { address, signTypedData: (message) => owner.signTypedData(message) };
    return { address, receiver, shop, signer };
  }

  test("pays through a channel on which it signs the vouchers itself", async () => {
    const { address, receiver, shop, signer } = await openWallet();
    const client = openClient(chain, shop, signer, { payerAuthorizer: zeroAddress });

    await client.call();
    await client.call();
    await shop.manager.claimAndSettle();
    await client.refund();

    assert.equal((await state.tokens(receiver)).toString(), "2000");
    assert.equal(await state.tokens(address), FUNDS - 2_000n);
  });

  test("pays the exact price", async () => {
    const { address, receiver, shop, signer } = await openWallet({ scheme: "exact" });

    const { status } = await openClient(chain, shop, signer).call();

    assert.equal(status, 200);
    assert.deepEqual([await state.tokens(receiver), await state.tokens(address)], [1_000n, FUNDS - 1_000n]);
  });
});

test("npm's packages and the contract agree on a channel's id", async () => {
  const config = {
    payer: people.payer.address,
    payerAuthorizer: people.receiver.address,
    receiver: people.facilitator.address,
    receiverAuthorizer: people.authorizer.address,
    token: TOKEN,
    withdrawDelay: 1_234_567,
    salt: keccak256("0x05"),
  };

  const onChain = await chain.reads.readContract({
    address: ESCROW,
    abi: escrowAbi,
    functionName: "getChannelId",
    args: [config],
  });

  assert.equal(onChain, computeChannelId(config, NETWORK));
});
