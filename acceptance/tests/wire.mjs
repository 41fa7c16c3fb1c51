// x402 on the wire: calls by hand, and npm's client with what it sent kept.
import { x402Client } from '@x402/core/client';
import { toClientEvmSigner } from '@x402/evm';
import { BatchSettlementEvmScheme } from '@x402/evm/batch-settlement/client';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { wrapFetchWithPayment } from '@x402/fetch';
import { NETWORK } from '../lib/chain.mjs';
import { withDatabase } from '../lib/events.mjs';
import { CHAT, EMBEDDINGS_BY_CALL } from '../lib/shop.mjs';
import { chain, stack } from './stack.mjs';

export const URL_EMBEDDINGS = `${stack.gateway.url}/v1/embeddings`;

export const URL_CHAT = `${stack.gateway.url}/v1/chat/completions`;

const numbered = (text, n) => `${text} number ${String(n).padStart(4, '0')}.`;

/** Sold at a fixed price, by `exact` too. */
export const embedding = (n = 0) => ({ model: EMBEDDINGS_BY_CALL, input: numbered('A tally stick,', n) });

/** Sold by what it uses. All are of one length, so that the same is held for each. */
export const chat = (n = 0, max_tokens = 20) => ({
  model: CHAT,
  messages: [{ role: 'user', content: numbered('What is a voucher? Question', n) }],
  max_tokens,
});

/** What an answered chat costs by the price list of lib/shop.mjs. */
export const chatPrice = ({ body: { usage } }) => 3n * BigInt(usage.prompt_tokens) + 15n * BigInt(usage.completion_tokens) + 10n;

const decode = header => (header ? JSON.parse(Buffer.from(header, 'base64').toString()) : undefined);
const encode = payload => Buffer.from(JSON.stringify(payload)).toString('base64');

async function read(answer) {
  const text = await answer.text();
  return {
    status: answer.status,
    required: decode(answer.headers.get('payment-required')),
    payment: decode(answer.headers.get('payment-response')),
    body: /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : text,
  };
}

/** One request, with a payment or without. */
export const ask = async (url, body, payment) =>
  read(
    await fetch(url, {
      method: body ? 'POST' : 'GET',
      headers: { ...(body && { 'content-type': 'application/json' }), ...(payment && { 'payment-signature': encode(payment) }) },
      body: body && JSON.stringify(body),
    }),
  );

/** npm's client for one account. A new one has an empty memory. */
export function openClient(account, schemes = ['batch-settlement'], options = {}) {
  const signer = toClientEvmSigner(account, chain.reads);
  const batch = new BatchSettlementEvmScheme(signer, options);
  const client = new x402Client();
  if (schemes.includes('batch-settlement')) client.register(NETWORK, batch);
  if (schemes.includes('exact')) client.register(NETWORK, new ExactEvmScheme(signer));
  const sent = [];
  const keeping = request => {
    const payment = request.headers.get('payment-signature');
    if (payment) sent.push(decode(payment));
    return fetch(request);
  };
  const paying = wrapFetchWithPayment(keeping, client);
  return {
    /** Payments, in the order in which they were sent. */
    sent,
    /** A fetch that pays, for other people's clients. */
    fetch: paying,
    pay: async (url, body) =>
      read(await paying(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })),
    refund: (options, url = URL_CHAT) => batch.refund(url, options),
    /** A payment that nobody has sent yet, by the terms of `required`. */
    sign: required => client.createPaymentPayload(required),
    /** Signs whatever it is asked to, on any network: to make payments that nobody should take. */
    signAnything(required) {
      const careless = new x402Client().setSpendControls(false);
      for (const { network } of required.accepts) {
        careless.register(network, new BatchSettlementEvmScheme(signer, options));
        careless.register(network, new ExactEvmScheme(signer));
      }
      return careless.createPaymentPayload(required);
    },
  };
}

/** The 402 for a call, with the offers of one scheme only. */
export async function offerOf(scheme, url, body) {
  const { required } = await ask(url, body);
  return { ...required, accepts: required.accepts.filter(offer => offer.scheme === scheme) };
}

/** What billing's tables say of a payer's calls, by SQL. */
export const booksOf = payer =>
  withDatabase(stack.postgres, 'billing', async db => {
    const holds = await db.query(
      `select state, count(*)::int n, coalesce(sum(charge), 0) charged, count(distinct payment_hash)::int payments
       from hold where lower(payer) like '%' || lower($1::text) group by state`,
      [payer],
    );
    const channels = await db.query('select id, charged, held from channel where payer = lower($1::text)', [payer]);
    const of = state => holds.rows.find(row => row.state === state);
    return {
      captured: of('captured')?.n ?? 0,
      capturedUnits: BigInt(of('captured')?.charged ?? 0),
      payments: of('captured')?.payments ?? 0,
      open: of('open')?.n ?? 0,
      holds: holds.rows.reduce((sum, row) => sum + row.n, 0),
      channels: channels.rows.map(({ id, charged, held }) => ({ id, charged: BigInt(charged), held: BigInt(held) })),
    };
  });
