#!/usr/bin/env node
// Puts the contracts where x402's packages look for them, on a local anvil chain:
//
//   node place.mjs --rpc http://127.0.0.1:8545 [--fund 0x…=units ...]
//
// Placing again changes nothing, and --fund only mints what an account lacks of its units. The chain is read afterwards:
// each contract must answer as placement.json says. Plain JSON-RPC and no package, so that other languages can do the
// same; README.md lists the steps.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const USAGE = "usage: node place.mjs --rpc <url> [--fund 0x<address>=<units> ...]";
const REQUEST_TIMEOUT_MS = 20_000;
const RECEIPT_TIMEOUT_MS = 30_000;
const RECEIPT_INTERVAL_MS = 50;

/** Sends the minting transactions. Nobody has its key: anvil impersonates it. */
const MINTER = "0x000000000000000000000000000000000000a11a";
const MINTER_WEI = "0xde0b6b3a7640000";

const word = (hex) => hex.replace(/^0x/, "").toLowerCase().padStart(64, "0");
const balanceOf = (account) => `0x70a08231${word(account)}`;
const mint = (account, units) => `0x40c10f19${word(account)}${word(units.toString(16))}`;

const read = async (file) => JSON.parse(await readFile(new URL(file, import.meta.url), "utf8"));

/** What cannot be placed, said to whoever ran this. */
export class PlacementError extends Error {}

function client(url) {
  let id = 0;
  return async (method, ...params) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params }),
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
    }).catch((error) => {
      throw new PlacementError(`no answer from ${url} to ${method}: ${error.cause?.code ?? error.message}`);
    });
    const answer = await response.json().catch(() => ({ error: { message: `HTTP ${response.status}, not JSON` } }));
    if (answer.error) throw new PlacementError(`${method}: ${answer.error.message}`);
    return answer.result;
  };
}

async function requireLocalChain(rpc, chainId) {
  const version = await rpc("web3_clientVersion");
  if (!version.startsWith("anvil/")) {
    throw new PlacementError(`code can be written to addresses on anvil only; this node is ${version}`);
  }
  const found = Number(await rpc("eth_chainId"));
  if (found !== chainId) {
    throw new PlacementError(`the chain's id is ${found}: start anvil with --chain-id ${chainId}, the one clients know`);
  }
}

async function runtimeCode({ name, artifact }) {
  const built = await read(artifact).catch(() => {
    throw new PlacementError(`${artifact} is missing: run npm ci && npm run build in contracts/ first`);
  });
  if (Object.keys(built.deployedBytecode.immutableReferences ?? {}).length > 0) {
    throw new PlacementError(`${name} has immutables, which would be lost: place it by deploying it`);
  }
  return built.deployedBytecode.object;
}

async function placeContract(rpc, contract) {
  const code = await runtimeCode(contract);
  const placed = (await rpc("eth_getCode", contract.address, "latest")) === code;
  if (!placed) await rpc("anvil_setCode", contract.address, code);

  const { call, data, answer } = contract.proof;
  const found = await rpc("eth_call", { to: contract.address, data }, "latest");
  if (found !== answer) {
    throw new PlacementError(`${contract.name} at ${contract.address} answers ${call} with ${found}, not ${answer}`);
  }
  return { ...contract, placed: !placed };
}

async function receipt(rpc, hash) {
  const deadline = Date.now() + RECEIPT_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const found = await rpc("eth_getTransactionReceipt", hash);
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, RECEIPT_INTERVAL_MS));
  }
  throw new PlacementError(`${hash} was not mined within ${RECEIPT_TIMEOUT_MS / 1000} s: does anvil mine?`);
}

/** Brings `account` to at least `units` of the token. Returns what it holds then. */
async function fund(rpc, token, account, units) {
  const balance = async () => BigInt(await rpc("eth_call", { to: token, data: balanceOf(account) }, "latest"));
  const lacking = units - (await balance());
  if (lacking > 0n) {
    await rpc("anvil_setBalance", MINTER, MINTER_WEI);
    await rpc("anvil_impersonateAccount", MINTER);
    const hash = await rpc("eth_sendTransaction", { from: MINTER, to: token, data: mint(account, lacking) });
    const { status } = await receipt(rpc, hash);
    await rpc("anvil_stopImpersonatingAccount", MINTER);
    if (status !== "0x1") throw new PlacementError(`minting for ${account} was reverted: ${hash}`);
  }
  const held = await balance();
  if (held < units) throw new PlacementError(`${account} holds ${held} units after minting, not ${units}`);
  return held;
}

/**
 * Places all contracts of placement.json and funds accounts.
 *
 * @param {string} rpcUrl an anvil node's JSON-RPC
 * @param {Record<string, bigint>} funds address → least token units it shall hold
 * @returns {Promise<{contracts: object[], funds: Record<string, bigint>}>}
 */
export async function place(rpcUrl, funds = {}) {
  const placement = await read("placement.json");
  const rpc = client(rpcUrl);
  await requireLocalChain(rpc, placement.chainId);

  const contracts = [];
  for (const contract of placement.contracts) contracts.push(await placeContract(rpc, contract));
  // A block of its own: a reorganisation (anvil_reorg) of later blocks then leaves the code where it is.
  if (contracts.some((contract) => contract.placed)) await rpc("evm_mine");
  const token = contracts.find((contract) => contract.name === "TestToken").address;
  const held = {};
  for (const [account, units] of Object.entries(funds)) held[account] = await fund(rpc, token, account, units);
  return { contracts, funds: held };
}

function options(argv) {
  const found = { rpc: undefined, funds: {} };
  for (let i = 0; i < argv.length; i += 2) {
    const [option, value] = [argv[i], argv[i + 1] ?? ""];
    const funding = /^(0x[0-9a-fA-F]{40})=([0-9]{1,38})$/.exec(value);
    if (option === "--rpc" && /^https?:\/\//.test(value)) found.rpc = value;
    else if (option === "--fund" && funding) found.funds[funding[1]] = BigInt(funding[2]);
    else throw new PlacementError(`${option} ${value}: ${USAGE}`);
  }
  if (!found.rpc) throw new PlacementError(USAGE);
  return found;
}

async function main() {
  const { rpc, funds } = options(process.argv.slice(2));
  const done = await place(rpc, funds);
  for (const { name, address, placed } of done.contracts) {
    console.log(`${address} ${name} ${placed ? "placed" : "was there"}`);
  }
  for (const [account, units] of Object.entries(done.funds)) console.log(`${account} holds ${units} units`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    if (!(error instanceof PlacementError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
}
