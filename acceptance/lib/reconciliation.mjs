// Lines whose two sides come from different systems, and a mark for each.
const text = value => (typeof value === 'object' ? JSON.stringify(value) : String(value));

export class Reconciliation {
  #lines = [];

  /**
   * @param what what both sides say
   * @param left `[where it comes from, value]`
   * @param right the same, from another system
   */
  equal(what, left, right) {
    if (left[0] === right[0]) throw new Error(`both sides of "${what}" come from ${left[0]}`);
    this.#lines.push({ what, left, right, equal: text(left[1]) === text(right[1]) });
  }

  get differing() {
    return this.#lines.filter(line => !line.equal).length;
  }

  print() {
    for (const { what, left, right, equal } of this.#lines) {
      console.log(`  ${equal ? '✓' : '✗'} ${what}`);
      for (const [from, value] of [left, right]) console.log(`      ${from.padEnd(62)} ${text(value)}`);
    }
    const equal = this.#lines.length - this.differing;
    console.log(`\n  ${equal} of ${this.#lines.length} lines equal`);
  }
}
