#!/usr/bin/env node
// What a gateway adds to a call of a model server: for benchmarks. Linux only.
//
//   TALLYSTICK_STACK_FILE=<stack.json> node gateway-load.mjs <URL of the other gateway> <its process> <seconds> <native|jvm>
//
// The same call by three roads, in turn: straight to the model server, by our gateway, by the other one. Calls by our
// gateway are paid on a channel, each with a voucher that is signed before its clock runs; everything that a call does in
// operation is done. What costs nothing passes through apart: GET /v1/models. Writes a table of Markdown.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { x402Client } from '@x402/core/client';
import { decodePaymentRequiredHeader, encodePaymentSignatureHeader } from '@x402/core/http';
import { toClientEvmSigner } from '@x402/evm';
import { BatchSettlementEvmScheme, signVoucher } from '@x402/evm/batch-settlement/client';
import { NETWORK, openChain } from './lib/chain.mjs';
import { CHAT, People, Shop } from './lib/shop.mjs';

const DEPOSIT_UNITS = 4_000_000_000n;
const CHAT_PATH = '/v1/chat/completions';
const MODELS_PATH = '/v1/models';
const TIMEOUT_MS = 60_000;

const [other, otherPid, seconds, build] = process.argv.slice(2);
const stack = JSON.parse(readFileSync(process.env.TALLYSTICK_STACK_FILE, 'utf8'));
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const agent = new http.Agent({ keepAlive: true });

/** What a process has had of the CPU, in seconds (proc(5), fields 14 and 15). */
function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** One request: its status, headers and body, and how long its first byte and its last one took, in ms. */
function send(method, url, headers, body) {
  return new Promise((done, failed) => {
    const begin = performance.now();
    const bytes = body && Buffer.from(body);
    const request = http.request(url, {
      method,
      agent,
      timeout: TIMEOUT_MS,
      headers: { ...headers, ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }) },
    });
    request.on('timeout', () => request.destroy(new Error(`${url}: no answer in ${TIMEOUT_MS / 1000} s`)));
    request.on('error', failed);
    request.on('response', answer => {
      const parts = [];
      let first;
      answer.on('data', part => {
        first ??= performance.now() - begin;
        parts.push(part);
      });
      answer.on('error', failed);
      answer.on('end', () =>
        done({
          status: answer.statusCode,
          headers: answer.headers,
          text: Buffer.concat(parts).toString(),
          first,
          whole: performance.now() - begin,
        }),
      );
    });
    request.end(bytes);
  });
}

/** A payer's channel with the shop. Its calls come one after the other. */
class Channel {
  #signer;
  #config;
  #id;
  #offer;
  #charged = 0n;

  static async open(chain, body) {
    const channel = new Channel();
    channel.#signer = toClientEvmSigner(await chain.newPayer(DEPOSIT_UNITS), chain.reads);
    const refused = await send('POST', stack.gateway.url + CHAT_PATH, {}, body);
    if (refused.status !== 402) throw new Error(`no offer: ${refused.status} ${refused.text}`);
    const required = decodePaymentRequiredHeader(refused.headers['payment-required']);
    channel.#offer = required.accepts.find(offer => offer.scheme === 'batch-settlement');
    const client = new x402Client().setSpendControls(false);
    client.register(NETWORK, new BatchSettlementEvmScheme(channel.#signer, { depositStrategy: () => DEPOSIT_UNITS }));
    const payment = await client.createPaymentPayload({ ...required, accepts: [channel.#offer] });
    channel.#config = payment.payload.channelConfig;
    channel.#id = payment.payload.voucher.channelId;
    channel.heard(await send('POST', stack.gateway.url + CHAT_PATH, header(payment), body));
    return channel;
  }

  /** The payment of the next call. */
  async pay() {
    const total = this.#charged + BigInt(this.#offer.amount);
    const voucher = await signVoucher(this.#signer, this.#id, total.toString(), NETWORK);
    return header({
      x402Version: 2,
      accepted: this.#offer,
      payload: { type: 'voucher', channelConfig: this.#config, voucher },
    });
  }

  /** What the call cost is what the next voucher begins with. */
  heard(answer) {
    const receipt = answer.headers['payment-response'];
    if (answer.status !== 200 || !receipt) throw new Error(`a paid call answered ${answer.status}: ${answer.text.slice(0, 500)}`);
    this.#charged += BigInt(JSON.parse(Buffer.from(receipt, 'base64').toString()).extra.chargedAmount);
  }
}

const header = payment => ({ 'payment-signature': encodePaymentSignatureHeader(payment) });

const plain = (name, method, base, path, headers, body) => ({
  name,
  prepare: async () => headers,
  send: it => send(method, base + path, it, body),
  check: answer => {
    if (answer.status !== 200) throw new Error(`${name} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  },
});

const paid = (channel, body) => ({
  name: 'tallystick',
  prepare: () => channel.pay(),
  send: it => send('POST', stack.gateway.url + CHAT_PATH, it, body),
  check: answer => channel.heard(answer),
});

const portkey = { authorization: 'Bearer none', 'x-portkey-provider': 'openai', 'x-portkey-custom-host': `${stack.model.url}/v1` };

/** Takes the roads in turn, each time in another order, until the time is over. */
async function interleaved(roads, longest) {
  const found = new Map(roads.map(({ name }) => [name, { first: [], whole: [] }]));
  const end = performance.now() + longest * 1000;
  for (let round = 0; performance.now() < end; round++) {
    for (let i = 0; i < roads.length; i++) {
      const road = roads[(i + round) % roads.length];
      const answer = await road.send(await road.prepare());
      road.check(answer);
      found.get(road.name).first.push(answer.first);
      found.get(road.name).whole.push(answer.whole);
    }
  }
  return found;
}

const PROCESSES = { tallystick: [['gateway', stack.metering.pid], ['billing-service', stack.billing.pid]], portkey: [['gateway', Number(otherPid)]] };

async function measured(what, roads) {
  await interleaved(roads, seconds / 2);
  const before = new Map(Object.values(PROCESSES).flat().map(([, pid]) => [pid, cpuOf(pid)]));
  const found = await interleaved(roads, Number(seconds));
  return roads.map(({ name }) => ({
    what,
    name,
    ...found.get(name),
    cpu: (PROCESSES[name] ?? []).map(([process, pid]) => [process, cpuOf(pid) - before.get(pid)]),
  }));
}

const at = (times, part) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.ceil(times.length * part) - 1)];
const round = number => Number(number.toPrecision(3)).toLocaleString('en', { maximumFractionDigits: 3 });

function rows(results, time) {
  const direct = results.find(({ name }) => name === 'direct')[time];
  return results.map(result => {
    const times = result[time];
    const added = part => (result.name === 'direct' ? '' : round(at(times, part) - at(direct, part)));
    const cpu = result.cpu.map(([process, used]) => `${round((used / times.length) * 1e3)} (${process})`).join(', ');
    return `| ${result.what} | ${result.name} | ${times.length} | ${round(at(times, 0.5))} | ${round(at(times, 0.99))} | ${added(0.5)} | ${added(0.99)} | ${cpu} |`;
  });
}

/** Whether this gateway sells streamed answers. */
async function sellsStreams(body) {
  const { status } = await send('POST', stack.gateway.url + CHAT_PATH, {}, body);
  return status === 402;
}

const chain = openChain(stack.chain.rpcUrl);
const shop = new Shop(stack, await new People(stack).join('Benchmark', 'provider', ['owner']));
await shop.open(await chain.newPayer(0n));

const chat = stream => JSON.stringify({
  model: CHAT,
  messages: [{ role: 'user', content: 'What is a tally stick, and who keeps which half of it?' }],
  max_tokens: 20,
  ...(stream && { stream: true }),
});
const roadsOf = (channel, body) => [
  plain('direct', 'POST', stack.model.url, CHAT_PATH, {}, body),
  paid(channel, body),
  plain('portkey', 'POST', other, CHAT_PATH, portkey, body),
];

const whole = await measured('chat, whole', roadsOf(await Channel.open(chain, chat(false)), chat(false)));
const streams = (await sellsStreams(chat(true)))
  ? await measured('chat, streamed: first byte', roadsOf(await Channel.open(chain, chat(true)), chat(true)))
  : undefined;
const passed = await measured('`GET /v1/models`, passed through', [
  plain('direct', 'GET', stack.model.url, MODELS_PATH, {}),
  plain('tallystick', 'GET', stack.gateway.url, MODELS_PATH, {}),
  plain('portkey', 'GET', other, MODELS_PATH, portkey),
]);
agent.destroy();

const kind = build === 'native' ? 'native executables' : 'a JVM that compiles with the first compiler only';
console.log(`${new Date().toISOString()}, ${cpus()[0].model}, ${cpus().length} cores, ${round(totalmem() / 2 ** 30)} GiB, Linux ${release()},
Node ${process.version}; load of the machine at the end ${loadavg().map(round).join(', ')}. Our services: ${kind}.

| call | road | calls | p50 ms | p99 ms | added p50 | added p99 | CPU ms a call |
|---|---|---:|---:|---:|---:|---:|---|
${[...rows(whole, 'whole'), ...(streams ? rows(streams, 'first') : []), ...rows(passed, 'whole')].join('\n')}${
  streams ? '' : '\n\nStreamed answers are not sold by this version, so they are not measured.'
}`);
