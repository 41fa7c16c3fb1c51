// Buys embeddings with npm's unmodified x402 client and a new wallet that holds five test dollars.
//
//   node docs/buy.mjs <text> ...
//
// The gateway is asked at $METERING, the local chain at $CHAIN. Prints what each call used and was charged.
import { openChain } from '../acceptance/lib/chain.mjs';
import { openPayer } from '../acceptance/lib/payer.mjs';

const METERING = process.env.METERING ?? 'http://127.0.0.1:7102';
const CHAIN = process.env.CHAIN ?? 'http://127.0.0.1:7145';
const FIVE_DOLLARS = 5_000_000n;

const chain = openChain(CHAIN);
const payer = openPayer(chain, await chain.newPayer(FIVE_DOLLARS), ['batch-settlement']);
const calls = [];
for (const input of process.argv.slice(2)) {
  const { body, payment } = await payer.post(`${METERING}/v1/embeddings`, { model: 'all-minilm-l6-v2', input });
  calls.push({
    dimensions: body.data[0].embedding.length,
    inputTokens: body.usage.prompt_tokens,
    deposited: payment.amount || '0',
    charged: payment.extra.chargedAmount,
  });
}
console.log(JSON.stringify({ wallet: payer.account.address, channel: payer.count.channelId, calls }, null, 2));
