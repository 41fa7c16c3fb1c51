import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { FUNDS, openMarket, spying } from "./market.mjs";

let market;
before(async () => {
  market = await openMarket();
});
after(() => market?.stop());

describe("paying the exact price", () => {
  test("takes all of it at once", async () => {
    const { payer, receiver, client } = await market.open({ scheme: "exact" });

    const { status, receipt } = await client.call();

    assert.equal(status, 200);
    assert.match(receipt.transaction, /^0x[0-9a-f]{64}$/);
    assert.equal(await market.tokens(payer.address), FUNDS - 1_000n);
    assert.equal(await market.tokens(receiver), 1_000n);
  });

  test("takes a payment once", async () => {
    const facilitator = spying(market.facilitator);
    const { payer, receiver, client } = await market.open({ scheme: "exact", facilitator });
    await client.call();

    const verdict = await facilitator.verify(...facilitator.sent[0]);
    const again = await facilitator.settle(...facilitator.sent[0]);

    assert.equal(verdict.invalidReason, "invalid_exact_evm_nonce_already_used");
    assert.deepEqual([again.success, again.errorReason], [false, "invalid_exact_evm_nonce_already_used"]);
    assert.equal(await market.tokens(receiver), 1_000n);
    assert.equal(await market.used(payer.address, facilitator.sent[0][0].payload.authorization.nonce), true);
  });

  test("refuses a payer that cannot pay, by name", async () => {
    const facilitator = spying(market.facilitator);
    const { shop } = await market.open({ scheme: "exact", facilitator });

    const { status } = await market.client(shop, market.newAccount()).call();

    assert.equal(status, 402);
    assert.deepEqual(
      facilitator.verdicts.map(({ invalidReason }) => invalidReason),
      ["invalid_exact_evm_insufficient_balance"],
    );
  });
});
