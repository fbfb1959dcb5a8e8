// The examples of the documents run: each block ```ts example becomes a program in a folder of its own, where the packages
// are found as users write them, and has to end well within its time. A block ```text after it is what it prints. The
// compiler reads all of them as strictly as the source.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENTS = ['docs/guide/*.md', 'docs/reference/instrument.md'];
const EXAMPLE = /```ts example\n(?<source>.*?)```\n(?:\n```text\n(?<output>.*?)```\n)?/gs;
const TIMEOUT_MS = 60_000;

interface Example {
  readonly file: string;
  readonly title: string;
  readonly source: string;
  /** Undefined where the document does not show it. */
  readonly output: string | undefined;
}

const examples = globSync(DOCUMENTS, { cwd: ROOT }).sort().flatMap(examplesOf);

describe('the examples of the guides', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-guides-'));

  before(() => {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const { file, source } of examples) writeFileSync(join(folder, file), source);
  });
  after(() => rmSync(folder, { recursive: true }));

  it('are there', () => {
    const documents = new Set(examples.map(({ title }) => title.split(':')[0]));
    assert.ok(documents.has('docs/guide/instrument-a-node.md'), [...documents].join(', '));
    assert.ok(documents.has('docs/guide/from-prom-client-or-opentelemetry.md'), [...documents].join(', '));
  });

  it('compile', () => {
    const config = { extends: join(ROOT, 'tsconfig.json'), include: ['*.ts'], compilerOptions: { types: ['node'] } };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { status, stdout, stderr } = run([join(ROOT, 'node_modules/typescript/bin/tsc'), '--project', '.'], folder);
    assert.equal(status, 0, stdout + stderr);
  });

  for (const { file, title, output } of examples) {
    it(`runs ${title}`, () => {
      const { status, signal, stdout, stderr } = run(['--conditions=@chainpulse/source', file], folder);
      assert.equal(status, 0, `${signal ?? ''}${stderr}`);
      assert.equal(stderr, '');
      if (output !== undefined) assert.equal(stdout, output);
    });
  }
});

function examplesOf(document: string): readonly Example[] {
  const text = readFileSync(join(ROOT, document), 'utf8');
  return Array.from(text.matchAll(EXAMPLE), ({ index, groups }) => {
    const line = text.slice(0, index).split('\n').length;
    const { source = '', output } = groups ?? {};
    return { file: `${basename(document, '.md')}-${line}.ts`, title: `${document}:${line}`, source, output };
  });
}

function run(args: readonly string[], cwd: string) {
  return spawnSync(process.execPath, args, { cwd, encoding: 'utf8', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
}
