// ABI: the calls that are made, the answers that are read, the events that are watched.
import {
  encodeAbiParameters,
  encodeEventTopics,
  encodeFunctionData,
  encodeFunctionResult,
  keccak256,
  parseSignature,
  toEventSelector,
  toFunctionSelector,
  toFunctionSignature,
} from "viem";
import { escrowAbi, multicall3Abi, tokenAbi } from "./abi.mjs";
import {
  CHANNEL,
  COLLECTOR,
  ESCROW,
  ESCROW_DOMAIN,
  MULTICALL3,
  OTHER_CHANNEL,
  TOKEN,
  TOKEN_DOMAIN,
  UINT128_MAX,
  collectorData,
  depositNonce,
  people,
} from "./cast.mjs";
import { channelId, sign } from "./typed-data.mjs";

const item = (abi, type, name, arity) =>
  abi.find((entry) => entry.type === type && entry.name === name && (arity === undefined || entry.inputs.length === arity));

async function row(channel, maxClaimableAmount, totalClaimed) {
  const signature = await sign(people.payer, ESCROW_DOMAIN, "Voucher", { channelId: channelId(channel), maxClaimableAmount });
  return { voucher: { channel, maxClaimableAmount }, signature, totalClaimed };
}

const entries = (rows) =>
  rows.map(({ voucher, totalClaimed }) => ({
    channelId: channelId(voucher.channel),
    maxClaimableAmount: voucher.maxClaimableAmount,
    totalClaimed,
  }));

async function depositArguments() {
  const [validAfter, validBefore, salt] = [0n, 1_900_000_000n, 0x2an];
  const nonce = depositNonce(channelId(CHANNEL), salt);
  const message = { from: people.payer.address, to: COLLECTOR, value: 10_000n, validAfter, validBefore, nonce };
  const signature = await sign(people.payer, TOKEN_DOMAIN, "ReceiveWithAuthorization", message);
  return [CHANNEL, 10_000n, COLLECTOR, collectorData({ validAfter, validBefore, salt, signature })];
}

async function calls() {
  const id = channelId(CHANNEL);
  const one = [await row(CHANNEL, 1_000n, 750n)];
  const two = [...one, await row(OTHER_CHANNEL, UINT128_MAX, 1n)];
  const sameAuthorizer = { ...OTHER_CHANNEL, receiverAuthorizer: people.authorizer.address };
  const batch = [...one, await row(sameAuthorizer, UINT128_MAX, 1n)];
  const batchSignature = await sign(people.authorizer, ESCROW_DOMAIN, "ClaimBatch", { claims: entries(batch) });
  const refundSignature = await sign(people.authorizer, ESCROW_DOMAIN, "Refund", { channelId: id, nonce: 0n, amount: 7_000n });
  const transfer = {
    from: people.payer.address,
    to: people.receiver.address,
    value: 1_000n,
    validAfter: 0n,
    validBefore: 1_900_000_000n,
    nonce: keccak256("0x01"),
  };
  const transferSignature = await sign(people.payer, TOKEN_DOMAIN, "TransferWithAuthorization", transfer);
  const { r, s, yParity } = parseSignature(transferSignature);
  const escrow = (name, functionName, args) => ({ name, to: ESCROW, abi: escrowAbi, functionName, args });
  const token = (name, functionName, args) => ({ name, to: TOKEN, abi: tokenAbi, functionName, args });
  const data = ({ abi, functionName, args }) => encodeFunctionData({ abi, functionName, args });
  const claimThenRefund = [
    escrow("", "claimWithSignature", [batch, batchSignature]),
    escrow("", "refundWithSignature", [CHANNEL, 7_000n, 0n, refundSignature]),
  ].map(data);

  return [
    escrow("deposit", "deposit", await depositArguments()),
    escrow("claim, no rows", "claim", [[]]),
    escrow("claim, one row", "claim", [one]),
    escrow("claim, two rows", "claim", [two]),
    escrow("claimWithSignature", "claimWithSignature", [batch, batchSignature]),
    escrow("settle", "settle", [people.receiver.address, TOKEN]),
    escrow("refund", "refund", [CHANNEL, 7_000n]),
    escrow("refundWithSignature", "refundWithSignature", [CHANNEL, 7_000n, 0n, refundSignature]),
    escrow("initiateWithdraw", "initiateWithdraw", [CHANNEL, 9_000n]),
    escrow("finalizeWithdraw", "finalizeWithdraw", [CHANNEL]),
    escrow("multicall: claim, then refund", "multicall", [claimThenRefund]),
    escrow("multicall, nothing", "multicall", [[]]),
    escrow("getChannelId", "getChannelId", [CHANNEL]),
    escrow("channels", "channels", [id]),
    escrow("pendingWithdrawals", "pendingWithdrawals", [id]),
    escrow("refundNonce", "refundNonce", [id]),
    escrow("receivers", "receivers", [people.receiver.address, TOKEN]),
    token("transferWithAuthorization, v r s", "transferWithAuthorization", [...Object.values(transfer), 27 + yParity, r, s]),
    token("transferWithAuthorization, bytes", "transferWithAuthorization", [...Object.values(transfer), transferSignature]),
    token("authorizationState", "authorizationState", [people.payer.address, transfer.nonce]),
    token("balanceOf", "balanceOf", [people.payer.address]),
    token("transfer", "transfer", [people.receiver.address, 1n]),
    token("mint", "mint", [people.payer.address, 50_000_000n]),
    {
      name: "tryAggregate of two reads",
      to: MULTICALL3,
      abi: multicall3Abi,
      functionName: "tryAggregate",
      args: [
        false,
        [escrow("", "channels", [id]), token("", "balanceOf", [people.payer.address])].map((call) => ({
          target: call.to,
          callData: data(call),
        })),
      ],
    },
  ];
}

function results() {
  const answer = (name, abi, functionName, result) => ({ name, abi, functionName, result });
  return [
    answer("channels", escrowAbi, "channels", [10_000n, 750n]),
    answer("channels, greatest", escrowAbi, "channels", [UINT128_MAX, UINT128_MAX]),
    answer("pendingWithdrawals", escrowAbi, "pendingWithdrawals", [9_000n, 1_790_000_000]),
    answer("refundNonce", escrowAbi, "refundNonce", 17n),
    answer("receivers", escrowAbi, "receivers", [12_345n, 12_000n]),
    answer("balanceOf", tokenAbi, "balanceOf", 50_000_000n),
    answer("authorizationState", tokenAbi, "authorizationState", true),
    answer("tryAggregate, one of two failed", multicall3Abi, "tryAggregate", [
      { success: true, returnData: encodeFunctionResult({ abi: escrowAbi, functionName: "channels", result: [10_000n, 750n] }) },
      { success: false, returnData: "0x" },
    ]),
  ];
}

function logs() {
  const id = channelId(CHANNEL);
  const sender = people.facilitator.address;
  const escrow = (eventName, args) => ({ address: ESCROW, abi: escrowAbi, eventName, args });
  const token = (eventName, args) => ({ address: TOKEN, abi: tokenAbi, eventName, args });
  return [
    escrow("ChannelCreated", { channelId: id, config: CHANNEL }),
    escrow("Deposited", { channelId: id, sender, amount: 10_000n, newBalance: 25_000n }),
    escrow("Claimed", { channelId: id, sender, claimAmount: 750n, newTotalClaimed: 1_750n }),
    escrow("Settled", { receiver: people.receiver.address, token: TOKEN, sender, amount: 1_750n }),
    escrow("Refunded", { channelId: id, sender, amount: 7_000n }),
    escrow("ChannelClosed", { channelId: id, config: CHANNEL }),
    escrow("WithdrawInitiated", { channelId: id, amount: 9_000n, finalizeAfter: 1_790_000_900 }),
    escrow("WithdrawFinalized", { channelId: id, sender, amount: 8_000n }),
    token("Transfer", { from: people.payer.address, to: COLLECTOR, value: 10_000n }),
    token("AuthorizationUsed", { authorizer: people.payer.address, nonce: keccak256("0x01") }),
  ];
}

function callVector({ name, to, abi, functionName, args }) {
  const fn = item(abi, "function", functionName, args.length);
  return {
    name,
    to,
    function: toFunctionSignature(fn),
    selector: toFunctionSelector(fn),
    args,
    data: encodeFunctionData({ abi, functionName, args }),
  };
}

function logVector({ address, abi, eventName, args }) {
  const event = item(abi, "event", eventName);
  const inData = event.inputs.filter((input) => !input.indexed);
  return {
    name: eventName,
    address,
    topic: toEventSelector(event),
    args,
    topics: encodeEventTopics({ abi, eventName, args }),
    data: encodeAbiParameters(
      inData,
      inData.map((input) => args[input.name]),
    ),
  };
}

export async function calldata() {
  return {
    about: "ABI encodings: calls with their arguments, answers as eth_call returns them, logs as a receipt carries them.",
    calls: (await calls()).map(callVector),
    results: results().map(({ name, abi, functionName, result }) => ({
      name,
      function: toFunctionSignature(item(abi, "function", functionName)),
      result,
      data: encodeFunctionResult({ abi, functionName, result }),
    })),
    logs: logs().map(logVector),
  };
}
