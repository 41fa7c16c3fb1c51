// EIP-1559 transactions: fields, the hash that is signed, the raw bytes that are sent, the hash they are known by.
import { encodeFunctionData, keccak256, serializeTransaction } from "viem";
import { escrowAbi } from "./abi.mjs";
import { CHAIN_ID, ESCROW, TOKEN, people } from "./cast.mjs";

const SETTLE = encodeFunctionData({ abi: escrowAbi, functionName: "settle", args: [people.receiver.address, TOKEN] });

const base = {
  chainId: CHAIN_ID,
  nonce: 7,
  maxPriorityFeePerGas: 1_000_000_000n,
  maxFeePerGas: 3_000_000_000n,
  gas: 120_000n,
  to: ESCROW,
  value: 0n,
  data: SETTLE,
};

/** Both fees at least 12.5 % higher, as a node demands of a replacement. */
const raised = { ...base, maxPriorityFeePerGas: 1_125_000_000n, maxFeePerGas: 3_375_000_000n };

const CASES = [
  ["settle", base],
  ["settle again, both fees raised", raised],
  ["settle, first nonce", { ...base, nonce: 0 }],
  ["settle, a nonce of more than one byte", { ...base, nonce: 70_000 }],
  ["settle, no fee", { ...base, maxPriorityFeePerGas: 0n, maxFeePerGas: 0n }],
  ["plain transfer of value", { ...base, to: people.payer.address, value: 1_000_000_000_000_000_000n, data: "0x", gas: 21_000n }],
  ["data of one byte", { ...base, data: "0x7f" }],
  ["data of 56 bytes", { ...base, data: `0x${"ab".repeat(56)}` }],
  ["data of 300 bytes", { ...base, data: `0x${"cd".repeat(300)}` }],
  ["on a mainnet", { ...base, chainId: 8453 }],
];

/** Past 65,535 bytes RLP writes lengths in three bytes. Told by its parts, as the bytes would only fill the file. */
async function long() {
  const [byte, times] = ["5a", 66_000];
  const transaction = { type: "eip1559", ...base, gas: 16_777_216n, data: `0x${byte.repeat(times)}` };
  const hash = keccak256(await people.facilitator.signTransaction(transaction));
  return { ...base, gas: transaction.gas, data: { byte, times }, signingHash: keccak256(serializeTransaction(transaction)), hash };
}

async function vector([name, fields]) {
  const transaction = { type: "eip1559", ...fields };
  const raw = await people.facilitator.signTransaction(transaction);
  return {
    name,
    from: people.facilitator.address,
    privateKey: people.facilitator.key,
    transaction: fields,
    signingHash: keccak256(serializeTransaction(transaction)),
    raw,
    hash: keccak256(raw),
  };
}

export async function transactions() {
  return {
    about: "EIP-1559 transactions without access list. `signingHash` = keccak256(0x02 ‖ rlp(fields)); `hash` = keccak256(raw).",
    vectors: await Promise.all(CASES.map(vector)),
    long: await long(),
  };
}
