#!/usr/bin/env node
// Paid calls as the gateway has billing-service authorize and capture them, as fast as it answers: for benchmarks.
//
//   node paid-calls.mjs --identity <url> --billing <url> --chain <url> --tenant <id> --gateway-key <file> --owner-key <file>
//
// Reads a command a line and answers each with a line when it is done:
//
//   open <channels>   sets a price, and opens channels of new payers by a deposit each
//   sign <calls>      signs the vouchers of so many calls, beside those that are left
//   run <seconds>     calls one after the other on each channel, until the time or the vouchers of a channel are used up
//
// Any failure ends the program with 1.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { Access } from './lib/access.mjs';
import { openChain } from './lib/chain.mjs';
import { didOfSeed } from './lib/did.mjs';
import { PRICES, Shop } from './lib/shop.mjs';
import { Till } from './lib/till.mjs';

const text = { type: 'string' };
const { values } = parseArgs({
  options: { identity: text, billing: text, chain: text, tenant: text, 'gateway-key': text, 'owner-key': text },
});

const chain = openChain(values.chain);
const access = file => new Access(values.identity, didOfSeed(file));
const till = new Till(values.billing, values.tenant, access(values['gateway-key']));
let channels = [];

async function open(count) {
  const shop = new Shop({ billing: { url: values.billing } }, access(values['owner-key']));
  await shop.payTo(await chain.newPayer(0n));
  await shop.price(PRICES, []);
  await till.refresh();
  for (let i = 0; i < count; i++) channels.push(await till.channel(chain));
  await Promise.all(channels.map(channel => channel.deposit()));
  return `opened ${channels.length}`;
}

async function sign(calls) {
  await till.refresh();
  const each = Math.ceil(calls / channels.length);
  for (const channel of channels) await channel.sign(each);
  return `signed ${each * channels.length}`;
}

async function run(seconds) {
  const start = process.hrtime.bigint();
  const end = start + BigInt(Math.round(seconds * 1e9));
  let calls = 0;
  let used = false;
  await Promise.all(
    channels.map(async channel => {
      while (!used && process.hrtime.bigint() < end) {
        used ||= !(await channel.call(randomUUID()));
        if (!used) calls++;
      }
    }),
  );
  return `done ${calls} calls in ${(process.hrtime.bigint() - start) / 1000n} us`;
}

const commands = { open, sign, run };
for await (const line of createInterface({ input: process.stdin })) {
  const [name, number] = line.split(' ');
  console.log(await commands[name](Number(number)));
}
