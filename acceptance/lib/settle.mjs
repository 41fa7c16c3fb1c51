// What an account owes, the voucher that covers it, and the transaction that collects it.
import { ESCROW } from './chain.mjs';
import { until } from './http.mjs';
import { line, say, usdc } from './story.mjs';

const RATED_SECONDS = 60;
const FINAL_SECONDS = 180;
const VOUCHER = {
  Voucher: [
    { name: 'channelId', type: 'bytes32' },
    { name: 'maxClaimableAmount', type: 'uint128' },
  ],
};

/** The price list's graduated price of {@code tokens_used}, worked out by hand: exact, rounded down once. */
const owedFor = tokens => (tokens <= 50_000n ? tokens * 4n : 50_000n * 4n + (tokens - 50_000n) * 3n);

export async function chargeAccount(shop, buyer, reported) {
  await shop.billing('PUT', `/v1/accounts/${reported.subject}`, {
    rateCard: 'standard',
    limit: '1000000',
    payer: buyer.account.address,
  });
  const owed = owedFor(reported.tokens);
  const view = await until('the account is rated', RATED_SECONDS, async () => {
    const account = await shop.billing('GET', `/v1/accounts/${reported.subject}`);
    return { done: BigInt(account.rated) === owed, value: account };
  });
  const { lines } = await shop.billing('GET', `/v1/accounts/${reported.subject}/charges/lines`);
  for (const { meter, quantity, cost } of lines) {
    line(`${quantity} units of ${meter}`, `${cost} units of 0.000001 USDC`);
  }
  line('rated, rounded down once on the total', usdc(BigInt(view.rated)));
  return collect(shop, buyer, reported, owed);
}

/** The client signs a voucher over what it bought and what the account owes; the account's debt moves to the channel. */
async function collect(shop, buyer, reported, owed) {
  const ceiling = buyer.count.paidUnits + owed;
  const signature = await buyer.account.signTypedData({
    domain: { name: 'x402 Batch Settlement', version: '1', chainId: 84532, verifyingContract: ESCROW },
    types: VOUCHER,
    primaryType: 'Voucher',
    message: { channelId: buyer.count.channelId, maxClaimableAmount: ceiling },
  });
  await shop.billing('PUT', `/v1/channels/${buyer.count.channelId}/voucher`, {
    cumulativeAmount: ceiling.toString(),
    signature,
  });
  const account = await until("the account's debt is on the channel", RATED_SECONDS, async () => {
    const seen = await shop.billing('GET', `/v1/accounts/${reported.subject}`);
    return { done: BigInt(seen.charged) === owed, value: seen };
  });
  line(`the client signed a voucher up to ${usdc(ceiling)}; paid by it`, usdc(BigInt(account.charged)));
  return { owed, ceiling };
}

export async function settleAll(shop, chain, buyer, payTo) {
  const before = { provider: await chain.tokens(payTo), escrow: await chain.tokens(ESCROW) };
  await shop.billing('POST', '/v1/settlements', {});
  const settlements = await until('the settlement is final', FINAL_SECONDS, async () => {
    const seen = await shop.billing('GET', '/v1/settlements');
    const list = seen.settlements;
    return { done: list.length > 0 && list.every(one => one.state === 'final'), value: list };
  });
  const after = { provider: await chain.tokens(payTo), escrow: await chain.tokens(ESCROW) };
  const hashes = settlements.flatMap(one => one.transactions.filter(sent => sent.mined).map(sent => sent.hash));
  const receipts = await Promise.all(hashes.map(chain.receipt));
  const gas = receipts.reduce((sum, receipt) => sum + receipt.gasUsed, 0n);
  for (const [i, hash] of hashes.entries()) line(`transaction ${hash}`, `${receipts[i].gasUsed} gas, block ${receipts[i].blockNumber}`);
  line("the provider's tokens", `${usdc(before.provider)} → ${usdc(after.provider)}`);
  line("the escrow's tokens", `${usdc(before.escrow)} → ${usdc(after.escrow)}`);
  return { before, after, settlements, hashes, receipts, gas };
}

/** Measured here; the price of gas is the reader's to put in. */
export async function costOf1000Calls(chain, { bought, exact, settlement }) {
  const deposits = await Promise.all(bought.deposits.map(chain.receipt));
  const depositGas = deposits.reduce((sum, receipt) => sum + receipt.gasUsed, 0n);
  const ours = depositGas + settlement.gas;
  const each = exact.gas / exact.calls;
  line('through a channel: its deposits and one claim, however many calls', `${ours} gas`);
  line('1,000 single exact payments', `${each * 1000n} gas (1,000 × ${each}, mean of the ${exact.calls} above)`);
  line('so the channel needs', `1/${(each * 1000n) / ours} of the gas`);
  const gwei = n => `${(Number(n) / 1e9).toFixed(6)} ether`;
  line('at 1 gwei a unit of gas', `${gwei(ours)} beside ${gwei(each * 1000n)}`);
  say("Gas was measured on the local double of the escrow; contracts/README.md has the canonical contract's figures.");
}
