// A program written for prom-client runs on the drop-in after a change of its import, compiles, and shows the same.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

const ROOT = join(import.meta.dirname, '../../..');
const PROGRAM = join(import.meta.dirname, 'http-program.ts');
const DROP_IN = join(ROOT, 'packages/instrument/src/bridges/prom-client/index.ts');

let folder: string;
let changed: string;

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'drop-in-'));
  changed = join(folder, 'program.mts');
  const source = readFileSync(PROGRAM, 'utf8');
  assert.equal(source.split("from 'prom-client'").length, 2);
  writeFileSync(changed, source.replace("from 'prom-client'", `from '${DROP_IN}'`));
});

after(() => rmSync(folder, { recursive: true }));

/** The text after the same requests, and its content type. */
async function textOf(file: string): Promise<{ type: string | null; text: string }> {
  const program = spawn(process.execPath, ['--conditions=@chainpulse/source', file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(program.stdout, 'data')) as [Buffer];
    const address = `http://127.0.0.1:${Number(port.toString())}`;
    for (const path of ['/', '/', '/order', '/broken', '/nowhere', '/order'])
      await (await fetch(address + path)).text();
    await (await fetch(address, { method: 'POST' })).text();
    const response = await fetch(`${address}/metrics`);
    return { type: response.headers.get('content-type'), text: await response.text() };
  } finally {
    program.stdin.end();
    await once(program, 'exit');
  }
}

/** The default metrics' and durations' values differ from run to run, and which of them have series. */
function withoutMeasured(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('shop_nodejs_active') && !line.startsWith('shop_nodejs_gc'))
    .map((line) =>
      /^shop_|^http_request_duration_seconds_sum/.test(line) ? line.slice(0, line.lastIndexOf(' ')) : line,
    );
}

test('the program shows the same metrics on the drop-in', async () => {
  const [ours, theirs] = await Promise.all([textOf(changed), textOf(PROGRAM)]);
  assert.match(theirs.text, /http_requests_total\{method="GET",route="\/order",app="shop"\} 2/);
  assert.equal(ours.type, theirs.type);
  assert.deepEqual(withoutMeasured(ours.text), withoutMeasured(theirs.text));
});

test('the program compiles against the drop-in', () => {
  const options = {
    noEmit: true,
    rewriteRelativeImportExtensions: false,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  };
  const config = join(folder, 'tsconfig.json');
  const extended = join(ROOT, 'tsconfig.base.json');
  writeFileSync(config, JSON.stringify({ extends: extended, compilerOptions: options, files: [changed] }));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', config], { stdio: ['ignore', 'inherit', 'inherit'] });
});
