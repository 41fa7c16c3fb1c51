// What the gateway asks billing-service for: the same requests, without a model server between them. Payments are those
// of npm's x402 packages.
import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { x402Client } from '@x402/core/client';
import { decodePaymentRequiredHeader, encodePaymentSignatureHeader } from '@x402/core/http';
import { toClientEvmSigner } from '@x402/evm';
import { BatchSettlementEvmScheme, signVoucher } from '@x402/evm/batch-settlement/client';
import { NETWORK } from './chain.mjs';
import { EMBEDDINGS } from './shop.mjs';

/** Each call uses what was held for it, so a channel's vouchers are known before its calls: 20 units a call. */
const USAGE = { input_uncached: '5', requests: '1' };
const DEPOSIT_UNITS = 4_000_000n;
const TIMEOUT_MS = 60_000;

export class Till {
  #url;
  #tenant;
  #gateway;
  #agent = new Agent({ keepAlive: true });
  #token;
  #offer;

  constructor(url, tenant, gateway) {
    this.#url = new URL(url);
    this.#tenant = tenant;
    this.#gateway = gateway;
  }

  get offer() {
    return this.#offer;
  }

  /** A new access token if the last one ends soon, and a new offer: both are good for five minutes. */
  async refresh() {
    this.#token = await this.#gateway.token('billing-service', 'payments:authorize');
    const required = await this.required();
    this.#offer = required.accepts.find(offer => offer.scheme === 'batch-settlement');
  }

  /** What is asked for a call, from the refusal of one that is not paid. */
  async required() {
    const refused = await this.authorize(randomUUID(), undefined);
    const header = Object.entries(refused.headers ?? {}).find(([name]) => name.toLowerCase() === 'payment-required');
    if (!header) throw new Error(`no offer: ${JSON.stringify(refused)}`);
    return decodePaymentRequiredHeader(header[1]);
  }

  /** A channel of a new payer. */
  async channel(chain) {
    const account = await chain.newPayer(DEPOSIT_UNITS);
    return new Channel(this, toClientEvmSigner(account, chain.reads));
  }

  authorize(callId, payment) {
    return this.#post('/v1/payments/authorize', {
      tenant: this.#tenant,
      callId,
      resource: { url: 'http://127.0.0.1/v1/embeddings', description: 'Embeddings', mimeType: 'application/json' },
      method: 'POST',
      route: '/v1/embeddings',
      model: EMBEDDINGS,
      maximum: USAGE,
      requestDigest: 'a'.repeat(64),
      payment,
    });
  }

  capture(holdId) {
    return this.#post(`/v1/payments/${holdId}/capture`, { usage: USAGE, usageSource: 'provider_final', eventId: holdId });
  }

  #post(path, body) {
    const bytes = Buffer.from(JSON.stringify(body));
    const options = {
      agent: this.#agent,
      host: this.#url.hostname,
      port: this.#url.port,
      path,
      method: 'POST',
      timeout: TIMEOUT_MS,
      headers: {
        authorization: `Bearer ${this.#token}`,
        'content-type': 'application/json',
        'content-length': bytes.length,
      },
    };
    return new Promise((resolve, reject) => {
      const sent = request(options, answer => {
        const parts = [];
        answer.on('data', part => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(parts).toString();
          if (answer.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${path} answered ${answer.statusCode}: ${text}`));
        });
      });
      sent.on('timeout', () => sent.destroy(new Error(`${path}: no answer in ${TIMEOUT_MS / 1000} s`)));
      sent.on('error', reject);
      sent.end(bytes);
    });
  }
}

/** One payer's channel; its calls come one after the other. */
class Channel {
  #till;
  #signer;
  #config;
  #id;
  #signed = 0n;
  #vouchers = [];

  constructor(till, signer) {
    this.#till = till;
    this.#signer = signer;
  }

  /** The first call brings the deposit, and what the channel is. An offer is there. */
  async deposit() {
    const client = new x402Client();
    const scheme = new BatchSettlementEvmScheme(this.#signer, { depositStrategy: () => DEPOSIT_UNITS });
    client.register(NETWORK, scheme);
    const payment = await client.createPaymentPayload(await this.#till.required());
    this.#config = payment.payload.channelConfig;
    this.#id = payment.payload.voucher.channelId;
    this.#signed = BigInt(payment.payload.voucher.maxClaimableAmount);
    await this.#pay(randomUUID(), payment);
  }

  /** Brings the vouchers that are ready to `count`. */
  async sign(count) {
    while (this.#vouchers.length < count) {
      this.#signed += BigInt(this.#till.offer.amount);
      this.#vouchers.push(await signVoucher(this.#signer, this.#id, this.#signed.toString(), NETWORK));
    }
  }

  /** Authorizes a call and captures it. False if no voucher is ready. */
  async call(callId) {
    const voucher = this.#vouchers.shift();
    if (!voucher) return false;
    const payload = { type: 'voucher', channelConfig: this.#config, voucher };
    await this.#pay(callId, { x402Version: 2, accepted: this.#till.offer, payload });
    return true;
  }

  async #pay(callId, payment) {
    const held = await this.#till.authorize(callId, encodePaymentSignatureHeader(payment));
    if (held.outcome !== 'held') throw new Error(`authorize answered ${JSON.stringify(held)}`);
    const ended = await this.#till.capture(held.holdId);
    if (ended.chargedUnits !== this.#till.offer.amount) throw new Error(`capture answered ${JSON.stringify(ended)}`);
  }
}
