// What a seed stands for: the requests that are sent, what in them repeats, and which faults meet them. The same seed gives the
// same plan on every machine; when a fault meets a request depends on the machine.
export const SUBJECTS = 5;
const MOST_FAULTS = 3;

/** What may happen, and how often among the faults. `ms` is how long it lasts, where that is ours to say. */
const FAULTS = [
  { kind: 'metering killed', weight: 4 },
  { kind: 'broker killed', weight: 2 },
  { kind: 'broker stopped', weight: 2, ms: [200, 2_500] },
  { kind: 'broker slow', weight: 3, ms: [500, 3_000] },
  { kind: 'database crashed', weight: 3 },
  { kind: 'connections cut', weight: 2 },
];

/** Numbers from 0 to 1, the same ones for the same seed (a 32-bit mix of a counter). */
export function numbers(seed) {
  let counter = seed * 0x9e3779b9;
  return () => {
    counter = (counter + 0x6d2b79f5) | 0;
    let mixed = Math.imul(counter ^ (counter >>> 15), counter | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * @typedef {{ id: string, subject: number, tokens: number }} Planned an event; what is the same in each copy of it
 * @typedef {{ wire: 'batch' | 'single' | 'openmeter', items: number[], copies: number }} Request `copies` are sent at once
 * @typedef {{ kind: string, before: number, ms: number, aim: number }} Fault it begins before the request of that number is sent
 * @returns {{ seed: number, senders: number, events: Planned[], requests: Request[], faults: Fault[] }}
 */
export function planOf(seed) {
  const next = numbers(seed);
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));
  const events = [];
  const requests = [];
  const senders = between(2, 4);
  const count = between(15, 30);
  for (let n = 0; n < count; n++) {
    const kind = next();
    const wire = kind < 0.15 ? 'single' : kind < 0.4 ? 'openmeter' : 'batch';
    const items = new Set();
    for (let i = wire === 'single' ? 1 : between(1, 30); i > 0; i--) {
      items.add(events.length);
      events.push({ id: `${seed}-${events.length}`, subject: between(0, SUBJECTS - 1), tokens: between(1, 1_000) });
    }
    // Of any earlier request, acknowledged or still under way.
    if (wire !== 'single' && next() < 0.4) for (let i = between(1, 6); i > 0; i--) items.add(between(0, events.length - 1));
    requests.push({ wire, items: [...items], copies: next() < 0.3 ? 2 : 1 });
  }
  const faults = Array.from({ length: between(1, MOST_FAULTS) }, () => {
    const { kind, ms = [0, 0] } = drawn(next());
    return { kind, before: between(1, count - 1), ms: between(...ms), aim: next() };
  }).sort((one, other) => one.before - other.before);
  return { seed, senders, events, requests, faults };
}

function drawn(number) {
  let left = number * FAULTS.reduce((sum, { weight }) => sum + weight, 0);
  return FAULTS.find(({ weight }) => (left -= weight) < 0) ?? FAULTS.at(-1);
}
