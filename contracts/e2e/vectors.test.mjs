// The vectors are what viem makes now, and the contracts agree with them: a vector that both a foreign library and the
// chain confirm is worth holding our own encoders to.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { encodeFunctionData, toEventSelector, toFunctionSelector } from "viem";
import { escrowAbi, multicall3Abi, tokenAbi } from "../vectors/abi.mjs";
import { CHANNEL, ESCROW, TOKEN, people } from "../vectors/cast.mjs";
import { staleVectors } from "../vectors/make.mjs";
import { channelId } from "../vectors/typed-data.mjs";
import { startChain } from "./anvil.mjs";
import { chainState } from "./chain-state.mjs";

const FUNDS = 1_000_000n;

const read = async (file) => JSON.parse(await readFile(new URL(file, import.meta.url), "utf8"));
const typedData = await read("../vectors/typed-data.json");
const signatures = await read("../vectors/signatures.json");
const calldata = await read("../vectors/calldata.json");
const transactions = await read("../vectors/transactions.json");

const call = (name) => calldata.calls.find((vector) => vector.name === name);

test("are what viem makes now", async () => {
  assert.deepEqual(await staleVectors(), [], "run node vectors/make.mjs");
});

/** Each item's selector or topic: it binds the name and every type. */
const marks = (abi) =>
  abi.flatMap((item) => {
    if (item.type === "function") return [`${item.name} ${toFunctionSelector(item)}`];
    return item.type === "event" ? [`${item.name} ${toEventSelector(item)}`] : [];
  });

for (const [name, abi] of [
  ["BatchSettlement", escrowAbi],
  ["TestToken", tokenAbi],
  ["Multicall3", multicall3Abi],
]) {
  test(`encode what ${name} has`, async () => {
    const built = new Set(marks((await read(`../out/${name}.sol/${name}.json`)).abi));

    assert.deepEqual(
      marks(abi).filter((mark) => !built.has(mark)),
      [],
    );
  });
}

describe("on the chain", () => {
  let chain;
  let state;
  let snapshot;

  before(async () => {
    chain = await startChain({ [people.payer.address]: FUNDS });
    state = chainState(chain);
  });
  beforeEach(async () => {
    snapshot = await chain.test.snapshot();
  });
  afterEach(() => chain.test.revert({ id: snapshot }));
  after(() => chain?.stop());

  const ask = (functionName, args) => chain.reads.readContract({ address: ESCROW, abi: escrowAbi, functionName, args });

  async function send(account, { to, data }) {
    const wallet = chain.wallet(account);
    return wallet.waitForTransactionReceipt({ hash: await wallet.sendTransaction({ to, data, gas: 1_000_000n }) });
  }

  /** How the contract computes the digest of a vector, if it does. */
  const DIGESTS = {
    ChannelConfig: (message) => ask("getChannelId", [message]),
    Voucher: ({ channelId, maxClaimableAmount }) => ask("getVoucherDigest", [channelId, BigInt(maxClaimableAmount)]),
    Refund: ({ channelId, nonce, amount }) => ask("getRefundDigest", [channelId, BigInt(nonce), BigInt(amount)]),
  };

  for (const vector of typedData.vectors) {
    const isHere = vector.domain.verifyingContract === ESCROW && vector.domain.chainId === String(typedData.chainId);
    const digest = DIGESTS[vector.primaryType];
    if (!isHere || !digest) continue;
    test(`digest: ${vector.name}`, async () => {
      assert.equal(await digest(vector.message), vector.digest);
    });
  }

  for (const { name, signature, accepted } of signatures.vectors) {
    test(`voucher signature, ${accepted ? "accepted" : "refused"}: ${name}`, async () => {
      await send(people.facilitator, call("deposit"));
      const maxClaimableAmount = BigInt(signatures.message.maxClaimableAmount);
      const row = { voucher: { channel: CHANNEL, maxClaimableAmount }, signature, totalClaimed: 1n };
      const data = encodeFunctionData({ abi: escrowAbi, functionName: "claim", args: [[row]] });

      const { status } = await send(people.receiver, { to: ESCROW, data });

      assert.equal(status, accepted ? "success" : "reverted");
      assert.equal((await state.channel(channelId(CHANNEL))).totalClaimed, accepted ? 1n : 0n);
    });
  }

  test("deposit, claim, settle and refund do what they say", async () => {
    const id = channelId(CHANNEL);
    const receiverHad = await state.tokens(people.receiver.address);
    const calls = [
      [people.facilitator, "deposit"],
      [people.authorizer, "claim, one row"],
      [people.facilitator, "settle"],
      [people.facilitator, "refundWithSignature"],
    ];

    for (const [sender, name] of calls) {
      assert.equal((await send(sender, call(name))).status, "success", name);
    }

    assert.deepEqual(await state.channel(id), { balance: 3_000n, totalClaimed: 750n });
    assert.equal(await state.tokens(people.receiver.address), receiverHad + 750n);
    assert.equal(await state.tokens(people.payer.address), FUNDS - 3_000n);
    assert.equal(await state.refundNonce(id), 1n);
  });

  for (const form of ["v r s", "bytes"]) {
    test(`transferWithAuthorization, ${form}, pays once`, async () => {
      const vector = call(`transferWithAuthorization, ${form}`);

      const first = await send(people.facilitator, vector);
      const second = await send(people.facilitator, vector);

      assert.deepEqual([first.status, second.status], ["success", "reverted"]);
      assert.equal(await state.tokens(people.payer.address), FUNDS - 1_000n);
    });
  }

  test("answers are decoded from where the chain puts them", async () => {
    await send(people.facilitator, call("deposit"));
    await send(people.authorizer, call("claim, one row"));

    const { data } = await chain.reads.call(call("channels"));

    assert.equal(data, calldata.results.find((result) => result.name === "channels").data);
  });

  test("logs look as the chain writes them", async () => {
    const { logs } = await send(people.facilitator, call("deposit"));

    const vectors = new Map(calldata.logs.map((vector) => [vector.name, vector]));
    const created = logs.find((log) => log.topics[0] === vectors.get("ChannelCreated").topic);
    const fetched = logs.find((log) => log.topics[0] === vectors.get("Transfer").topic);
    assert.deepEqual([created.topics, created.data], [vectors.get("ChannelCreated").topics, vectors.get("ChannelCreated").data]);
    assert.deepEqual([fetched.topics, fetched.data], [vectors.get("Transfer").topics, vectors.get("Transfer").data]);
    assert.deepEqual([created.address, fetched.address], [ESCROW.toLowerCase(), TOKEN.toLowerCase()]);
  });

  test("a raw transaction is taken under its hash, from its sender", async () => {
    const { raw, hash, from } = transactions.vectors.find((vector) => vector.name === "settle, first nonce");

    const taken = await chain.reads.sendRawTransaction({ serializedTransaction: raw });
    const receipt = await chain.reads.waitForTransactionReceipt({ hash: taken });

    assert.equal(taken, hash);
    assert.deepEqual([receipt.status, receipt.from], ["success", from.toLowerCase()]);
  });
});
