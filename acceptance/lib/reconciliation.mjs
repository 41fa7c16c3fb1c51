// Lines whose two sides come from different systems, and a mark for each.
const text = value => (typeof value === 'object' ? JSON.stringify(value) : String(value));

const side = system => (from, value) => ({ system, from, value });

/** Who says so. The tables of one service are one system, however many there are. */
export const client = side('client');
export const kafka = side('kafka');
export const metering = side('metering');
export const billing = side('billing');
export const chain = side('chain');

export class Reconciliation {
  #lines = [];
  #own = [];

  /**
   * @param what what both sides say
   * @param left a side
   * @param right the same, from another system
   */
  equal(what, left, right) {
    if (left.system === right.system) throw new Error(`both sides of "${what}" come from ${left.system}`);
    this.#lines.push({ what, left, right, equal: text(left.value) === text(right.value) });
  }

  /** What a service finds when it compares what it keeps: worth a look, and no proof to anybody else. */
  ownCheck(what, left, right) {
    this.#own.push({ what, left, right, equal: text(left.value) === text(right.value) });
  }

  get differing() {
    return [...this.#lines, ...this.#own].filter(line => !line.equal).length;
  }

  print() {
    show(this.#lines);
    console.log(`\n  billing-service's own check of what it keeps (GET /v1/reconciliation)`);
    show(this.#own);
  }
}

function show(lines) {
  for (const { what, left, right, equal } of lines) {
    console.log(`  ${equal ? '✓' : '✗'} ${what}`);
    for (const { from, value } of [left, right]) console.log(`      ${from.padEnd(62)} ${text(value)}`);
  }
  console.log(`\n  ${lines.filter(line => line.equal).length} of ${lines.length} lines equal`);
}
