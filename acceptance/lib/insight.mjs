// The three questions that a provider is judged by, as metering-service answers them.
import { ASSET } from './chain.mjs';
import { until } from './http.mjs';
import { currentHour } from './shop.mjs';
import { line, usdc } from './story.mjs';

const FOLLOWED_SECONDS = 60;

/** What the provider of the demo pays for its machines, in units of 0.000001 USDC per 1,000 tokens. */
const COST_PRICES = [
  { meter: 'input_uncached', units: '400' },
  { meter: 'output_text', units: '2500' },
  { meter: 'tokens_used', units: '1200' },
];

const percent = share => (share === undefined ? 'unknown' : `${(Number(share) * 100).toFixed(1)} %`);
const tokens = ({ buckets }) => Object.values(buckets).reduce((sum, units) => sum + BigInt(units), 0n);

/** Prints a line for each, once insight has followed what was captured, rated and settled. */
export async function tellInsight(shop, { captured, rated, gas }) {
  for (const price of COST_PRICES) {
    await shop.metering('POST', '/v1/insight/cost-prices', {
      ...price,
      per: '1000',
      asset: ASSET,
      effectiveFrom: currentHour(),
    });
  }
  const cost = await until('insight follows', FOLLOWED_SECONDS, async () => {
    const answer = await shop.metering('GET', '/v1/insight/cost');
    const amount = answer.rows[0]?.amounts[0];
    const done =
      BigInt(amount?.chargedToCalls ?? -1) === captured &&
      BigInt(amount?.chargedToAccounts ?? -1) === rated &&
      BigInt(answer.settlements[0]?.gasUsed ?? -1) === gas &&
      answer.rows[0].coverage === '1';
    return { done, value: answer };
  });
  const [usage] = (await shop.metering('GET', '/v1/insight/usage')).rows;
  const retention = await shop.metering('GET', '/v1/insight/retention?period=MONTH&periods=1');
  const { amounts, margin, marginShare, cost: paid } = cost.rows[0];
  const [amount] = amounts;
  const [settled] = cost.settlements;
  const [month] = retention.periods;

  line('usage', `${usage.calls} calls with ${tokens(usage)} tokens, and ${usage.meters.tokens_used} tokens reported`);
  line(
    'cost and margin',
    `charged ${usdc(BigInt(amount.charged))}, cost ${paid} units, margin ${margin} (${percent(marginShare)}); ` +
      `1,000 calls at ${amount.pricePer1000Calls} units; gas ${settled.gasUsed} for ${settled.feeWei} wei`,
  );
  line(
    'retention',
    `${month.start.slice(0, 7)}: ${month.active} paying clients, ${month.first} new, ${month.churned} churned, ` +
      `net revenue retention ${percent(month.netRevenueRetention)}`,
  );
  return { usage, amount, settled, clients: month.active };
}
