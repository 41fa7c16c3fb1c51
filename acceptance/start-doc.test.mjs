// node --test acceptance/start-doc.test.mjs: the walk must notice an answer that is not the one shown.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { difference, steps, walk, wrong } from './start-doc.mjs';

const folder = mkdtempSync(join(tmpdir(), 'start-doc-'));
after(() => rmSync(folder, { recursive: true }));

const stack = {
  identity: { url: 'http://i' },
  metering: { url: 'http://m' },
  billing: { url: 'http://b' },
  chain: { rpcUrl: 'http://c' },
  operator: { keyFile: 'k' },
};

function page(...blocks) {
  const file = join(folder, `${Math.random()}.md`);
  writeFileSync(file, blocks.map(([info, text]) => `\`\`\`${info}\n${text}\n\`\`\`\n`).join('\nwords\n'));
  return file;
}

describe('an answer in JSON', () => {
  it('is compared whole', () => {
    assert.equal(difference({ a: 1, b: [1, 2] }, { b: [1, 2], a: 1 }), undefined);
    assert.match(difference({ a: 1 }, { a: 2 }), /\$\.a: 2 is not 1/);
    assert.match(difference({ a: 1 }, { a: 1, b: 2 }), /also has b/);
    assert.match(difference({ a: 1 }, {}), /lacks a/);
    assert.match(difference([1], [1, 2]), /2 items, not 1/);
    assert.match(difference({ a: '1' }, { a: 1 }), /is not/);
    assert.match(difference({ a: null }, { a: 0 }), /is not/);
  });

  it('leaves open what … stands for', () => {
    assert.equal(difference({ a: '…' }, { a: { deep: [1] } }), undefined);
    assert.equal(difference({ a: 1, '…': '…' }, { a: 1, b: 2 }), undefined);
    assert.equal(difference(['a', '…'], ['a', 'b', 'c']), undefined);
    assert.equal(difference('did:key:…', 'did:key:z6Mk'), undefined);
    assert.match(difference('did:key:…', 'did:web:x'), /is not/);
    assert.match(difference(['a', '…'], []), /0 items/);
  });
});

describe('an answer in text', () => {
  it('is compared line by line', () => {
    assert.equal(wrong({ language: 'text', text: 'HTTP/1.1 402 …\nb' }, 'HTTP/1.1 402 Payment Required\r\nb\n'), undefined);
    assert.match(wrong({ language: 'text', text: 'a' }, 'a\nb'), /2 items/);
    assert.match(wrong({ language: 'text', text: 'a.c' }, 'abc'), /is not/);
  });
});

describe('a walk', () => {
  it('keeps variables from step to step and knows the stack', async () => {
    const file = page(
      ['sh step', 'NAME=world'],
      ['sh', 'exit 1'],
      ['sh step', 'echo "hello $NAME at $METERING"'],
      ['text', 'hello world at http://m'],
      ['sh step', `echo '{"a": [1, 2]}'`],
      ['json', '{"a": [1, "…"]}'],
    );
    assert.equal(await walk(file, stack), 3);
  });

  it('fails at the line of a step whose answer differs', async () => {
    const file = page(['sh step', 'echo no'], ['text', 'yes']);
    await assert.rejects(walk(file, stack), /\.md:1: .*"no" is not "yes"/s);
  });

  it('fails at a step that fails, whatever it answers', async () => {
    await assert.rejects(walk(page(['sh step', 'false']), stack), /exit code 1/);
    await assert.rejects(walk(page(['sh step', 'exit 3']), stack), /the shell ended/);
  });

  it('repeats a step that may be early', async () => {
    const file = page(
      ['sh step', 'N=0'],
      ['sh step retry', 'N=$((N + 1)); echo $N'],
      ['text', '3'],
    );
    assert.equal(await walk(file, stack), 2);
  });

  it('does not pass without a step', async () => {
    await assert.rejects(walk(page(['sh', 'true']), stack), /has no step/);
    assert.deepEqual(steps('```json\n{}\n```'), []);
  });
});
