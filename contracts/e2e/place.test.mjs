import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { place } from "../place.mjs";
import { ESCROW, MULTICALL3, TOKEN, people } from "../vectors/cast.mjs";
import { startAnvil } from "./anvil.mjs";
import { chainState } from "./chain-state.mjs";

const SCRIPT = fileURLToPath(new URL("../place.mjs", import.meta.url));
const PAYER = people.payer.address;

/** Runs the script as a user would. Answers its exit code and what it said. */
const run = (...options) =>
  promisify(execFile)(process.execPath, [SCRIPT, ...options]).then(
    ({ stdout }) => ({ code: 0, stdout, stderr: "" }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );

/** A node that answers each method with a fixed result. */
async function nodeAnswering(results) {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, result: results[JSON.parse(body).method] }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}

describe("given an anvil chain", () => {
  let chain;
  before(async () => {
    chain = await startAnvil();
  });
  after(() => chain?.stop());

  test("places everything, and again changes nothing", async () => {
    const first = await run("--rpc", chain.url, "--fund", `${PAYER}=5000000`);
    const second = await run("--rpc", chain.url, "--fund", `${PAYER}=5000000`);

    assert.equal(first.code, 0, first.stderr);
    assert.equal(first.stdout.match(/ placed$/gm).length, 4);
    assert.equal(second.stdout.match(/ was there$/gm).length, 4);
    assert.match(second.stdout, /holds 5000000 units/);
    assert.equal(await chainState(chain).tokens(PAYER), 5_000_000n);
  });

  test("keeps what an account holds above its units", async () => {
    const { funds } = await place(chain.url, { [PAYER]: 1n });

    assert.equal(funds[PAYER], await chainState(chain).tokens(PAYER));
    assert.ok(funds[PAYER] > 1n);
  });

  test("replaces foreign code at an address", async () => {
    await place(chain.url);
    await chain.test.setCode({ address: ESCROW, bytecode: "0x00" });

    const { contracts } = await place(chain.url);

    assert.deepEqual(
      contracts.filter(({ placed }) => placed).map(({ name }) => name),
      ["BatchSettlement"],
    );
  });

  test("leaves the code where a reorganisation cannot take it", async () => {
    await place(chain.url);
    await chain.test.mine({ blocks: 3 });

    await chain.reads.request({ method: "anvil_reorg", params: [3, []] });

    for (const address of [TOKEN, ESCROW, MULTICALL3]) assert.ok(await chain.reads.getCode({ address }), address);
  });
});

describe("refuses, saying what to do,", () => {
  const refusals = [
    ["no options", [], /usage: node place\.mjs/],
    ["a url that is none", ["--rpc", "localhost"], /usage/],
    ["an amount that is none", ["--rpc", "http://127.0.0.1:1", "--fund", `${PAYER}=1.5`], /usage/],
    ["an address that is none", ["--rpc", "http://127.0.0.1:1", "--fund", "0x12=5"], /usage/],
    ["a node that does not answer", ["--rpc", "http://127.0.0.1:1"], /no answer from http:\/\/127\.0\.0\.1:1/],
  ];
  for (const [what, options, message] of refusals) {
    test(what, async () => {
      const { code, stderr } = await run(...options);

      assert.equal(code, 1);
      assert.match(stderr, message);
    });
  }

  test("a node that is not anvil", async () => {
    const node = await nodeAnswering({ web3_clientVersion: "Geth/v1.16.0" });

    await assert.rejects(place(node.url), /anvil only; this node is Geth/);

    node.stop();
  });

  test("another chain", async () => {
    const node = await nodeAnswering({ web3_clientVersion: "anvil/v1.7.1", eth_chainId: "0x7a69" });

    await assert.rejects(place(node.url), /start anvil with --chain-id 84532/);

    node.stop();
  });

  test("a chain that does not keep the code", async () => {
    const node = await nodeAnswering({ web3_clientVersion: "anvil/v1.7.1", eth_chainId: "0x14a34", eth_call: "0x" });

    await assert.rejects(place(node.url), /TestToken at 0x036C.* answers DOMAIN_SEPARATOR\(\) with 0x, not/);

    node.stop();
  });
});
