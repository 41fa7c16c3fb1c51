// What the tests share: a running stack, the people on it, and one shop that sells through its gateway.
import { readFileSync } from 'node:fs';
import { Access } from '../lib/access.mjs';
import { openChain } from '../lib/chain.mjs';
import { newDid } from '../lib/did.mjs';
import { Refused, until } from '../lib/http.mjs';
import { People, Shop } from '../lib/shop.mjs';

const FILE = process.env.TALLYSTICK_STACK_FILE;
const READY_SECONDS = 120;

/** What `./tallystick up` wrote last: process numbers change when a service is started again. */
export function readStack() {
  if (!FILE) throw new Error('set TALLYSTICK_STACK_FILE to the stack.json of a running stack');
  return JSON.parse(readFileSync(FILE, 'utf8'));
}

export const stack = readStack();
export const chain = openChain(stack.chain.rpcUrl);
export const people = new People(stack);

/** Somebody whom identity-service has never heard of. */
export const stranger = () => new Access(stack.identity.url, newDid());

/**
 * Opens the shop, or another stall of it: prices and meters stay, money goes to a new account, so that what one file of
 * tests earns is told from what another does. Channels are with an account, so they are new, too.
 */
export async function openShop() {
  const owner = await people.join('Acme', 'provider', ['owner']);
  const shop = new Shop(stack, owner);
  const provider = await chain.newPayer(0n);
  await once(() => shop.open(provider));
  return { owner, shop, provider, payTo: provider.address };
}

/** Prices of the hour and meters are there already when another file opened the shop before. */
async function once(open) {
  try {
    await open();
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 409) throw error;
  }
}

/** Kills a service as a crash would. The stack starts it again. */
export function kill(service) {
  const { pid } = readStack()[service];
  process.kill(pid, 'SIGKILL');
  return pid;
}

/** Waits until a service that was killed as process `pid` runs again and says that it is ready. */
export const restarted = (service, pid) =>
  until(`${service} is up again`, READY_SECONDS, async () => {
    const found = readStack()[service];
    const health = await fetch(`${found.managementUrl}/q/health/ready`, { signal: AbortSignal.timeout(3000) }).then(
      answer => answer.status,
      error => error.message,
    );
    return { done: found.pid !== pid && health === 200, value: { pid: found.pid, health } };
  });

/**
 * Kills a process of the stack and holds the next one before it listens, until the answered function is called: the stack
 * starts a process again only so many times.
 */
export function keepDown(service) {
  const killed = kill(service);
  let held;
  const hold = () => {
    const { pid } = readStack()[service];
    if (held || pid === killed) return;
    process.kill(pid, 'SIGSTOP');
    held = pid;
  };
  const timer = setInterval(hold, 50);
  return () => {
    clearInterval(timer);
    if (held) process.kill(held, 'SIGCONT');
  };
}
