// Walks docs/start.md or other pages: runs each step as it stands there and compares its answer with the one shown.
//
//   node acceptance/start-doc.mjs --stack <stack.json> [page ...]
//
// A step is a block ```sh step```; all steps share one shell. The block after it is its answer: ```json``` is compared as
// JSON, ```text``` line by line. In an answer … stands for anything: a value, a part of a line, further members
// ("…": "…") or further items. A step marked ```sh step retry``` is repeated until its answer is right.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const STEP_SECONDS = 90;
const RETRY_SECONDS = 30;
const RETRY_EVERY_MS = 500;
const ANYTHING = '…';

/** The steps of a page: where they begin, what to run, and the answer shown. */
export function steps(markdown) {
  const found = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const fence = lines[at].match(/^```(\w+)(.*)$/);
    if (!fence) continue;
    const end = lines.indexOf('```', at + 1);
    if (end < 0) throw new Error(`line ${at + 1}: a block without an end`);
    const text = lines.slice(at + 1, end).join('\n');
    const [, language, rest] = fence;
    const words = rest.trim().split(/\s+/);
    if (language === 'sh' && words[0] === 'step') {
      found.push({ line: at + 1, script: text, retry: words.includes('retry'), answer: undefined });
    } else if ((language === 'json' || language === 'text') && found.length > 0) {
      const step = found.at(-1);
      if (step.answer) throw new Error(`line ${at + 1}: a second answer to the step of line ${step.line}`);
      step.answer = { language, text };
    }
    at = end;
  }
  return found;
}

/** What differs, as a path and both sides; undefined if nothing does. */
export function difference(expected, actual, path = '$') {
  if (expected === ANYTHING) return undefined;
  if (typeof expected === 'string' && typeof actual === 'string') {
    return pattern(expected).test(actual) ? undefined : `${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`;
  }
  if (Array.isArray(expected)) return Array.isArray(actual) ? items(expected, actual, path) : `${path}: no list`;
  if (expected && typeof expected === 'object') {
    return actual && typeof actual === 'object' && !Array.isArray(actual) ? members(expected, actual, path) : `${path}: no object`;
  }
  return Object.is(expected, actual) ? undefined : `${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`;
}

function items(expected, actual, path) {
  const open = expected.at(-1) === ANYTHING && expected.length > 1;
  const shown = open ? expected.slice(0, -1) : expected;
  if (open ? actual.length < shown.length : actual.length !== shown.length) {
    return `${path}: ${actual.length} items, not ${shown.length}`;
  }
  return first(shown.map((item, i) => difference(item, actual[i], `${path}[${i}]`)));
}

function members(expected, actual, path) {
  const shown = Object.keys(expected).filter(name => name !== ANYTHING);
  const more = Object.keys(actual).filter(name => !shown.includes(name));
  if (!(ANYTHING in expected) && more.length > 0) return `${path}: also has ${more.join(', ')}`;
  return first(
    shown.map(name => (name in actual ? difference(expected[name], actual[name], `${path}.${name}`) : `${path}: lacks ${name}`)),
  );
}

const first = differences => differences.find(each => each !== undefined);

const pattern = text =>
  new RegExp(`^${text.split(ANYTHING).map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*')}$`);

/** Compares a step's output with its answer; undefined if they agree. */
export function wrong(answer, output) {
  if (answer === undefined) return undefined;
  if (answer.language === 'json') {
    try {
      return difference(JSON.parse(answer.text), JSON.parse(output));
    } catch (error) {
      return `${error.message}: ${output.slice(0, 400)}`;
    }
  }
  return difference(answer.text.trim().split('\n'), output.trim().replaceAll('\r', '').split('\n'));
}

/** One bash for all steps, so that a variable set in one is there in the next. */
class Shell {
  #bash;
  #out = '';
  #errors = '';
  #wake = () => {};

  constructor(environment) {
    this.#bash = spawn('bash', ['--noprofile', '--norc'], { cwd: ROOT, env: { ...process.env, ...environment } });
    this.#bash.stdout.setEncoding('utf8').on('data', text => this.#take(text));
    this.#bash.stderr.setEncoding('utf8').on('data', text => { this.#errors = (this.#errors + text).slice(-4000); });
    this.#bash.on('exit', () => this.#take('\n'));
  }

  #take(text) {
    this.#out += text;
    this.#wake();
  }

  /** @returns {Promise<{ code: number, output: string, errors: string }>} */
  async run(script) {
    const mark = `step-${randomUUID()}`;
    this.#out = '';
    this.#errors = '';
    this.#bash.stdin.write(`${script}\nprintf '\\n%s %d\\n' ${mark} $?\n`);
    const deadline = Date.now() + STEP_SECONDS * 1000;
    while (true) {
      const end = this.#out.match(new RegExp(`\\n${mark} (\\d+)\\n`));
      if (end) return { code: Number(end[1]), output: this.#out.slice(0, end.index), errors: this.#errors };
      if (this.#bash.exitCode !== null) throw new Error(`the shell ended: ${this.#errors}`);
      if (Date.now() > deadline) throw new Error(`not done after ${STEP_SECONDS} s: ${this.#out}${this.#errors}`);
      await new Promise(done => {
        this.#wake = done;
        setTimeout(done, 200).unref();
      });
    }
  }

  end() {
    this.#bash.kill();
  }
}

async function walkStep(shell, step) {
  const deadline = Date.now() + RETRY_SECONDS * 1000;
  while (true) {
    const { code, output, errors } = await shell.run(step.script);
    const fault = code === 0 ? wrong(step.answer, output) : `exit code ${code}: ${output}${errors}`;
    if (fault === undefined) return;
    if (!step.retry || Date.now() > deadline) {
      throw new Error(`${fault}\n--- the step\n${step.script}\n--- what it answered\n${output}${errors}`);
    }
    await new Promise(done => setTimeout(done, RETRY_EVERY_MS));
  }
}

/** Walks a page on a running stack; throws at the first step whose answer is not the one shown. */
export async function walk(page, stack) {
  const walked = steps(readFileSync(page, 'utf8'));
  if (walked.length === 0) throw new Error(`${page} has no step`);
  const folder = mkdtempSync(join(tmpdir(), 'tallystick-walk-'));
  const shell = new Shell({
    IDENTITY: stack.identity.url,
    METERING: stack.metering.url,
    BILLING: stack.billing.url,
    CHAIN: stack.chain.rpcUrl,
    OPERATOR_KEY: stack.operator.keyFile,
    KEYS: folder,
  });
  try {
    for (const step of walked) {
      try {
        await walkStep(shell, step);
      } catch (error) {
        throw new Error(`${page}:${step.line}: ${error.message}`);
      }
    }
  } finally {
    shell.end();
    rmSync(folder, { recursive: true, force: true });
  }
  return walked.length;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, file, ...named] = process.argv.slice(2);
  const pages = named.length > 0 ? named : [join(ROOT, 'docs', 'start.md')];
  if (process.argv[2] !== '--stack' || !file) {
    console.error('usage: node acceptance/start-doc.mjs --stack <stack.json> [page ...]');
    process.exit(2);
  }
  try {
    for (const page of pages) {
      const count = await walk(page, JSON.parse(readFileSync(file, 'utf8')));
      console.log(`${count} steps of ${page} answered as it says`);
    }
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}
