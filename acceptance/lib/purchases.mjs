// Paid calls by npm's unmodified x402 client, and the client's own count of what they used and cost.
import { CHAT, EMBEDDINGS, EMBEDDINGS_BY_CALL } from './shop.mjs';
import { line, usdc } from './story.mjs';

const EMBEDDING_CALLS = 50;
const CHAT_CALLS = 10;
const EXACT_CALLS = 5;
const SENTENCES = [
  'A tally stick was split in two, and each side kept a half.',
  'The creditor held the stock, the debtor held the foil.',
  'Neither could alter the debt alone.',
  'A voucher is a running total that the payer signed.',
];

const sum = (numbers, of) => numbers.reduce((total, number) => total + BigInt(of(number)), 0n);

export async function buyByChannel(stack, buyer) {
  const embeddings = [];
  for (let i = 0; i < EMBEDDING_CALLS; i++) {
    const input = `${SENTENCES[i % SENTENCES.length]} Number ${i}.`;
    embeddings.push(await buyer.post(`${stack.gateway.url}/v1/embeddings`, { model: EMBEDDINGS, input }));
    if (i === 0) opened(buyer, embeddings[0].payment);
  }
  const chats = [];
  for (let i = 0; i < CHAT_CALLS; i++) {
    const messages = [{ role: 'user', content: `What is a ${['channel', 'voucher', 'meter'][i % 3]}?` }];
    chats.push(await buyer.post(`${stack.gateway.url}/v1/chat/completions`, { model: CHAT, messages, max_tokens: 40 }));
  }
  const bought = {
    embeddingCalls: BigInt(embeddings.length),
    chatCalls: BigInt(chats.length),
    embeddingTokens: sum(embeddings, call => call.body.usage.prompt_tokens),
    chatInputTokens: sum(chats, call => call.body.usage.prompt_tokens),
    chatOutputTokens: sum(chats, call => call.body.usage.completion_tokens),
    paidUnits: buyer.count.paidUnits,
    chargedUnits: buyer.count.chargedUnits,
    channelId: buyer.count.channelId,
    deposits: buyer.count.transactions,
  };
  line(`${embeddings.length} embeddings, ${bought.embeddingTokens} input tokens`, `${embeddings[0].body.data[0].embedding.length} dimensions each`);
  line(`${chats.length} chats, ${bought.chatInputTokens} input and ${bought.chatOutputTokens} output tokens`, `"${chats[0].body.choices[0].message.content.slice(0, 36)}…"`);
  line('charged in all, each call by what it used', usdc(bought.chargedUnits));
  return bought;
}

function opened(buyer, payment) {
  line('the first call opened a channel', payment.extra.channelState.channelId);
  line(`deposited for ${buyer.account.address}`, `${usdc(BigInt(payment.amount))}, gas paid by the provider`);
}

export async function buyByExact(stack, walkIn, chain) {
  let tokens = 0n;
  for (let i = 0; i < EXACT_CALLS; i++) {
    const input = `${SENTENCES[i % SENTENCES.length]} Once.`;
    const { body } = await walkIn.post(`${stack.gateway.url}/v1/embeddings`, { model: EMBEDDINGS_BY_CALL, input });
    tokens += BigInt(body.usage.prompt_tokens);
  }
  const transactions = walkIn.count.transactions;
  const receipts = await Promise.all(transactions.map(chain.receipt));
  const gas = receipts.reduce((total, receipt) => total + receipt.gasUsed, 0n);
  const price = walkIn.count.paidUnits / BigInt(EXACT_CALLS);
  line(`${EXACT_CALLS} calls, a transaction each`, `${usdc(price)} a call, ${gas / BigInt(EXACT_CALLS)} gas`);
  return { calls: BigInt(EXACT_CALLS), tokens, paidUnits: walkIn.count.paidUnits, chargedUnits: walkIn.count.chargedUnits, transactions, gas };
}
