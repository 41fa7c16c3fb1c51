// What a call costs, worked out from its answer and the price list alone: nothing here was said by billing-service.
import { FIXED_CALLS, PRICES } from './shop.mjs';

const NOTHING = [0n, 1n];

const plus = ([a, b], [c, d]) => [a * d + c * b, b * d];

const fits = (price, meter, model) => price.meter === meter && Object.values(price.dimensions ?? {}).every(value => value === model);

/** Of the prices that fit, the one that names the most is taken. */
const closest = (meter, model) =>
  PRICES.filter(price => fits(price, meter, model)).sort(
    (a, b) => Object.keys(b.dimensions ?? {}).length - Object.keys(a.dimensions ?? {}).length,
  )[0];

/** The exact cost of a call as a fraction of units: `[numerator, denominator]`. */
export function costOf(route, model, usage) {
  const fixed = FIXED_CALLS.find(call => call.route === route && [model, '*'].includes(call.model));
  if (fixed) return [BigInt(fixed.units), 1n];
  const used = { requests: 1, input_uncached: usage.prompt_tokens, output_text: usage.completion_tokens ?? 0 };
  return Object.entries(used)
    .map(([meter, quantity]) => [closest(meter, model), BigInt(quantity)])
    .filter(([price]) => price)
    .map(([price, quantity]) => [quantity * BigInt(price.units), BigInt(price.per)])
    .reduce(plus, NOTHING);
}

/** On a channel, exact costs are added up and rounded down on the running total. */
export const byChannel = costs => {
  const [numerator, denominator] = costs.reduce(plus, NOTHING);
  return numerator / denominator;
};

/** A call that is paid alone is rounded up to a whole unit. */
export const byCall = costs => costs.reduce((total, [numerator, denominator]) => total + (numerator + denominator - 1n) / denominator, 0n);
