// The file that a run leaves: a line of JSON for each seed, so that it can be ended at any time, taken up again and summed up.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** `3..7`, or `3`. */
export function seedsOf(text) {
  const found = /^(\d{1,9})(?:\.\.(\d{1,9}))?$/.exec(text);
  const from = Number(found?.[1]);
  const to = Number(found?.[2] ?? from);
  if (!found || to < from || to - from >= 100_000) throw new Error(`${text}: seeds are written as 1..20`);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

export class Results {
  #file;
  #version;

  /** @param version what was tried: results of another are kept and not counted */
  constructor(file, version) {
    this.#file = file;
    this.#version = version;
    mkdirSync(dirname(file), { recursive: true });
  }

  add(result) {
    appendFileSync(this.#file, `${JSON.stringify({ version: this.#version, ...result })}\n`);
  }

  /** The last word on each seed. */
  bySeed() {
    const bySeed = new Map();
    if (!existsSync(this.#file)) return bySeed;
    for (const line of readFileSync(this.#file, 'utf8').split('\n')) {
      const result = parsed(line);
      if (result?.version === this.#version) bySeed.set(result.seed, result);
    }
    return bySeed;
  }

  /** Those that have not passed yet. */
  left(seeds) {
    const known = this.bySeed();
    return seeds.filter(seed => !known.get(seed)?.passed);
  }

  /** @returns {{ text: string, passed: boolean }} */
  summary(seeds) {
    const known = this.bySeed();
    const there = seeds.map(seed => known.get(seed)).filter(Boolean);
    const sum = name => there.reduce((total, result) => total + result[name], 0);
    const failed = there.filter(({ passed }) => !passed);
    const missing = seeds.length - there.length;
    const happened = new Map();
    for (const { seed, happened: all } of there) {
      for (const fault of all) if (fault.seed === seed) happened.set(fault.what, (happened.get(fault.what) ?? 0) + 1);
    }
    const lines = [
      `${there.length} seeds of ${seeds.length}: ${sum('events')} events acknowledged, lost ${sum('lost')}, doubled ${sum('doubled')}; ` +
        `${sum('tries')} tries, ${sum('unanswered')} of them unanswered, ${sum('refused')} answered 503`,
      ...[...happened].sort().map(([what, times]) => `  ${what}: ${times}`),
      ...failed.map(result => `FAILED seed ${result.seed}: lost ${result.lost}, doubled ${result.doubled}; ${result.wrong.join('; ')}`),
      ...(missing > 0 ? [`${missing} seeds are missing`] : []),
    ];
    return { text: lines.join('\n'), passed: failed.length === 0 && missing === 0 };
  }
}

/** The last line of a run that was killed may be half a line. */
function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
