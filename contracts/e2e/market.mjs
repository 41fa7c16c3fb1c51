// What the tests of x402's packages share: a chain with everything placed, its reference facilitator, and shops, payers and
// clients that nobody used before, so that tests on one chain do not meet.
//
// The double is right if x402's own packages cannot tell: npm's client, resource server, reference facilitator and channel
// manager, all unmodified, use the contracts where they are placed.
import assert from "node:assert/strict";
import { keccak256, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { place } from "../place.mjs";
import { escrowAbi } from "../vectors/abi.mjs";
import { ESCROW, people } from "../vectors/cast.mjs";
import { startChain } from "./anvil.mjs";
import { chainState } from "./chain-state.mjs";
import { openClient, openFacilitator, openShop } from "./shop.mjs";
import { placeWallet } from "./wallet.mjs";

/** 1,000 units. The server asks for a deposit of ten times as much. */
const PRICE = "$0.001";

/** Units that each payer begins with. */
export const FUNDS = 1_000_000n;

export async function openMarket() {
  const chain = await startChain();
  const facilitator = openFacilitator(chain, people.facilitator, people.authorizer);
  let accounts = 0;
  const newAccount = () => privateKeyToAccount(keccak256(toHex(`account ${++accounts}`)));

  async function newPayer() {
    const account = newAccount();
    await place(chain.url, { [account.address]: FUNDS });
    await chain.test.setBalance({ address: account.address, value: 10n ** 18n });
    return account;
  }

  /** A shop with a receiver of its own. */
  async function newShop(options) {
    const receiver = newAccount().address;
    return { receiver, shop: await openShop({ facilitator, receiver, price: PRICE, ...options }) };
  }

  return {
    ...chainState(chain),
    chain,
    facilitator,
    newAccount,
    newPayer,
    client: (shop, account, options) => openClient(chain, shop, account, options),
    stop: chain.stop,

    /** A shop, a payer and its client. */
    async open({ client: clientOptions, ...shopOptions } = {}) {
      const payer = await newPayer();
      const { receiver, shop } = await newShop(shopOptions);
      return { payer, receiver, shop, client: openClient(chain, shop, payer, clientOptions) };
    },

    /** A shop, and a contract wallet as payer, signing by its owner's key. */
    async openForWallet(shopOptions) {
      const [owner, { address }] = [newAccount(), newAccount()];
      await placeWallet(chain, address, owner.address);
      await place(chain.url, { [address]: FUNDS });
      const signer = { address, signTypedData: (message) => owner.signTypedData(message) };
      return { address, signer, ...(await newShop(shopOptions)) };
    },

    /** Sends `account`'s call to the escrow, past x402. */
    async send(account, functionName, args) {
      const wallet = chain.wallet(account);
      const { request } = await wallet.simulateContract({ address: ESCROW, abi: escrowAbi, functionName, args });
      return wallet.waitForTransactionReceipt({ hash: await wallet.writeContract(request) });
    },

    async pass(seconds) {
      await chain.test.increaseTime({ seconds });
      await chain.test.mine({ blocks: 1 });
    },
  };
}

/** The one channel that the shop knows, with its configuration as the contract wants it. */
export async function onlyChannel(shop) {
  const [channel, ...others] = await shop.batch.getStorage().list();
  assert.equal(others.length, 0, "one channel");
  return { id: channel.channelId, config: channel.channelConfig };
}

/** `facilitator`, with what it was asked to settle kept in `sent`, and what it found in `verdicts`. */
export function spying(facilitator) {
  const spy = { ...facilitator, sent: [], verdicts: [] };
  spy.settle = (...call) => {
    spy.sent.push(call);
    return facilitator.settle(...call);
  };
  spy.verify = async (...call) => {
    const verdict = await facilitator.verify(...call);
    spy.verdicts.push(verdict);
    return verdict;
  };
  return spy;
}
