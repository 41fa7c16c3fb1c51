import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { zeroAddress } from "viem";
import { FUNDS, openMarket } from "./market.mjs";

let market;
before(async () => {
  market = await openMarket();
});
after(() => market?.stop());

describe("a contract wallet", () => {
  test("pays through a channel on which it signs the vouchers itself", async () => {
    const { address, receiver, shop, signer } = await market.openForWallet();
    const client = market.client(shop, signer, { payerAuthorizer: zeroAddress });

    await client.call();
    await client.call();
    await shop.manager.claimAndSettle();
    await client.refund();

    assert.equal(await market.tokens(receiver), 2_000n);
    assert.equal(await market.tokens(address), FUNDS - 2_000n);
  });

  test("pays the exact price", async () => {
    const { address, receiver, shop, signer } = await market.openForWallet({ scheme: "exact" });

    const { status } = await market.client(shop, signer).call();

    assert.equal(status, 200);
    assert.deepEqual([await market.tokens(receiver), await market.tokens(address)], [1_000n, FUNDS - 1_000n]);
  });
});
