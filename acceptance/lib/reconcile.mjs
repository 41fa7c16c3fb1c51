// The whole bill, line by line, each side of a line from another system.
import { offsets, withDatabase } from './events.mjs';
import { until } from './http.mjs';
import { Reconciliation } from './reconciliation.mjs';

const QUIET_SECONDS = 60;

const numbers = rows => Object.fromEntries(rows.map(([name, value]) => [name, BigInt(value ?? 0)]));

/** What metering-service's tables hold, by SQL. */
const readMetering = (stack, subject) =>
  withDatabase(stack.postgres, 'metering', async db => {
    const one = async (sql, ...values) => (await db.query(sql, values)).rows[0].n;
    const usage = (meter, model, funding) =>
      one(
        `select coalesce(sum(added - voided), 0)::bigint n from series
         where meter = $1 and dimensions->>'model' = $2 and funding = $3`,
        meter,
        model,
        funding,
      );
    return numbers([
      ['records', await one('select count(*) n from usage_record')],
      ['callRecords', await one("select count(*) n from usage_record where funding = 'call'")],
      ['reported', await one('select count(*) n from usage_record where subject = $1', subject)],
      ['deadLetters', await one('select count(*) n from dead_letter')],
      ['embeddingTokens', await usage('input_uncached', 'all-minilm-l6-v2', 'call')],
      ['byCallTokens', await usage('input_uncached', 'all-minilm-l6-v2-by-call', 'call')],
      ['chatInputTokens', await usage('input_uncached', 'tallystick-ngram', 'call')],
      ['chatOutputTokens', await usage('output_text', 'tallystick-ngram', 'call')],
    ]);
  });

/** What billing-service's tables hold, by SQL. */
const readBilling = (stack, channelId) =>
  withDatabase(stack.postgres, 'billing', async db => {
    const one = async (sql, ...values) => (await db.query(sql, values)).rows[0].n;
    return numbers([
      ['channelCharged', await one('select charged n from channel where id = $1', channelId)],
      ['channelHeld', await one('select held n from channel where id = $1', channelId)],
      ['channelCaptures', await one("select sum(charge) n from hold where state = 'captured' and channel = $1", channelId)],
      ['captures', await one("select count(*) n from hold where state = 'captured'")],
    ]);
  });

/** Final blocks and the ledger come seconds after the claim. If they do not, the lines below say which. */
async function booksClosed(shop, channelId) {
  await until('the books are closed', QUIET_SECONDS, async () => {
    const own = await shop.billing('GET', '/v1/reconciliation');
    const channel = await shop.billing('GET', `/v1/channels/${channelId}`);
    const final = channel.charged === channel.finallyClaimed;
    return { done: own.equal && final, value: { equal: own.equal, final } };
  }).catch(error => console.log(`  ${error.message}`));
}

export async function reconcile(demo) {
  const { stack, shop, chain, provider, buyer, walkIn, bought, exact, reported, account, settlement } = demo;
  const calls = bought.embeddingCalls + bought.chatCalls + exact.calls;
  const metering = await until('the last event is counted', QUIET_SECONDS, async () => {
    const seen = await readMetering(stack, reported.subject);
    return { done: seen.callRecords === calls, value: seen };
  });
  await booksClosed(shop, bought.channelId);
  const billing = await readBilling(stack, bought.channelId);
  const kafka = await offsets(stack.kafka.bootstrapServers, ['usage.recorded', 'payment.captured']);
  const channel = await chain.channel(bought.channelId);
  const receiver = await chain.receiver(provider.address);
  const view = await shop.billing('GET', `/v1/channels/${bought.channelId}`);
  const booked = await shop.billing('GET', `/v1/accounts/${reported.subject}`);
  const lines = new Reconciliation();

  lines.equal('calls answered and events sent', ["the clients' count", calls + reported.sent], ["Kafka's offsets of usage.recorded", kafka['usage.recorded']]);
  lines.equal('distinct events', ["the clients' count", calls + reported.distinct], ["PostgreSQL's usage records", metering.records]);
  lines.equal('events sent twice and counted once', ["Kafka's offsets less PostgreSQL's records", BigInt(kafka['usage.recorded']) - metering.records], ["the SDK's count of repeats", reported.sent - reported.distinct]);
  lines.equal('events that could not be counted', ["the clients' count of refusals", 0n], ["PostgreSQL's dead letters", metering.deadLetters]);
  lines.equal('input tokens of embeddings', ["the client's count", bought.embeddingTokens], ['the series', metering.embeddingTokens]);
  lines.equal('input tokens of embeddings sold by the call', ["the client's count", exact.tokens], ['the series', metering.byCallTokens]);
  lines.equal('input tokens of chats', ["the clients' count", bought.chatInputTokens], ['the series', metering.chatInputTokens]);
  lines.equal('output tokens of chats', ["the clients' count", bought.chatOutputTokens], ['the series', metering.chatOutputTokens]);
  for (const [model, tokens] of Object.entries(reported.byModel)) {
    const windows = reported.windows.filter(window => window.groupBy.model === model);
    lines.equal(`reported tokens of ${model}`, ["the SDK's count", tokens], ["metering-service's query", windows.reduce((sum, window) => sum + BigInt(window.value), 0n)]);
  }
  lines.equal('calls captured', ["the clients' count", calls], ["Kafka's offsets of payment.captured", kafka['payment.captured']]);
  lines.equal('calls captured, by hold', ["Kafka's offsets of payment.captured", kafka['payment.captured']], ["billing's holds", billing.captures]);
  lines.equal('paid through the channel by the call', ["the client's count", bought.paidUnits], ["billing's holds", billing.channelCaptures]);
  lines.equal("what the account's usage costs", ['the price list, worked out by hand', account.owed], ["billing-service's account", BigInt(booked.rated)]);
  lines.equal('charged on the channel', ["the client's calls plus its account", bought.paidUnits + account.owed], ["billing's channel", billing.channelCharged]);
  lines.equal('still held on the channel', ["the client's open calls", 0n], ["billing's channel", billing.channelHeld]);
  lines.equal('deposited', ["the client's count", buyer.count.depositedUnits], ['eth_call: channels(id).balance', channel.balance]);
  lines.equal('claimed', ["billing's channel", billing.channelCharged], ['eth_call: channels(id).totalClaimed', channel.totalClaimed]);
  lines.equal('claimed, and final', ["billing-service's channel", BigInt(view.finallyClaimed)], ['eth_call: channels(id).totalClaimed', channel.totalClaimed]);
  lines.equal('paid out of the escrow', ['eth_call: receivers(provider).totalSettled', receiver.totalSettled], ["billing's channel", billing.channelCharged]);
  lines.equal("the provider's tokens", ["the clients' vouchers and exact payments", bought.paidUnits + account.owed + exact.paidUnits], ['eth_call: balanceOf(provider)', await chain.tokens(provider.address)]);
  lines.equal("the first client's tokens spent", ["the client's count of deposits", buyer.count.depositedUnits], ['eth_call: funds less balanceOf(client)', demo.funds - (await chain.tokens(buyer.account.address))]);
  lines.equal("the second client's tokens spent", ["the client's count", walkIn.count.paidUnits], ['eth_call: funds less balanceOf(client)', demo.funds - (await chain.tokens(walkIn.account.address))]);
  lines.equal('gas of the settlement', ['the receipts of the chain', settlement.gas], ["billing-service's settlements", settlement.settlements.reduce((sum, one) => sum + BigInt(one.gasUsed ?? 0), 0n)]);
  const own = await shop.billing('GET', '/v1/reconciliation');
  for (const { name, sides } of own.lines) {
    for (const other of sides.slice(1)) {
      lines.equal(`billing-service's own reconciliation: ${name}`, [sides[0].source, sides[0].amount], [other.source, other.amount]);
    }
  }
  const broken = own.rules.filter(rule => !rule.holds).map(rule => `${rule.name}: ${rule.brokenBy}`);
  lines.equal('rules of the books that do not hold', ['none may', ''], ["billing's checks over its tables", broken.join(', ')]);
  lines.print();
  return lines;
}
