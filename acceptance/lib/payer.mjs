// A client of npm's unmodified packages that pays for calls, and works out by itself what they cost.
import { x402Client } from '@x402/core/client';
import { toClientEvmSigner } from '@x402/evm';
import { BatchSettlementEvmScheme } from '@x402/evm/batch-settlement/client';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { wrapFetchWithPayment } from '@x402/fetch';
import { NETWORK } from './chain.mjs';
import { byCall, byChannel, costOf } from './prices.mjs';

const parse = header => header && JSON.parse(Buffer.from(header, 'base64').toString());

/**
 * @param schemes what this client can do: `batch-settlement`, `exact`, or both
 * @param options for the channel client, such as its storage
 */
export function openPayer(chain, account, schemes, options) {
  const signer = toClientEvmSigner(account, chain.reads);
  const client = new x402Client();
  const batch = new BatchSettlementEvmScheme(signer, options);
  if (schemes.includes('batch-settlement')) client.register(NETWORK, batch);
  if (schemes.includes('exact')) client.register(NETWORK, new ExactEvmScheme(signer));
  const pay = wrapFetchWithPayment(fetch, client);
  const paid = schemes.includes('batch-settlement') ? byChannel : byCall;
  const costs = [];
  const count = { calls: 0, chargedUnits: 0n, depositedUnits: 0n, channelId: undefined, transactions: [] };
  // By the tokens that the answers name and the price list; `chargedUnits` is what billing-service said.
  Object.defineProperty(count, 'paidUnits', { enumerable: true, get: () => paid(costs) });

  return {
    account,
    count,
    /** POSTs JSON, pays what is asked, and counts what the answer used and what `PAYMENT-RESPONSE` says. */
    async post(url, body) {
      const answer = await pay(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      const payment = parse(answer.headers.get('payment-response'));
      const text = await answer.text();
      if (answer.status !== 200 || !payment?.success) {
        const asked = parse(answer.headers.get('payment-required'));
        throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)} ${asked?.error ?? payment?.errorReason ?? ''}`);
      }
      count.calls += 1;
      const { usage } = JSON.parse(text);
      costs.push(costOf(new URL(url).pathname, body.model, usage));
      count.chargedUnits += BigInt(payment.extra?.chargedAmount ?? payment.amount ?? 0);
      if (payment.extra?.channelState) {
        count.channelId = payment.extra.channelState.channelId;
        count.depositedUnits += BigInt(payment.amount || 0);
      }
      if (payment.transaction) count.transactions.push(payment.transaction);
      return { body: JSON.parse(text), payment };
    },
    /** Takes back what is not spoken for. */
    refund: (url, units) => batch.refund(url, units && { amount: units }),
  };
}
