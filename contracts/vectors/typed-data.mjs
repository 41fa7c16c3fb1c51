// EIP-712: what is hashed, what the hash is, and what its signer makes of it.
import { concat, hashDomain, hashStruct, hashTypedData, keccak256 } from "viem";
import {
  CHANNEL,
  CHAIN_ID,
  COLLECTOR,
  ESCROW_DOMAIN,
  OTHER_CHANNEL,
  TOKEN_DOMAIN,
  UINT128_MAX,
  UINT256_MAX,
  WALLET_CHANNEL,
  depositNonce,
  people,
} from "./cast.mjs";

const field = (declaration) => {
  const [type, name] = declaration.split(" ");
  return { name, type };
};
const struct = (...declarations) => declarations.map(field);

const AUTHORIZATION = struct(
  "address from",
  "address to",
  "uint256 value",
  "uint256 validAfter",
  "uint256 validBefore",
  "bytes32 nonce",
);

export const TYPES = {
  ChannelConfig: struct(
    "address payer",
    "address payerAuthorizer",
    "address receiver",
    "address receiverAuthorizer",
    "address token",
    "uint40 withdrawDelay",
    "bytes32 salt",
  ),
  Voucher: struct("bytes32 channelId", "uint128 maxClaimableAmount"),
  Refund: struct("bytes32 channelId", "uint256 nonce", "uint128 amount"),
  ClaimBatch: struct("ClaimEntry[] claims"),
  ClaimEntry: struct("bytes32 channelId", "uint128 maxClaimableAmount", "uint128 totalClaimed"),
  TransferWithAuthorization: AUTHORIZATION,
  ReceiveWithAuthorization: AUTHORIZATION,
  CancelAuthorization: struct("address authorizer", "bytes32 nonce"),
  Permit: struct("address owner", "address spender", "uint256 value", "uint256 nonce", "uint256 deadline"),
};

const DOMAIN_FIELDS = struct("string name", "string version", "uint256 chainId", "address verifyingContract");

/** The types that `primaryType` is made of, as wallets want them. */
const typesOf = (primaryType) =>
  primaryType === "ClaimBatch"
    ? { ClaimBatch: TYPES.ClaimBatch, ClaimEntry: TYPES.ClaimEntry }
    : { [primaryType]: TYPES[primaryType] };

export const channelId = (config) =>
  hashTypedData({ domain: ESCROW_DOMAIN, types: typesOf("ChannelConfig"), primaryType: "ChannelConfig", message: config });

export const sign = (signer, domain, primaryType, message) =>
  signer.signTypedData({ domain, types: typesOf(primaryType), primaryType, message });

const id = channelId(CHANNEL);
const otherId = channelId(OTHER_CHANNEL);
const salt = 0x2an;

const entry = (channel, maxClaimableAmount, totalClaimed) => ({ channelId: channel, maxClaimableAmount, totalClaimed });
const authorization = (to, value, nonce, validAfter = 0n, validBefore = 1_900_000_000n) => ({
  from: people.payer.address,
  to,
  value,
  validAfter,
  validBefore,
  nonce,
});

/** Row: name, signer (null: nobody signs it), domain, primary type, message. */
const CASES = [
  ["channel", null, ESCROW_DOMAIN, "ChannelConfig", CHANNEL],
  ["channel, every field another", null, ESCROW_DOMAIN, "ChannelConfig", OTHER_CHANNEL],
  ["channel of a contract wallet", null, ESCROW_DOMAIN, "ChannelConfig", WALLET_CHANNEL],
  ["channel on another chain", null, { ...ESCROW_DOMAIN, chainId: 8453 }, "ChannelConfig", CHANNEL],
  ["voucher", people.payer, ESCROW_DOMAIN, "Voucher", { channelId: id, maxClaimableAmount: 1_000n }],
  ["voucher of one unit", people.payer, ESCROW_DOMAIN, "Voucher", { channelId: id, maxClaimableAmount: 1n }],
  ["voucher of zero", people.payer, ESCROW_DOMAIN, "Voucher", { channelId: id, maxClaimableAmount: 0n }],
  ["voucher of the greatest amount", people.payer, ESCROW_DOMAIN, "Voucher", { channelId: id, maxClaimableAmount: UINT128_MAX }],
  ["voucher by a stranger", people.receiver, ESCROW_DOMAIN, "Voucher", { channelId: id, maxClaimableAmount: 1_000n }],
  ["voucher of another channel", people.payer, ESCROW_DOMAIN, "Voucher", { channelId: otherId, maxClaimableAmount: 123_456_789n }],
  ["refund", people.authorizer, ESCROW_DOMAIN, "Refund", { channelId: id, nonce: 0n, amount: 7_000n }],
  ["refund at a later nonce", people.authorizer, ESCROW_DOMAIN, "Refund", { channelId: id, nonce: 17n, amount: UINT128_MAX }],
  ["refund at the greatest nonce", people.authorizer, ESCROW_DOMAIN, "Refund", { channelId: otherId, nonce: UINT256_MAX, amount: 1n }],
  ["claim batch of one", people.authorizer, ESCROW_DOMAIN, "ClaimBatch", { claims: [entry(id, 1_000n, 750n)] }],
  [
    "claim batch of three",
    people.authorizer,
    ESCROW_DOMAIN,
    "ClaimBatch",
    { claims: [entry(id, 1_000n, 750n), entry(otherId, UINT128_MAX, UINT128_MAX), entry(id, 1_001n, 1_000n)] },
  ],
  ["claim batch of none", people.authorizer, ESCROW_DOMAIN, "ClaimBatch", { claims: [] }],
  [
    "transfer authorization",
    people.payer,
    TOKEN_DOMAIN,
    "TransferWithAuthorization",
    authorization(people.receiver.address, 1_000n, keccak256("0x01")),
  ],
  [
    "transfer authorization, greatest numbers",
    people.payer,
    TOKEN_DOMAIN,
    "TransferWithAuthorization",
    authorization(people.receiver.address, UINT256_MAX, `0x${"ff".repeat(32)}`, UINT256_MAX, UINT256_MAX),
  ],
  [
    "transfer authorization in the mainnet token's domain",
    people.payer,
    { name: "USD Coin", version: "2", chainId: 8453, verifyingContract: OTHER_CHANNEL.token },
    "TransferWithAuthorization",
    authorization(people.receiver.address, 1_000n, keccak256("0x01")),
  ],
  [
    "deposit authorization",
    people.payer,
    TOKEN_DOMAIN,
    "ReceiveWithAuthorization",
    authorization(COLLECTOR, 10_000n, depositNonce(id, salt)),
  ],
  ["cancelled authorization", people.payer, TOKEN_DOMAIN, "CancelAuthorization", { authorizer: people.payer.address, nonce: keccak256("0x01") }],
  [
    "permit",
    people.payer,
    TOKEN_DOMAIN,
    "Permit",
    { owner: people.payer.address, spender: COLLECTOR, value: 10_000n, nonce: 0n, deadline: 1_900_000_000n },
  ],
];

async function vector([name, signer, domain, primaryType, message]) {
  const types = typesOf(primaryType);
  const domainSeparator = hashDomain({ domain, types: { EIP712Domain: DOMAIN_FIELDS } });
  const structHash = hashStruct({ data: message, primaryType, types });
  const digest = keccak256(concat(["0x1901", domainSeparator, structHash]));
  return {
    name,
    primaryType,
    types,
    domain,
    message,
    domainSeparator,
    structHash,
    digest,
    ...(signer && {
      signer: signer.address,
      privateKey: signer.key,
      signature: await sign(signer, domain, primaryType, message),
    }),
  };
}

export async function typedData() {
  return {
    about: "EIP-712 structs, digests and signatures. `digest` = keccak256(0x1901, domainSeparator, structHash); a ChannelConfig's digest is its channel id.",
    vectors: await Promise.all(CASES.map(vector)),
    depositNonce: {
      about: "keccak256(abi.encode(bytes32 channelId, uint256 salt)): the EIP-3009 nonce of a deposit",
      channelId: id,
      salt,
      nonce: depositNonce(id, salt),
    },
    chainId: CHAIN_ID,
  };
}
