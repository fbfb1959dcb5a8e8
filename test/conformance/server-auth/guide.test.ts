// The examples of the guide run as they stand: each block ```sh example in a shell, one after the other, in one folder; a block
// ```text after one is what it prints.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BINARY } from '../../apptest/monitor-process.ts';

const GUIDE = new URL('../../../docs/guide/secure-the-monitor.md', import.meta.url);
const EXAMPLE = /```sh example\n(?<script>.*?)```\n(?:\n```text\n(?<output>.*?)```\n)?/gs;
const TIMEOUT_MS = 60_000;
const NEEDED = ['bash', 'openssl', 'curl', 'sha256sum'];

const missing = NEEDED.filter((program) => spawnSync('which', [program]).status !== 0);
const skip = missing.length === 0 ? false : `not here: ${missing.join(', ')}`;

test('the examples of "secure the monitor" run', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-guide-'));
  try {
    const programs = join(folder, 'bin');
    mkdirSync(programs);
    writeFileSync(join(programs, 'chainpulse'), `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
    chmodSync(join(programs, 'chainpulse'), 0o755);
    const examples = Array.from(readFileSync(GUIDE, 'utf8').matchAll(EXAMPLE), ({ groups }) => groups ?? {});
    assert.ok(examples.length >= 4, `${examples.length} examples`);
    // One shell for all, so that what runs in the background is there for the next, and ends with the last.
    const marks = examples.map(({ script }, index) => `${script}echo "=== ${index}"\n`);
    const script = `set -euo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n${marks.join('')}`;
    const env = { ...process.env, PATH: `${programs}:${process.env['PATH'] ?? ''}` };
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      killSignal: 'SIGKILL',
    });
    assert.equal(status, 0, stdout + stderr);
    const outputs = stdout.split(/=== \d+\n/);
    examples.forEach(({ output }, index) => {
      if (output !== undefined) assert.equal(outputs[index], output);
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
