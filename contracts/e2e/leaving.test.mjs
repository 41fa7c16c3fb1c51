import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { people } from "../vectors/cast.mjs";
import { FUNDS, onlyChannel, openMarket } from "./market.mjs";

const DELAY_SECONDS = 900;

let market;
before(async () => {
  market = await openMarket();
});
after(() => market?.stop());

describe("getting deposits back", () => {
  test("a refund claims what was charged and returns the rest", async () => {
    const { payer, shop, client } = await market.open();
    await client.call();
    const { id } = await onlyChannel(shop);

    const refunded = await client.refund();

    assert.equal(refunded.amount, "9000");
    assert.equal(await market.tokens(payer.address), FUNDS - 1_000n);
    assert.deepEqual(await market.channel(id), { balance: 1_000n, totalClaimed: 1_000n });
    assert.equal(await market.refundNonce(id), 1n);
    assert.deepEqual(
      (await market.events(refunded.transaction)).map(({ eventName }) => eventName),
      ["Claimed", "Refunded"],
    );
  });

  test("a part may be refunded, and the channel goes on", async () => {
    const { payer, shop, client } = await market.open();
    await client.call();

    const refunded = await client.refund("2500");
    const next = await client.call();

    assert.equal(refunded.amount, "2500");
    assert.equal(await market.tokens(payer.address), FUNDS - 7_500n);
    assert.equal(next.receipt.transaction, "");
    assert.deepEqual(await market.channel((await onlyChannel(shop)).id), { balance: 7_500n, totalClaimed: 1_000n });
  });

  test("a call after a full refund deposits anew on the same channel", async () => {
    const { shop, client } = await market.open();
    await client.call();
    const { id } = await onlyChannel(shop);
    await client.refund();

    const { receipt } = await client.call();

    assert.equal(receipt.amount, "10000");
    assert.deepEqual(await market.channel(id), { balance: 11_000n, totalClaimed: 1_000n });
    assert.equal((await onlyChannel(shop)).id, id);
  });

  test("the channel manager refunds on its own", async () => {
    const { payer, receiver, shop, client } = await market.open();
    await client.call();

    await shop.manager.refund();
    await shop.manager.settle();

    assert.equal(await market.tokens(payer.address), FUNDS - 1_000n);
    assert.equal(await market.tokens(receiver), 1_000n);
  });

  test("a payer leaves without consent, with all that was not claimed in time", async () => {
    const { payer, receiver, shop, client } = await market.open();
    await client.call();
    const { id, config } = await onlyChannel(shop);

    await market.send(payer, "initiateWithdraw", [config, 10_000n]);
    await assert.rejects(market.send(payer, "finalizeWithdraw", [config]), /reverted/);
    await shop.manager.claimAndSettle();
    await market.pass(DELAY_SECONDS);
    await market.send(payer, "finalizeWithdraw", [config]);

    assert.equal(await market.tokens(payer.address), FUNDS - 1_000n);
    assert.equal(await market.tokens(receiver), 1_000n);
    assert.deepEqual(await market.channel(id), { balance: 1_000n, totalClaimed: 1_000n });
    assert.deepEqual(await market.withdrawal(id), { amount: 0n, initiatedAt: 0 });
  });

  test("a pending withdrawal is announced, outlives a deposit and is cut by a refund", async () => {
    const { payer, shop, client } = await market.open({ minDeposit: "1000" });
    await client.call();
    const { id, config } = await onlyChannel(shop);
    await market.send(payer, "initiateWithdraw", [config, 1_000n]);
    const requested = await market.withdrawal(id);

    const toppedUp = await client.call();
    assert.equal(toppedUp.receipt.amount, "1000");
    assert.equal(toppedUp.receipt.extra.channelState.withdrawRequestedAt, requested.initiatedAt);
    assert.deepEqual(await market.withdrawal(id), requested);

    await market.send(people.authorizer, "refund", [config, 400n]);
    assert.deepEqual(await market.withdrawal(id), { ...requested, amount: 600n });
  });

  test("a voucher that was not claimed in time is worth nothing", async () => {
    const { payer, receiver, shop, client } = await market.open();
    await client.call();
    const { config } = await onlyChannel(shop);

    await market.send(payer, "initiateWithdraw", [config, 10_000n]);
    await market.pass(DELAY_SECONDS);
    await market.send(payer, "finalizeWithdraw", [config]);

    await assert.rejects(shop.manager.claim(), /claim_simulation_failed/);
    assert.equal(await market.tokens(payer.address), FUNDS);
    assert.equal(await market.tokens(receiver), 0n);
  });
});
