// The local chain, read directly: what the contracts say, whatever our services say.
import { createPublicClient, http, parseAbi } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { place } from '../../contracts/place.mjs';

export const NETWORK = 'eip155:84532';
export const TOKEN = '0x036CbD53842c5426634e7929541eC2318f3dCF7e';
export const ESCROW = '0x4020074e9dF2ce1deE5A9C1b5c3f541D02a10003';
/** CAIP-19 */
export const ASSET = `${NETWORK}/erc20:${TOKEN}`;

const tokenAbi = parseAbi(['function balanceOf(address) view returns (uint256)']);
const escrowAbi = parseAbi([
  'function channels(bytes32) view returns (uint128 balance, uint128 totalClaimed)',
  'function receivers(address receiver, address token) view returns (uint128 totalClaimed, uint128 totalSettled)',
]);

export function openChain(rpcUrl) {
  const reads = createPublicClient({ transport: http(rpcUrl) });
  return {
    rpcUrl,
    reads,
    /** Token units of an account. */
    tokens: account => reads.readContract({ address: TOKEN, abi: tokenAbi, functionName: 'balanceOf', args: [account] }),
    /** What the escrow holds for a channel, and what was claimed of it in all. */
    channel: async id => {
      const [balance, totalClaimed] = await reads.readContract({
        address: ESCROW,
        abi: escrowAbi,
        functionName: 'channels',
        args: [id],
      });
      return { balance, totalClaimed };
    },
    /** A receiver's totals over all channels: what was claimed for it, and what of that was paid out. */
    receiver: async account => {
      const [totalClaimed, totalSettled] = await reads.readContract({
        address: ESCROW,
        abi: escrowAbi,
        functionName: 'receivers',
        args: [account, TOKEN],
      });
      return { totalClaimed, totalSettled };
    },
    receipt: hash => reads.getTransactionReceipt({ hash }),
    /** A new account with `units` of the token and no ether: paying by x402 needs none. */
    newPayer: async units => {
      const account = privateKeyToAccount(generatePrivateKey());
      await place(rpcUrl, { [account.address]: units });
      return account;
    },
  };
}
