// A provider that sells: its people, prices and meters, over the services' APIs.
import { Access } from './access.mjs';
import { ASSET } from './chain.mjs';
import { didOfSeed, newDid } from './did.mjs';
import { call, Refused } from './http.mjs';

export const EMBEDDINGS = 'all-minilm-l6-v2';
/** The same model, sold at a fixed price a call. */
export const EMBEDDINGS_BY_CALL = 'all-minilm-l6-v2-by-call';
export const CHAT = 'tallystick-ngram';

/** What a call costs. Units are of a token with six decimals: 20 per 1,000 input tokens is 20 USDC a billion. */
export const PRICES = [
  { meter: 'input_uncached', dimensions: { model: EMBEDDINGS }, kind: 'flat', units: '2000', per: '1000' },
  { meter: 'input_uncached', dimensions: { model: CHAT }, kind: 'flat', units: '3000', per: '1000' },
  { meter: 'output_text', dimensions: { model: CHAT }, kind: 'flat', units: '15000', per: '1000' },
  { meter: 'requests', kind: 'flat', units: '10', per: '1' },
  // For usage that the provider's own server reports.
  {
    meter: 'tokens_used',
    kind: 'graduated',
    tiers: [{ upTo: '50000', units: '4000', per: '1000' }, { units: '3000', per: '1000' }],
  },
];

export const FIXED_CALLS = [{ route: '/v1/embeddings', model: EMBEDDINGS_BY_CALL, units: '20000' }];

export const currentHour = () => new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString().replace('.000', '');

/** Registers people with identity-service and gives each an {@link Access}. */
export class People {
  #stack;
  #operator;

  constructor(stack) {
    this.#stack = stack;
    this.#operator = new Access(stack.identity.url, didOfSeed(stack.operator.keyFile));
  }

  /** Who may register everybody else. */
  get operator() {
    return this.#operator;
  }

  async join(name, kind, roles, tenant = this.#stack.tenant) {
    const holder = newDid();
    const token = await this.#operator.token('identity-service', 'tenants:write identities:write');
    await call('POST', `${this.#stack.identity.url}/v1/tenants/${tenant}/identities`, {
      token,
      body: { did: holder.did, kind, roles, name },
    });
    return new Access(this.#stack.identity.url, holder);
  }
}

/** What the owner of a tenant does with billing- and metering-service. */
export class Shop {
  #stack;
  #owner;

  constructor(stack, owner) {
    this.#stack = stack;
    this.#owner = owner;
  }

  async billing(method, path, body) {
    const token = await this.#owner.token('billing-service', 'rates:write billing:read settlement:run');
    return call(method, this.#stack.billing.url + path, { token, body });
  }

  async metering(method, path, body) {
    const token = await this.#owner.token('metering-service', 'meters:write usage:read usage:write');
    return call(method, this.#stack.metering.url + path, { token, body });
  }

  /** Says where the money goes; `account` (viem's) signs that it agrees. */
  async payTo(account) {
    const payee = { payTo: account.address, asset: ASSET };
    try {
      await this.billing('PUT', '/v1/payee', payee);
    } catch (error) {
      if (!(error instanceof Refused) || error.body.type !== '/problems/payee-unproven') throw error;
      const signature = await account.signMessage({ message: error.body.message });
      await this.billing('PUT', '/v1/payee', { ...payee, signature });
    }
  }

  async price(prices, fixedCalls) {
    await this.billing('POST', '/v1/rate-cards', {
      key: 'standard',
      effectiveFrom: currentHour(),
      asset: ASSET,
      prices,
      fixedCalls,
    });
  }

  async open(provider) {
    await this.payTo(provider);
    await this.price(PRICES, FIXED_CALLS);
    await this.metering('POST', '/api/v1/meters', {
      slug: 'tokens_used',
      aggregation: 'SUM',
      eventType: 'prompt',
      valueProperty: '$.tokens',
      groupBy: { model: '$.model' },
    });
  }
}
