// npm's unmodified `@anthropic-ai/sdk` against the gateway, paying by x402: messages whole and streamed, tools, caches, counts,
// errors, and streams that end before they are done.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { until } from '../lib/http.mjs';
import { CHAT } from '../lib/shop.mjs';
import { chain, openShop, stack } from './stack.mjs';
import { booksOf, openClient } from './wire.mjs';

const FUNDS = 2_000_000n;
const SECONDS = 20;

before(async () => {
  await openShop();
});

async function open() {
  const account = await chain.newPayer(FUNDS);
  const client = openClient(account);
  const api = new Anthropic({ apiKey: 'none', baseURL: stack.gateway.url, fetch: client.fetch, maxRetries: 0 });
  return { account, client, api };
}

const question = more => ({
  model: CHAT,
  max_tokens: 200,
  system: 'You keep tallies.',
  messages: [{ role: 'user', content: 'What is a voucher?' }],
  ...more,
});

const TOOLS = [
  {
    name: 'find_channel',
    description: 'Finds a channel.',
    input_schema: { type: 'object', properties: { payer: { type: 'string' }, payee: { type: 'string' } } },
  },
];

/** By the price list of lib/shop.mjs, where what a cache holds has no price. */
const price = ({ input_tokens, output_tokens }) => 3n * BigInt(input_tokens) + 15n * BigInt(output_tokens) + 10n;

const charged = (account, calls) =>
  until(`${calls} calls are captured`, SECONDS, async () => {
    const { captured, open, channels } = await booksOf(account.address);
    return { done: captured === calls && open === 0, value: channels[0]?.charged };
  });

const refusal = async promise => {
  const error = await promise.then(
    () => assert.fail('it was answered'),
    thrown => thrown,
  );
  assert.ok(error instanceof Anthropic.APIError, error.stack);
  return error;
};

/** A question whose answer has many words. */
async function longQuestion(api) {
  for (let n = 1; n < 40; n++) {
    const asked = { messages: [{ role: 'user', content: `What is a voucher? Question ${n}.` }] };
    const { usage } = await api.messages.create(question(asked));
    if (usage.output_tokens >= 30) return { asked, usage, calls: n };
  }
  throw new Error('the model has little to say');
}

describe('messages', () => {
  it('are answered whole and streamed, alike and for the same price', async () => {
    const { account, api } = await open();

    const whole = await api.messages.create(question());
    const streamed = await api.messages.stream(question()).finalMessage();

    assert.deepEqual(streamed.content[0].text, whole.content[0].text);
    assert.equal(streamed.stop_reason, whole.stop_reason);
    assert.equal(streamed.usage.output_tokens, whole.usage.output_tokens);
    assert.equal(await charged(account, 2), 2n * price(whole.usage));
  });

  it('call tools, streamed and not, and take their results', async () => {
    const { account, api } = await open();

    const whole = await api.messages.create(question({ tools: TOOLS }));
    const streamed = await api.messages.stream(question({ tools: TOOLS })).finalMessage();
    const call = streamed.content[0];
    assert.deepEqual(call.input, whole.content[0].input);

    const messages = [
      ...question().messages,
      { role: 'assistant', content: streamed.content },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'There is one.' }] },
    ];
    const said = await api.messages.create(question({ messages, tools: TOOLS }));
    assert.equal(said.content[0].type, 'text');
    assert.equal(await charged(account, 3), 2n * price(whole.usage) + price(said.usage));
  });

  it('are not charged as input for what is written to a cache', async () => {
    const { account, api } = await open();

    const { usage } = await api.messages.create(question({ cache_control: { type: 'ephemeral', ttl: '1h' } }));

    assert.equal(usage.input_tokens, 0);
    assert.ok(usage.cache_creation.ephemeral_1h_input_tokens > 0);
    assert.equal(await charged(account, 1), price(usage));
  });

  it('are counted for nothing', async () => {
    const api = new Anthropic({ apiKey: 'none', baseURL: stack.gateway.url, maxRetries: 0 });
    const { max_tokens: _, ...counted } = question();

    assert.ok((await api.messages.countTokens(counted)).input_tokens > 0);
  });
});

describe('a stream that ends early', () => {
  it('is charged for what its client got, if that hangs up', async () => {
    const { account, api } = await open();
    const { asked, usage, calls } = await longQuestion(api);
    const before = await charged(account, calls);

    const stream = await api.messages.create(question({ ...asked, stream: true, metadata: { user_id: 'slow' } }));
    let said = 0;
    for await (const event of stream) {
      if (event.type === 'content_block_delta') said += 1;
      if (said === 4) break;
    }

    const cost = (await charged(account, calls + 1)) - before;
    assert.ok(cost >= 10n + 3n * BigInt(usage.input_tokens) + 15n * BigInt(said), `${cost} for ${said} words`);
    assert.ok(cost < price(usage), `${cost} of ${price(usage)}`);
  });

  it('is charged for what came, if the model server breaks off', async () => {
    const { account, api } = await open();
    const { asked, usage, calls } = await longQuestion(api);
    const before = await charged(account, calls);
    const stream = await api.messages.create(question({ ...asked, stream: true, metadata: { user_id: 'break:7' } }));

    const error = await refusal(
      (async () => {
        for await (const event of stream) assert.ok(event);
      })(),
    );

    assert.match(error.message, /did not finish/);
    const cost = (await charged(account, calls + 1)) - before;
    assert.ok(cost >= 10n + 3n * BigInt(usage.input_tokens) + 15n * 4n && cost < price(usage), `${cost}`);
  });
});

describe("the model server's errors", () => {
  let shared;
  before(async () => {
    shared = await open();
  });

  for (const [status, type] of [
    [400, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [529, 'overloaded_error'],
  ]) {
    it(`pass: ${status}`, async () => {
      const error = await refusal(shared.api.messages.create(question({ metadata: { user_id: `fail:${status}` } })));

      assert.deepEqual([error.status, error.error.error.type], [status, type]);
      const { captured, channels } = await booksOf(shared.account.address);
      assert.deepEqual([captured, channels[0].charged, channels[0].held], [0, 0n, 0n]);
    });
  }
});

describe('the gateway says no in the words of the API', () => {
  const api = new Anthropic({ apiKey: 'none', baseURL: stack.gateway.url, maxRetries: 0 });

  it('to who does not pay', async () => {
    const error = await refusal(api.messages.create(question()));

    assert.deepEqual([error.status, error.error.error.type], [402, 'billing_error']);
    assert.match(error.message, /Payment required/);
    assert.ok(error.headers.get('payment-required'));
  });

  it('to what cannot be bounded', async () => {
    const content = [{ type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } }];

    const error = await refusal(api.messages.create(question({ messages: [{ role: 'user', content }] })));

    assert.deepEqual([error.status, error.error.error.type], [400, 'invalid_request_error']);
    assert.match(error.message, /pictures/);
  });
});
