// The demo's reconciliation can fail: a client's own price of a call, and two sides of one system.
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { byCall, byChannel, costOf } from './lib/prices.mjs';
import { Reconciliation, billing, client } from './lib/reconciliation.mjs';
import { CHAT, EMBEDDINGS, EMBEDDINGS_BY_CALL } from './lib/shop.mjs';

const units = (route, model, usage) => byChannel([costOf(route, model, usage)]);

it('prices a call by its tokens and the price list', () => {
  assert.equal(units('/v1/chat/completions', CHAT, { prompt_tokens: 7, completion_tokens: 20 }), 3n * 7n + 15n * 20n + 10n);
  assert.equal(units('/v1/embeddings', EMBEDDINGS, { prompt_tokens: 7 }), 2n * 7n + 10n);
  assert.equal(units('/v1/embeddings', EMBEDDINGS_BY_CALL, { prompt_tokens: 7 }), 20_000n);
});

it('rounds a channel down on its total, and a single call up', () => {
  const thirds = Array.from({ length: 4 }, () => [1n, 3n]);
  assert.equal(byChannel(thirds), 1n);
  assert.equal(byCall(thirds), 4n);
});

it('marks a call that was charged twice', () => {
  const lines = new Reconciliation();
  lines.equal('paid', client('tokens × price list', 331n), billing('holds', 662n));
  assert.equal(lines.differing, 1);
});

it('takes no line whose sides are kept by one service', () => {
  const lines = new Reconciliation();
  assert.throws(() => lines.equal('charged', billing('channel', 1n), billing('holds', 1n)), /come from billing/);
});
