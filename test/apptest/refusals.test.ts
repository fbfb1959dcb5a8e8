// What cannot work is refused at the start with one clear line, an exit code, and every file untouched.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { whyNoAnvil } from '../../packages/monitor/src/demo/testing/real-node.ts';
import { MonitorProcess, runChainpulse } from './monitor-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-refusals-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function contents(directory: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(directory).map((name) => [
      name,
      createHash('sha256')
        .update(readFileSync(join(directory, name)))
        .digest('hex'),
    ]),
  );
}

function assertOneLine(stderr: string, pattern: RegExp): void {
  assert.match(stderr, pattern);
  assert.equal(stderr.trimEnd().split('\n').length, 1, stderr);
}

test('a port that is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const address = other.address();
  assert.ok(address !== null && typeof address === 'object');
  const data = join(folder, 'port');
  const { exitCode, stderr } = await runChainpulse(['watch', '--port', String(address.port), '--data', data]);
  other.close();
  assert.equal(exitCode, 1);
  assertOneLine(stderr, new RegExp(`Port ${address.port} .*in use.*--port`));
  assert.throws(() => readdirSync(data), { code: 'ENOENT' });
});

test('an address that is not loopback', async () => {
  const { exitCode, stderr } = await runChainpulse(['watch', '--host', '0.0.0.0', '--data', join(folder, 'host')]);
  assert.equal(exitCode, 1);
  assertOneLine(stderr, /0\.0\.0\.0.*cannot authenticate/);
});

test('a folder that cannot be written', async () => {
  // Root may write in any folder of its own; nobody may make one in /proc.
  const data = process.getuid?.() === 0 ? '/proc/chainpulse' : join(folder, 'unwritable');
  if (process.getuid?.() !== 0) mkdirSync(data, { mode: 0o500 });
  for (const command of whyNoAnvil() === false ? ['watch', 'demo'] : ['watch']) {
    const { exitCode, stderr } = await runChainpulse([command, '--port', '0', '--data', data]);
    assert.equal(exitCode, 1);
    assertOneLine(stderr, new RegExp(data));
  }
});

test('a data folder that is a file', async () => {
  const data = join(folder, 'file');
  writeFileSync(data, 'not a folder');
  const { exitCode, stderr } = await runChainpulse(['watch', '--port', '0', '--data', data]);
  assert.equal(exitCode, 1);
  assertOneLine(stderr, new RegExp(data));
  assert.equal(readFileSync(data, 'utf8'), 'not a folder');
});

test('a store that is no store, and one that is damaged', async () => {
  const data = join(folder, 'damaged');
  mkdirSync(data);
  writeFileSync(
    join(data, 'chainpulse.db'),
    'this is a text file, and long enough to be read as a header of something',
  );
  const before = contents(data);
  const { exitCode, stderr } = await runChainpulse(['watch', '--port', '0', '--data', data]);
  assert.equal(exitCode, 1);
  assertOneLine(stderr, /chainpulse\.db/);
  assert.deepEqual(contents(data), before);
});

test('a second monitor on the same folder', async () => {
  const data = join(folder, 'twice');
  await using first = await MonitorProcess.start(['watch', '--data', data]);
  const { exitCode, stderr } = await runChainpulse(['watch', '--port', '0', '--data', data]);
  assert.equal(exitCode, 1);
  assertOneLine(stderr, new RegExp(`${data}.*(another|in use)`));
  assert.equal(await first.interrupt(), 0);
});

test('a configuration with errors: all of them, each with its place, exit code 2', async () => {
  const file = join(folder, 'chainpulse.yaml');
  writeFileSync(file, 'server:\n  port: no\nstorage:\n  retention: soon\ntargets:\n  - url: gopher://x\n');
  const { exitCode, stderr } = await runChainpulse(['watch', '--config', file]);
  assert.equal(exitCode, 2);
  const lines = stderr.trimEnd().split('\n');
  assert.equal(lines.length, 3, stderr);
  assert.match(lines[0] ?? '', /chainpulse\.yaml:2:3: server\.port: /);
  assert.match(lines[1] ?? '', /chainpulse\.yaml:4:3: storage\.retention: /);
  assert.match(lines[2] ?? '', /chainpulse\.yaml:6:5: targets\[0\]\.url: /);
});

test('options and targets that make no sense: exit code 2', async () => {
  const cases: [string[], RegExp][] = [
    [['watch', '--prot', '1'], /unknown option '--prot'/],
    [['watch', '--port', 'x'], /server\.port/],
    [['watch', 'gopher://x'], /targets\[0\]\.url.*gopher/],
    [['watch', '--retention', 'soon'], /storage\.retention.*"soon"/],
    [['query'], /missing required argument 'expression'/],
    [['query', 'up', '--start', 'yesterday'], /--start "yesterday" is no time/],
    [['query', 'up', '--step', '5s'], /--step belongs to a range/],
    [['query', 'up', '--url', 'nonsense'], /--url is no URL/],
    [
      ['watch', 'http://127.0.0.1:1/a', 'http://127.0.0.1:1/b'],
      /targets\[1\]\.url: has the same labels as targets\[0\]/,
    ],
    [['nonsense'], /unknown command 'nonsense'/],
  ];
  for (const [args, pattern] of cases) {
    const { exitCode, stderr } = await runChainpulse(args);
    assert.match(stderr, pattern, args.join(' '));
    assert.equal(exitCode, 2, args.join(' '));
  }
});

test('a recording that is missing or no recording', async () => {
  const missing = await runChainpulse([
    'watch',
    'replay:/nonexistent.rec.zst',
    '--port',
    '0',
    '--data',
    join(folder, 'r'),
  ]);
  assert.equal(missing.exitCode, 1);
  assertOneLine(missing.stderr, /\/nonexistent\.rec\.zst/);
  const file = join(folder, 'text.rec.zst');
  writeFileSync(file, 'not compressed');
  const wrong = await runChainpulse(['watch', `replay:${file}`, '--port', '0', '--data', join(folder, 'r')]);
  assert.equal(wrong.exitCode, 1);
  assertOneLine(wrong.stderr, /text\.rec\.zst/);
});

test('a query without a monitor says what to do', async () => {
  const { exitCode, stderr } = await runChainpulse(['query', 'up', '--url', 'http://user:secret@127.0.0.1:9']);
  assert.equal(exitCode, 1);
  assertOneLine(stderr, /No PromQL answer from http:\/\/127\.0\.0\.1:9.*chainpulse watch/);
  assert.doesNotMatch(stderr, /secret/);
});
