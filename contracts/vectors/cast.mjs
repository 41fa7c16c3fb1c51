// Who and what the vectors speak of. The keys are the first four of anvil's published mnemonic
// ("test test … junk"): known to everyone, worth nothing.
import { readFileSync } from "node:fs";
import { encodeAbiParameters, keccak256 } from "viem";
import { privateKeyToAccount } from "viem/accounts";

const placement = JSON.parse(readFileSync(new URL("../placement.json", import.meta.url), "utf8"));
const KEYS = {
  facilitator: "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  payer: "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  receiver: "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
  authorizer: "0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6",
};

export const people = Object.fromEntries(
  Object.entries(KEYS).map(([name, key]) => [name, { name, key, ...privateKeyToAccount(key) }]),
);

export const CHAIN_ID = placement.chainId;
const at = (name) => placement.contracts.find((contract) => contract.name === name).address;
export const TOKEN = at("TestToken");
export const ESCROW = at("BatchSettlement");
export const COLLECTOR = at("Erc3009DepositCollector");
export const MULTICALL3 = at("Multicall3");

export const TOKEN_DOMAIN = { name: "USDC", version: "2", chainId: CHAIN_ID, verifyingContract: TOKEN };
export const ESCROW_DOMAIN = { name: "x402 Batch Settlement", version: "1", chainId: CHAIN_ID, verifyingContract: ESCROW };

export const UINT128_MAX = (1n << 128n) - 1n;
export const UINT256_MAX = (1n << 256n) - 1n;
export const ZERO = "0x0000000000000000000000000000000000000000";

/** The channel most vectors speak of: the payer signs its own vouchers. */
export const CHANNEL = {
  payer: people.payer.address,
  payerAuthorizer: people.payer.address,
  receiver: people.receiver.address,
  receiverAuthorizer: people.authorizer.address,
  token: TOKEN,
  withdrawDelay: 900,
  salt: `0x${"00".repeat(32)}`,
};

/** A channel whose every field differs from {@link CHANNEL}'s, with the longest delay. */
export const OTHER_CHANNEL = {
  payer: people.facilitator.address,
  payerAuthorizer: people.payer.address,
  receiver: people.authorizer.address,
  receiverAuthorizer: people.receiver.address,
  token: "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913",
  withdrawDelay: 2_592_000,
  salt: "0xfedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210",
};

/** A channel of a contract wallet: no payerAuthorizer, vouchers go to ERC-1271. */
export const WALLET_CHANNEL = {
  ...CHANNEL,
  payer: "0x00000000000000000000000000000000DeaDBeef",
  payerAuthorizer: ZERO,
  salt: `0x${"00".repeat(31)}01`,
};

/** The nonce that binds an EIP-3009 deposit to a channel. */
export const depositNonce = (channelId, salt) =>
  keccak256(encodeAbiParameters([{ type: "bytes32" }, { type: "uint256" }], [channelId, salt]));

/** What the ERC-3009 collector decodes. */
export const collectorData = ({ validAfter, validBefore, salt, signature }) =>
  encodeAbiParameters(
    [{ type: "uint256" }, { type: "uint256" }, { type: "uint256" }, { type: "bytes" }],
    [validAfter, validBefore, salt, signature],
  );
