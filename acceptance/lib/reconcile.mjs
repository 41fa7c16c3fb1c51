// The whole bill, line by line, each side of a line from another system.
import { offsets, withDatabase } from './events.mjs';
import { until } from './http.mjs';
import { Reconciliation, billing, chain, client, kafka, metering } from './reconciliation.mjs';

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
      ['captured', await one("select sum(charge) n from hold where state = 'captured'")],
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
  const { stack, shop, provider, buyer, walkIn, bought, exact, reported, account, settlement, insight } = demo;
  const calls = bought.embeddingCalls + bought.chatCalls + exact.calls;
  const counted = await until('the last event is counted', QUIET_SECONDS, async () => {
    const seen = await readMetering(stack, reported.subject);
    return { done: seen.callRecords === calls, value: seen };
  });
  await booksClosed(shop, bought.channelId);
  const books = await readBilling(stack, bought.channelId);
  const sent = await offsets(stack.kafka.bootstrapServers, ['usage.recorded', 'payment.captured']);
  const channel = await demo.chain.channel(bought.channelId);
  const receiver = await demo.chain.receiver(provider.address);
  const view = await shop.billing('GET', `/v1/channels/${bought.channelId}`);
  const booked = await shop.billing('GET', `/v1/accounts/${reported.subject}`);
  const funds = async payer => demo.funds - (await demo.chain.tokens(payer.account.address));
  const lines = new Reconciliation();

  lines.equal('calls answered and events sent', client("the clients' count", calls + reported.sent), kafka("Kafka's offsets of usage.recorded", sent['usage.recorded']));
  lines.equal('distinct events', client("the clients' count", calls + reported.distinct), metering("metering's usage records", counted.records));
  lines.equal('events sent twice and counted once', client("the SDK's count of repeats", reported.sent - reported.distinct), metering("Kafka's offsets less metering's usage records", BigInt(sent['usage.recorded']) - counted.records));
  lines.equal('events that could not be counted', client("the clients' count of refusals", 0n), metering("metering's dead letters", counted.deadLetters));
  lines.equal('input tokens of embeddings', client("the client's count", bought.embeddingTokens), metering("metering's series", counted.embeddingTokens));
  lines.equal('input tokens of embeddings sold by the call', client("the client's count", exact.tokens), metering("metering's series", counted.byCallTokens));
  lines.equal('input tokens of chats', client("the clients' count", bought.chatInputTokens), metering("metering's series", counted.chatInputTokens));
  lines.equal('output tokens of chats', client("the clients' count", bought.chatOutputTokens), metering("metering's series", counted.chatOutputTokens));
  for (const [model, tokens] of Object.entries(reported.byModel)) {
    const windows = reported.windows.filter(window => window.groupBy.model === model);
    lines.equal(`reported tokens of ${model}`, client("the SDK's count", tokens), metering("metering-service's query", windows.reduce((sum, window) => sum + BigInt(window.value), 0n)));
  }
  lines.equal('calls captured', client("the clients' count", calls), kafka("Kafka's offsets of payment.captured", sent['payment.captured']));
  lines.equal('calls captured, by hold', client("the clients' count", calls), billing("billing's holds", books.captures));
  lines.equal('what the calls on the channel cost', client('tokens of the answers × price list', bought.paidUnits), billing("PAYMENT-RESPONSE's chargedAmount, added up", bought.chargedUnits));
  lines.equal('what the single calls cost', client('the price list', exact.paidUnits), billing("PAYMENT-RESPONSE's amount, added up", exact.chargedUnits));
  lines.equal('paid through the channel by the call', client('tokens of the answers × price list', bought.paidUnits), billing("billing's holds", books.channelCaptures));
  lines.equal("what the account's usage costs", client('the price list, worked out by hand', account.owed), billing("billing-service's account", BigInt(booked.rated)));
  lines.equal('charged on the channel', client('tokens of the answers × price list, plus the account', bought.paidUnits + account.owed), billing("billing's channel", books.channelCharged));
  lines.equal('still held on the channel', client("the client's open calls", 0n), billing("billing's channel", books.channelHeld));
  lines.equal('deposited', billing("PAYMENT-RESPONSE's deposits, added up", buyer.count.depositedUnits), chain('eth_call: channels(id).balance', channel.balance));
  lines.equal('claimed', billing("billing's channel", books.channelCharged), chain('eth_call: channels(id).totalClaimed', channel.totalClaimed));
  lines.equal('claimed, and final', billing("billing-service's channel", BigInt(view.finallyClaimed)), chain('eth_call: channels(id).totalClaimed', channel.totalClaimed));
  lines.equal('paid out of the escrow', chain('eth_call: receivers(provider).totalSettled', receiver.totalSettled), billing("billing's channel", books.channelCharged));
  lines.equal("the provider's tokens", client('tokens of the answers × price list, account and exact calls', bought.paidUnits + account.owed + exact.paidUnits), chain('eth_call: balanceOf(provider)', await demo.chain.tokens(provider.address)));
  lines.equal("the first client's tokens spent", billing("PAYMENT-RESPONSE's deposits, added up", buyer.count.depositedUnits), chain('eth_call: funds less balanceOf(client)', await funds(buyer)));
  lines.equal("the second client's tokens spent", client('the price list', walkIn.count.paidUnits), chain('eth_call: funds less balanceOf(client)', await funds(walkIn)));
  lines.equal('gas of the settlement', chain('the receipts of the chain', settlement.gas), billing("billing-service's settlements", settlement.settlements.reduce((sum, one) => sum + BigInt(one.gasUsed ?? 0), 0n)));
  lines.equal("insight's calls", client("the clients' count", calls), metering("metering-service's insight", BigInt(insight.usage.calls)));
  lines.equal("insight's revenue of calls", metering("metering-service's insight", BigInt(insight.amount.chargedToCalls)), billing("billing's holds", books.captured));
  lines.equal("insight's revenue of accounts", metering("metering-service's insight", BigInt(insight.amount.chargedToAccounts)), billing("billing-service's account", BigInt(booked.rated)));
  lines.equal("insight's gas", metering("metering-service's insight", BigInt(insight.settled.gasUsed)), chain('the receipts of the chain', settlement.gas));
  const own = await shop.billing('GET', '/v1/reconciliation');
  for (const { name, sides } of own.lines) {
    for (const other of sides.slice(1)) {
      lines.ownCheck(name, billing(sides[0].source, sides[0].amount), billing(other.source, other.amount));
    }
  }
  const broken = own.rules.filter(rule => !rule.holds).map(rule => `${rule.name}: ${rule.brokenBy}`);
  lines.ownCheck('rules of the books that do not hold', billing('none may', ''), billing('found in its tables', broken.join(', ')));
  lines.print();
  return lines;
}
