// The examples of the guide run as they stand: each block ```sh example, one after the other, in one folder; the block ```text
// after it is what it prints, whatever time it took.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BINARY } from '../apptest/monitor-process.ts';

const GUIDE = new URL('../../docs/guide/slow-queries.md', import.meta.url);
const EXAMPLE = /```sh example\n(?<script>.*?)```\n\n```text\n(?<output>.*?)```\n/gs;

function withoutTimes(text: string): string {
  return text.replace(/[0-9.,]+ ms\b/g, '… ms');
}

test('the examples of "find out why a query is slow" run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-guide-'));
  try {
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    writeFileSync(join(programs, 'chainpulse'), `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
    chmodSync(join(programs, 'chainpulse'), 0o755);
    const env = { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` };
    const examples = Array.from(readFileSync(GUIDE, 'utf8').matchAll(EXAMPLE), ({ groups }) => groups ?? {});
    assert.equal(examples.length, 2);
    for (const { script = '', output = '' } of examples) {
      const { status, stdout, stderr } = spawnSync('sh', ['-ec', script], { cwd: folder, env, encoding: 'utf8' });
      assert.equal(status, 0, stdout + stderr);
      assert.equal(withoutTimes(stdout), withoutTimes(output));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
