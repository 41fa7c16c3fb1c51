// The judge of ./tallystick prove ingest sees each way in which a count can be wrong, and a plan is the same each time.
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { judge } from './ingest/books.mjs';
import { planOf } from './ingest/plan.mjs';
import { Results, seedsOf } from './ingest/results.mjs';

const acknowledged = [
  { id: 'a', tokens: 3 },
  { id: 'b', tokens: 4 },
];
const right = {
  rows: [
    { id: 'a', quantity: '3' },
    { id: 'b', quantity: '4.000000' },
  ],
  series: '7.000000',
  answered: '7',
  deadLetters: 0,
};

describe('the judge', () => {
  it('is content with each event once', () => assert.deepEqual(judge(acknowledged, right), { lost: 0, doubled: 0, wrong: [] }));
  it('sees a lost event', () => assert.equal(judge(acknowledged, { ...right, rows: right.rows.slice(1) }).lost, 1));
  it('sees an event that is counted twice', () =>
    assert.equal(judge(acknowledged, { ...right, rows: [...right.rows, right.rows[0]] }).doubled, 1));
  it('sees an event that nobody sent', () =>
    assert.match(judge(acknowledged, { ...right, rows: [...right.rows, { id: 'c', quantity: '0' }] }).wrong[0], /no event/));
  it('sees another quantity', () =>
    assert.match(judge(acknowledged, { ...right, rows: [{ id: 'a', quantity: '6' }, right.rows[1]] }).wrong[0], /quantity/));
  it('sees a total that is off', () => assert.match(judge(acknowledged, { ...right, series: '10' }).wrong[0], /series/));
  it('sees an answer that is off', () => assert.match(judge(acknowledged, { ...right, answered: '0' }).wrong[0], /API/));
  it('sees a dead letter', () => assert.match(judge(acknowledged, { ...right, deadLetters: 1 }).wrong[0], /dead/));
});

describe('a plan', () => {
  it('is the same for the same seed and another for another', () => {
    assert.deepEqual(planOf(7), planOf(7));
    assert.notDeepEqual(planOf(7), planOf(8));
  });
  it('sends every event, some twice, and has a fault', () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { events, requests, faults } = planOf(seed);
      const sent = requests.flatMap(({ items }) => items);
      assert.equal(new Set(sent).size, events.length);
      assert.ok(requests.every(({ items }) => new Set(items).size === items.length), 'none twice in a request');
      assert.ok(faults.length > 0 && faults.every(({ before }) => before < requests.length));
    }
  });
});

describe('the results', () => {
  const result = { seed: 1, passed: true, events: 5, tries: 6, unanswered: 0, refused: 0, lost: 0, doubled: 0, wrong: [], happened: [] };

  it('are taken up again, and those of another version are not', () => {
    const folder = mkdtempSync(join(tmpdir(), 'results-'));
    try {
      const file = join(folder, 'results.jsonl');
      new Results(file, 'one').add(result);
      new Results(file, 'one').add({ ...result, seed: 2, passed: false, lost: 1 });
      appendFileSync(file, '{"version":"one","seed":3,"pass');

      assert.deepEqual(new Results(file, 'one').left(seedsOf('1..3')), [2, 3]);
      assert.deepEqual(new Results(file, 'two').left(seedsOf('1..2')), [1, 2]);
      assert.equal(new Results(file, 'one').summary([1]).passed, true);
      assert.equal(new Results(file, 'one').summary([1, 2]).passed, false);
      assert.equal(new Results(file, 'one').summary([1, 3]).passed, false, 'one is missing');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
