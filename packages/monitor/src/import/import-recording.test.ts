import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { ChainpulseError } from '../model/errors.ts';
import { labelsFromRecord } from '../model/labels.ts';
import { MemoryAppender } from '../sources/testing/memory-appender.ts';
import { importRecording, type RecordingImport } from './import-recording.ts';

const START_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;

function recording(
  t: TestContext,
  records: readonly (readonly [atMs: number, target: string, page: string])[],
): string {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-recording-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const text = records.map(([atMs, target, page]) => `#@ ${START_MS + atMs} ${target} ${page.length}\n${page}\n`);
  const file = join(folder, 'a.rec.zst');
  writeFileSync(file, zstdCompressSync(text.join('')));
  return file;
}

async function imported(file: string, options: Partial<RecordingImport> = {}) {
  const appender = new MemoryAppender();
  const told: number[] = [];
  const totals = await importRecording({
    file,
    labels: [],
    appender,
    skipsBadRecords: false,
    signal: new AbortController().signal,
    onOpen: (records) => void told.push(records),
    onRecord: (records) => void told.push(records),
    ...options,
  });
  const samples = Array.from(appender.samples(), ([text, all]) => [
    text,
    all.map(({ timestampMs, value }) => `${value}@${timestampMs - START_MS}`).join(' '),
  ]);
  return { appender, totals, told, samples: Object.fromEntries(samples) as Record<string, string> };
}

test('every record is stored at its own time, with up and the end of its target, however far apart they are', async (t) => {
  const file = recording(t, [
    [0, 'a', 'height 1\n'],
    [1000, 'b', 'height 7\n'],
    [20 * DAY_MS, 'a', 'height 2\n'],
  ]);
  const { samples, totals, told } = await imported(file, { labels: labelsFromRecord({ job: 'eth' }) });
  assert.equal(samples['height{instance="a",job="eth"}'], `1@0 2@${20 * DAY_MS} stale@${40 * DAY_MS}`);
  assert.equal(samples['height{instance="b",job="eth"}'], '7@1000 stale@6000');
  assert.equal(samples['up{instance="b",job="eth"}'], '1@1000 stale@6000');
  assert.equal(totals.samples, 3 * 3 + 2 * 3);
  assert.deepEqual(told, [3, 1, 2, 3]);
});

test('a record that cannot be read ends the import, or is passed over and counted', async (t) => {
  const file = recording(t, [
    [0, 'a', 'height 1\n'],
    [1000, 'a', 'height one\n'],
    [2000, 'a', 'height 3\n'],
  ]);
  await assert.rejects(imported(file), {
    code: 'import_stopped',
    message: /a\.rec\.zst: Record 2, line 1, column 8: the value "one"/,
  });
  const { samples, totals } = await imported(file, { skipsBadRecords: true });
  assert.equal(samples['height{instance="a",job="replay"}'], '1@0 stale@1000 3@2000 stale@3000');
  assert.equal(totals.badLines, 1);
  assert.match(totals.badLineMessages[0] ?? '', /^Record 2, line 1/);
});

test('a store that fails ends the import with its own error', async (t) => {
  const file = recording(t, [[0, 'a', 'height 1\n']]);
  const appender = new MemoryAppender();
  appender.failure = new ChainpulseError('storage_full', 'the disk is full');
  await assert.rejects(imported(file, { appender }), { code: 'storage_full' });
});

test('an import of a recording that is ended stops', async (t) => {
  const file = recording(
    t,
    Array.from({ length: 50 }, (_, at) => [at * 1000, 'a', 'height 1\n'] as const),
  );
  const controller = new AbortController();
  const { told } = await imported(file, {
    signal: controller.signal,
    onRecord: (records) => {
      if (records === 5) controller.abort();
    },
  });
  assert.deepEqual(told, [50]);
});
