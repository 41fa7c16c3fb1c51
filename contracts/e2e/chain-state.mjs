// What the chain says, read past x402's packages.
import { parseEventLogs } from "viem";
import { escrowAbi, tokenAbi } from "../vectors/abi.mjs";
import { ESCROW, TOKEN } from "../vectors/cast.mjs";

const read = (chain, address, abi) => (functionName, ...args) =>
  chain.reads.readContract({ address, abi, functionName, args });

export function chainState(chain) {
  const escrow = read(chain, ESCROW, escrowAbi);
  const token = read(chain, TOKEN, tokenAbi);
  return {
    tokens: (account) => token("balanceOf", account),
    used: (account, nonce) => token("authorizationState", account, nonce),
    refundNonce: (channelId) => escrow("refundNonce", channelId),
    async channel(channelId) {
      const [balance, totalClaimed] = await escrow("channels", channelId);
      return { balance, totalClaimed };
    },
    async withdrawal(channelId) {
      const [amount, initiatedAt] = await escrow("pendingWithdrawals", channelId);
      return { amount, initiatedAt };
    },
    /** The escrow's events of one transaction, by name and arguments. */
    async events(hash) {
      const { logs } = await chain.reads.getTransactionReceipt({ hash });
      return parseEventLogs({ abi: escrowAbi, logs }).map(({ eventName, args }) => ({ eventName, args }));
    },
  };
}
