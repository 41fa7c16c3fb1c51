import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { computeChannelId } from "@x402/evm/batch-settlement/client";
import { keccak256 } from "viem";
import { escrowAbi } from "../vectors/abi.mjs";
import { ESCROW, TOKEN, people } from "../vectors/cast.mjs";
import { FUNDS, onlyChannel, openMarket, spying } from "./market.mjs";
import { NETWORK, openFacilitator } from "./shop.mjs";

let market;
before(async () => {
  market = await openMarket();
});
after(() => market?.stop());

describe("paying through a channel", () => {
  test("the first call deposits, the next only sign", async () => {
    const { payer, shop, client } = await market.open();

    const first = await client.call();
    const second = await client.call();

    assert.equal(first.receipt.amount, "10000");
    assert.equal(second.receipt.transaction, "");
    assert.equal(await market.tokens(payer.address), FUNDS - 10_000n);
    const { id } = await onlyChannel(shop);
    assert.deepEqual(await market.channel(id), { balance: 10_000n, totalClaimed: 0n });
    const events = await market.events(first.receipt.transaction);
    assert.deepEqual(
      events.map(({ eventName }) => eventName),
      ["ChannelCreated", "Deposited"],
    );
    assert.deepEqual([events[0].args.channelId, events[1].args.newBalance], [id, 10_000n]);
  });

  test("a call that the deposit no longer covers tops it up", async () => {
    const { shop, client } = await market.open({ minDeposit: "1500" });

    await client.call();
    const second = await client.call();

    assert.notEqual(second.receipt.transaction, "");
    const { id } = await onlyChannel(shop);
    assert.deepEqual(await market.channel(id), { balance: 3_000n, totalClaimed: 0n });
    assert.deepEqual(
      (await market.events(second.receipt.transaction)).map(({ eventName }) => eventName),
      ["Deposited"],
    );
  });

  test("the receiver is paid what was charged, not what was signed", async () => {
    const { receiver, shop, client } = await market.open();
    shop.charge = "321";
    await client.call();
    await client.call();

    const { claims, settle } = await shop.manager.claimAndSettle();

    const { id } = await onlyChannel(shop);
    assert.equal(claims.length, 1);
    assert.deepEqual(await market.channel(id), { balance: 10_000n, totalClaimed: 642n });
    assert.equal(await market.tokens(receiver), 642n);
    const [settled] = await market.events(settle.transaction);
    assert.deepEqual([settled.eventName, settled.args.amount], ["Settled", 642n]);
  });

  test("many channels are claimed in one transaction and paid in one transfer", async () => {
    const { receiver, shop, client } = await market.open();
    const clients = [client, market.client(shop, await market.newPayer()), market.client(shop, await market.newPayer())];
    for (const each of clients) await each.call();

    const { claims, settle } = await shop.manager.claimAndSettle();

    assert.deepEqual(
      claims.map(({ vouchers }) => vouchers),
      [3],
    );
    const rows = await market.events(claims[0].transaction);
    assert.deepEqual(
      rows.map(({ eventName, args }) => [eventName, args.claimAmount]),
      Array(3).fill(["Claimed", 1_000n]),
    );
    assert.equal((await market.events(settle.transaction)).length, 1);
    assert.equal(await market.tokens(receiver), 3_000n);
  });

  test("a claim that comes twice changes nothing, and there is nothing to settle twice", async () => {
    const facilitator = spying(market.facilitator);
    const { receiver, shop, client } = await market.open({ facilitator });
    await client.call();
    await shop.manager.claimAndSettle();
    const { id } = await onlyChannel(shop);
    const before = await market.channel(id);

    const claim = facilitator.sent.find(([payload]) => payload.payload.type === "claim");
    const again = await facilitator.settle(...claim);

    assert.equal(again.success, true);
    assert.deepEqual(await market.events(again.transaction), []);
    assert.deepEqual(await market.channel(id), before);
    await assert.rejects(shop.manager.settle(), /nothing_to_settle/);
    assert.equal(await market.tokens(receiver), 1_000n);
  });

  test("the shop's own key may authorize the claims instead of the facilitator's", async () => {
    const relay = openFacilitator(market.chain, people.facilitator, undefined);
    const { receiver, shop, client } = await market.open({ facilitator: relay, authorizer: people.receiver });
    await client.call();

    await shop.manager.claimAndSettle();

    assert.equal((await onlyChannel(shop)).config.receiverAuthorizer, people.receiver.address);
    assert.equal(await market.tokens(receiver), 1_000n);
  });

  test("claims signed by another key are refused", async () => {
    const relay = openFacilitator(market.chain, people.facilitator, undefined);
    const lying = { ...people.payer, address: people.receiver.address };
    const { shop, client } = await market.open({ facilitator: relay, authorizer: lying });
    await client.call();

    await assert.rejects(shop.manager.claim(), /claim_simulation_failed/);

    assert.equal((await market.channel((await onlyChannel(shop)).id)).totalClaimed, 0n);
  });

  test("another key than the payer's may sign the vouchers", async () => {
    const voucherSigner = market.newAccount();
    const { receiver, shop, client } = await market.open({ client: { voucherSigner } });
    await client.call();
    await client.call();

    await shop.manager.claimAndSettle();

    assert.equal((await onlyChannel(shop)).config.payerAuthorizer, voucherSigner.address);
    assert.equal(await market.tokens(receiver), 2_000n);
  });

  test("a client that forgot everything goes on with its channel", async () => {
    const { payer, shop, client } = await market.open();
    shop.charge = "700";
    await client.call();
    await client.call();

    const { status, receipt } = await market.client(shop, payer).call();

    assert.equal(status, 200);
    assert.equal(receipt.transaction, "", "no second deposit");
    assert.equal(receipt.extra.channelState.chargedCumulativeAmount, "2100");
  });

  test("a payer without tokens is refused, and nothing is served", async () => {
    const { shop } = await market.open();

    const { status } = await market.client(shop, market.newAccount()).call();

    assert.equal(status, 402);
    assert.equal(shop.served, 0);
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

  const onChain = await market.chain.reads.readContract({
    address: ESCROW,
    abi: escrowAbi,
    functionName: "getChannelId",
    args: [config],
  });

  assert.equal(onChain, computeChannelId(config, NETWORK));
});
