// npm's unmodified `openai` against the gateway. It pays by x402, because its `fetch` is that of @x402/fetch: streams, tools,
// errors, and streams that end before they are done.
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import OpenAI from 'openai';
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
  const api = new OpenAI({ apiKey: 'none', baseURL: `${stack.gateway.url}/v1`, fetch: client.fetch, maxRetries: 0 });
  return { account, client, api };
}

const question = more => ({
  model: CHAT,
  messages: [{ role: 'user', content: 'What is a voucher?' }],
  max_tokens: 40,
  seed: 11,
  ...more,
});

const TOOLS = [
  {
    type: 'function',
    function: {
      name: 'find_channel',
      description: 'Finds a channel.',
      parameters: { type: 'object', properties: { payer: { type: 'string' }, payee: { type: 'string' } } },
    },
  },
];

/** A question whose answer has many words, and what was used to find it. */
async function longQuestion(api) {
  for (let seed = 1; seed < 40; seed++) {
    const asked = { max_tokens: 200, seed };
    const { usage } = await api.chat.completions.create(question(asked));
    if (usage.completion_tokens >= 30) return { asked, usage, calls: seed };
  }
  throw new Error('the model has little to say');
}

/** By the price list of lib/shop.mjs; reasoning has no price there. */
const price = ({ prompt_tokens, completion_tokens, completion_tokens_details }) =>
  3n * BigInt(prompt_tokens) + 15n * BigInt(completion_tokens - (completion_tokens_details?.reasoning_tokens ?? 0)) + 10n;

/** What the payer was charged once so many calls are captured and none is held. */
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
  assert.ok(error instanceof OpenAI.APIError, error.stack);
  return error;
};

describe('chat completions', () => {
  it('are answered whole and streamed, alike and for the same price', async () => {
    const { account, api } = await open();

    const whole = await api.chat.completions.create(question());
    const chunks = [];
    for await (const chunk of await api.chat.completions.create(question({ stream: true }))) chunks.push(chunk);

    assert.equal(chunks.map(chunk => chunk.choices[0].delta.content ?? '').join(''), whole.choices[0].message.content);
    assert.equal(chunks.at(-1).choices[0].finish_reason, whole.choices[0].finish_reason);
    assert.ok(chunks.length > 3, 'comes in pieces');
    assert.ok(chunks.every(chunk => chunk.choices.length === 1), 'nobody asked for the usage');
    assert.equal(await charged(account, 2), 2n * price(whole.usage));
  });

  it('tell their usage to who asks for it', async () => {
    const { account, api } = await open();

    const stream = await api.chat.completions.create(question({ stream: true, stream_options: { include_usage: true } }));
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);

    assert.deepEqual(chunks.at(-1).choices, []);
    assert.equal(await charged(account, 1), price(chunks.at(-1).usage));
  });

  it('think, and are charged for what they say', async () => {
    const { account, api } = await open();

    const { usage } = await api.chat.completions.create(question({ reasoning_effort: 'low' }));
    const stream = await api.chat.completions.create(question({ reasoning_effort: 'low', stream: true }));
    for await (const chunk of stream) assert.ok(chunk);

    assert.ok(usage.completion_tokens_details.reasoning_tokens > 0);
    assert.equal(await charged(account, 2), 2n * price(usage));
  });

  it('call tools, streamed and not, and take their results', async () => {
    const { account, api } = await open();

    const whole = await api.chat.completions.create(question({ tools: TOOLS }));
    const [call] = whole.choices[0].message.tool_calls;
    assert.equal(call.function.name, 'find_channel');
    assert.deepEqual(Object.keys(JSON.parse(call.function.arguments)), ['payer', 'payee']);

    const streamed = await api.chat.completions.stream(question({ tools: TOOLS })).finalChatCompletion();
    const [again] = streamed.choices[0].message.tool_calls;
    assert.deepEqual(again.function.arguments, call.function.arguments);

    const messages = [
      ...question().messages,
      streamed.choices[0].message,
      { role: 'tool', tool_call_id: again.id, content: 'There is one.' },
    ];
    const said = await api.chat.completions.create(question({ messages, tools: TOOLS }));
    assert.ok(said.choices[0].message.content);
    assert.equal(await charged(account, 3), 2n * price(whole.usage) + price(said.usage));
  });

  it('begin while another stream of the channel runs', async () => {
    const { account, api, client } = await open();
    const { asked, usage: used, calls } = await longQuestion(api);
    const before = await charged(account, calls);
    const first = await api.chat.completions.create(question({ ...asked, stream: true, user: 'slow' }));
    const payments = client.sent.length;

    const { usage } = await api.chat.completions.create(question());
    assert.equal((await booksOf(account.address)).open, 1, 'the first is still held');
    assert.equal(client.sent.length, payments + 1, 'its first payment is taken');
    for await (const chunk of first) assert.ok(chunk);

    assert.equal((await charged(account, calls + 2)) - before, price(used) + price(usage));
  });

  it('leave what they did not cost to be taken back', async () => {
    const { account, api, client } = await open();
    for await (const chunk of await api.chat.completions.create(question({ stream: true }))) assert.ok(chunk);
    const cost = await charged(account, 1);

    assert.equal((await client.refund()).success, true);

    assert.equal(await chain.tokens(account.address), FUNDS - cost);
  });
});

describe('a stream that ends early', () => {
  it('is charged for what its client got, if that hangs up', async () => {
    const { account, api } = await open();
    const { asked, usage, calls } = await longQuestion(api);
    const before = await charged(account, calls);

    const stream = await api.chat.completions.create(question({ ...asked, stream: true, user: 'slow' }));
    let said = 0;
    for await (const chunk of stream) {
      if (chunk.choices[0].delta.content) said += 1;
      if (said === 4) break;
    }

    const cost = (await charged(account, calls + 1)) - before;
    assert.ok(cost >= 10n + 15n * BigInt(said), `${cost} for ${said} words`);
    assert.ok(cost < price(usage), `${cost} of ${price(usage)}`);
  });

  it('is charged for what came, if the model server breaks off', async () => {
    const { account, api } = await open();
    const { asked, usage, calls } = await longQuestion(api);
    const before = await charged(account, calls);
    const stream = await api.chat.completions.create(question({ ...asked, stream: true, user: 'break:5' }));
    let said = 0;

    const error = await refusal(
      (async () => {
        for await (const chunk of stream) if (chunk.choices[0].delta.content) said += 1;
      })(),
    );

    assert.equal(error.code, 'upstream_stream_broken');
    assert.equal(said, 4);
    const cost = (await charged(account, calls + 1)) - before;
    assert.ok(cost >= 10n + 15n * 4n && cost < price(usage), `${cost} of ${price(usage)}`);
  });

  it('is charged nothing, if nothing came', async () => {
    const { account, api } = await open();

    const error = await refusal(api.chat.completions.create(question({ stream: true, user: 'break:0' })));

    assert.equal(error.status, 502);
    const { captured, channels } = await booksOf(account.address);
    assert.deepEqual([captured, channels[0].charged, channels[0].held], [0, 0n, 0n]);
    assert.ok((await api.chat.completions.create(question())).choices, 'the deposit pays for the next');
  });
});

describe("the model server's errors", () => {
  let shared;
  before(async () => {
    shared = await open();
  });

  for (const stream of [false, true]) {
    for (const status of [400, 429, 500, 529]) {
      it(`pass: ${status}, ${stream ? 'streamed' : 'whole'}`, async () => {
        const error = await refusal(shared.api.chat.completions.create(question({ stream, user: `fail:${status}` })));

        assert.equal(error.status, status);
        const { captured, channels } = await booksOf(shared.account.address);
        assert.deepEqual([captured, channels[0].charged, channels[0].held], [0, 0n, 0n]);
      });
    }
  }
});

describe('a call that cannot be paid', () => {
  it('is an error that the SDK shows, without a payer', async () => {
    const api = new OpenAI({ apiKey: 'none', baseURL: `${stack.gateway.url}/v1`, maxRetries: 0 });

    const error = await refusal(api.chat.completions.create(question({ stream: true })));

    assert.deepEqual([error.status, error.code], [402, 'insufficient_quota']);
    assert.ok(error.headers.get('payment-required'));
  });
});
