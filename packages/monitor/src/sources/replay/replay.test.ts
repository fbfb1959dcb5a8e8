import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { labelsFromRecord } from '../../model/labels.ts';
import { VirtualClock } from '../../model/virtual-clock.ts';
import type { CollectionOutcome, TargetStatus } from '../interface.ts';
import { ManualTime } from '../testing/manual-time.ts';
import { MemoryAppender } from '../testing/memory-appender.ts';
import { openReplay, type ReplayOptions } from './open-replay.ts';

const CALM = fileURLToPath(new URL('../../../../../testdata/recordings/lodestar-calm.rec.zst', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'chainpulse-replay-'));
after(() => rmSync(folder, { recursive: true }));

function record(timestampMs: number, target: string, body: string): string {
  if (body === 'down') return `#@ ${timestampMs} ${target} down\n`;
  return `#@ ${timestampMs} ${target} ${Buffer.byteLength(body)}\n${body}\n`;
}

let files = 0;

function recording(text: string | Buffer): string {
  return compressed(zstdCompressSync(text));
}

function compressed(bytes: Buffer): string {
  const file = join(folder, `${++files}.rec.zst`);
  writeFileSync(file, bytes);
  return file;
}

/** Plays to the end in no time, by a clock that jumps. */
async function play(options: ReplayOptions, startMs: number) {
  const time = new ManualTime(startMs);
  const appender = new MemoryAppender();
  const outcomes: CollectionOutcome[] = [];
  const changes: TargetStatus[] = [];
  const replay = await openReplay({ ...options, timers: time });
  replay.start({
    appender,
    clock: time,
    observer: { collectionEnded: ({ outcome }) => outcomes.push(outcome) },
    onStatusChange: (status) => changes.push(status),
  });
  let isOver = false;
  void replay.ended.then(() => {
    isOver = true;
  });
  while (!isOver) await time.advance(1000);
  return { replay, appender, outcomes, changes };
}

const TWO_TARGETS = [
  record(10_000, 'n1', '# TYPE a counter\na 1\n'),
  record(10_500, 'n2', 'a 5\n'),
  record(15_000, 'n1', 'a 2\nb 1 12000\n'),
  record(15_500, 'n2', 'down'),
  record(20_000, 'n1', 'a 3\n'),
  record(20_500, 'n2', 'a 7\n# EOF'),
];
const N1 = 'a{instance="n1",job="replay"}';
const N2 = 'a{instance="n2",job="replay"}';

describe('a recording', () => {
  test('is read to its end when it was compressed in several frames', async () => {
    const frames = TWO_TARGETS.map((text) => zstdCompressSync(text));
    const file = compressed(Buffer.concat(frames));
    const { appender } = await play({ file, time: 'original' }, 10_000);
    assert.deepEqual(appender.valuesOf(N1), [1, 2, 3, 'stale']);
    assert.deepEqual(appender.valuesOf(N2), [5, 'stale', 7, 'stale']);
  });

  test('is played in the order of its time, whatever the order of the file', async () => {
    const byTarget = [0, 2, 4, 1, 3, 5].map((index) => TWO_TARGETS[index]!);
    for (const text of [TWO_TARGETS.join(''), byTarget.join('')]) {
      const { replay, appender, outcomes, changes } = await play({ file: recording(text), time: 'original' }, 10_000);
      assert.equal(replay.firstTimestampMs, 10_000);
      assert.equal(replay.lastTimestampMs, 20_500);
      assert.deepEqual(
        replay.targets.map(({ name, records, intervalMs }) => [name, records, intervalMs]),
        [
          ['n1', 3, 5000],
          ['n2', 3, 5000],
        ],
      );
      assert.deepEqual(appender.samples().get(N1), [
        { timestampMs: 10_000, value: 1 },
        { timestampMs: 15_000, value: 2 },
        { timestampMs: 20_000, value: 3 },
        { timestampMs: 25_000, value: 'stale' },
      ]);
      assert.deepEqual(appender.valuesOf(N2), [5, 'stale', 7, 'stale']);
      assert.deepEqual(appender.valuesOf('up{instance="n2",job="replay"}'), [1, 0, 1, 'stale']);
      assert.deepEqual(outcomes, ['ok', 'ok', 'ok', 'other', 'ok', 'ok']);
      assert.deepEqual(
        changes.filter(({ health }) => health !== 'up').map(({ reason }) => reason),
        ['The recording has no answer here.', 'The recording has ended.', 'The recording has ended.'],
      );
      assert.equal(appender.metadata.get('a')?.type, 'counter');
      assert.equal(appender.samples().has('scrape_duration_seconds{instance="n1",job="replay"}'), false);
    }
  });

  test('is moved to now as a whole, timestamps within it included', async () => {
    const { appender } = await play({ file: recording(TWO_TARGETS.join('')) }, 1_000_000);
    assert.deepEqual(
      appender
        .samples()
        .get(N1)
        ?.map(({ timestampMs }) => timestampMs),
      [1_000_000, 1_005_000, 1_010_000, 1_015_000],
    );
    assert.deepEqual(appender.samples().get('b{instance="n1",job="replay"}'), [{ timestampMs: 1_002_000, value: 1 }]);
  });

  test('takes other labels', async () => {
    const labels = labelsFromRecord({ job: 'lodestar', chain: 'dev' });
    const { appender, replay } = await play({ file: recording(TWO_TARGETS[0]!), labels }, 0);
    assert.ok(appender.samples().has('a{chain="dev",instance="n1",job="lodestar"}'));
    assert.deepEqual(
      replay.statuses().map((status) => status.labels),
      [labelsFromRecord({ job: 'lodestar', chain: 'dev', instance: 'n1' })],
    );
  });

  test('with a malformed answer goes on, that target being down with the place', async () => {
    const text = record(1000, 'n', 'a 1\n') + record(2000, 'n', 'a 1\nb x\n') + record(3000, 'n', 'a 3\n');
    const { appender, changes } = await play({ file: recording(text) }, 0);
    assert.equal(changes[1]?.reason, 'Record 2, line 2, column 3: the value "x" is no number');
    assert.deepEqual(appender.valuesOf('a{instance="n",job="replay"}'), [1, 'stale', 3, 'stale']);
  });

  test('that is stopped ends its targets there', async () => {
    const time = new ManualTime(0);
    const appender = new MemoryAppender();
    const replay = await openReplay({ file: recording(TWO_TARGETS.join('')), timers: time });
    const none = { collectionEnded() {} };
    replay.start({ appender, clock: time, observer: none, onStatusChange() {} });
    // The file is read in real time: the clock waits for it.
    while (appender.batches.length < 1) await time.advance(0);
    await time.advance(500);
    while (appender.batches.length < 2) await time.advance(0);
    await replay.stop();
    assert.deepEqual(appender.valuesOf(N1), [1, 'stale']);
    assert.deepEqual(
      replay.statuses().map(({ health, reason }) => [health, reason]),
      [
        ['unknown', 'The replay was stopped.'],
        ['unknown', 'The replay was stopped.'],
      ],
    );
    await replay.stop();
  });

  test('that is stopped before it was started plays nothing', async () => {
    const replay = await openReplay({ file: recording(TWO_TARGETS.join('')) });
    await replay.stop();
    const appender = new MemoryAppender();
    const clock = new VirtualClock({ startMs: 0, speed: 1 });
    replay.start({ appender, clock, observer: { collectionEnded() {} }, onStatusChange() {} });
    assert.deepEqual(replay.statuses(), []);
  });
});

describe('the recorded Lodestar network', () => {
  test('comes through with every series and sample, at its own time', async () => {
    const { appender, outcomes } = await play({ file: CALM, time: 'original' }, 1_795_181_530_000);
    assert.equal(outcomes.length, 130);
    assert.ok(outcomes.every((outcome) => outcome === 'ok'));
    const expected = samplesByHand(zstdDecompressSync(readFileSync(CALM)));
    const got = new Map<string, number[]>();
    for (const [series, samples] of appender.samples()) {
      if (/^(up|scrape_\w+)\{/.test(series)) continue;
      const target = /instance="(\w+)"/.exec(series)?.[1];
      const values = samples.filter(({ value }) => value !== 'stale');
      const key = `${target} ${series.slice(0, series.indexOf('{'))}`;
      got.set(key, [
        ...(got.get(key) ?? []),
        ...values.flatMap(({ timestampMs, value }) => [timestampMs, Number(value)]),
      ]);
    }
    // Beside the recorded series, up and scrape_samples_scraped of each of the three targets.
    assert.equal(appender.samples().size, expected.series.size + 2 * 3);
    assert.deepEqual([...got.keys()].sort(), [...expected.values.keys()].sort());
    for (const [key, values] of expected.values) {
      assert.deepEqual(Float64Array.from(got.get(key) ?? []).sort(), Float64Array.from(values).sort(), key);
    }
  });

  test('is played ten times faster on a virtual clock', async () => {
    const lines = readFileSync(CALM);
    const replay = await openReplay({ file: compressed(lines), speed: 1000 });
    const clock = new VirtualClock({ startMs: 5_000_000_000_000, speed: 1000 });
    const appender = new MemoryAppender();
    replay.start({ appender, clock, observer: { collectionEnded() {} }, onStatusChange() {} });
    await replay.ended;
    assert.ok(clock.nowMs() - 5_000_000_000_000 >= replay.lastTimestampMs - replay.firstTimestampMs);
    assert.equal(appender.valuesOf('up{instance="beacon1",job="replay"}').filter((value) => value === 1).length, 60);
  });
});

/** Every series, and time and value of every sample by target and metric, read with nothing but string functions. */
function samplesByHand(plain: Buffer): { series: Set<string>; values: Map<string, number[]> } {
  const series = new Set<string>();
  const samples = new Map<string, number[]>();
  for (let at = 0; at < plain.length; ) {
    const headerEnd = plain.indexOf('\n', at);
    const [, timestamp, target, size] = plain.toString('utf8', at, headerEnd).split(' ');
    at = headerEnd + 1 + Number(size) + 1;
    for (const line of plain.toString('utf8', headerEnd + 1, at - 1).split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      series.add(`${target} ${line.slice(0, line.lastIndexOf(' '))}`);
      const key = `${target} ${line.slice(0, line.search(/[{ ]/))}`;
      const values = samples.get(key) ?? [];
      values.push(Number(timestamp), Number(line.slice(line.lastIndexOf(' ') + 1).replace('Inf', 'Infinity')));
      samples.set(key, values);
    }
  }
  return { series, values: samples };
}

describe('a file that is no recording', () => {
  const good = TWO_TARGETS.join('');
  const bad: [name: string, file: () => string, code: string, message: RegExp][] = [
    ['is missing', () => join(folder, 'none'), 'recording_unreadable', /There is no recording .*none: check the path/],
    ['is a folder', () => folder, 'recording_unreadable', /cannot be read/],
    ['is empty', () => recording(''), 'recording_malformed', /holds no record/],
    ['is not compressed', () => compressed(Buffer.from(good)), 'recording_malformed', /zstd is damaged/],
    ['is cut', () => compressed(zstdCompressSync(good).subarray(0, -9)), 'recording_malformed', /it was cut off/],
    [
      'holds half a record',
      () => recording(good.slice(0, -4)),
      'recording_malformed',
      /record 6.*ends within this record/,
    ],
    ['begins otherwise', () => recording(`a 1\n${good}`), 'recording_malformed', /record 1, at byte 0 .*expected "#@/],
    [
      'lies about a size',
      () => recording(good.replace('n1 21', 'n1 19')),
      'recording_malformed',
      /record 1, at byte 34 .*new line after the 19 bytes/,
    ],
    ['has no time', () => recording(good.replace('15500', 'never')), 'recording_malformed', /record 4/],
    [
      'has a huge record',
      () => recording('#@ 1 n 99999999999\n'),
      'recording_malformed',
      /99999999999 bytes are too many/,
    ],
    ['has a header without end', () => recording('#'.repeat(100_000)), 'recording_malformed', /record 1/],
    [
      'says a time twice',
      () => recording(TWO_TARGETS[0]! + TWO_TARGETS[0]!),
      'recording_malformed',
      /two records of n1 at 10000 ms/,
    ],
    [
      'goes back all the time',
      () => recording(Array.from({ length: 17 }, (_, index) => record(1000 - index, `n${index}`, 'a 1\n')).join('')),
      'recording_too_large',
      /goes back more than 15 times; write its records in the order/,
    ],
  ];
  for (const [name, file, code, message] of bad) {
    test(`because it ${name} is refused`, async () => {
      await assert.rejects(openReplay({ file: file() }), (error: Error & { code?: string }) => {
        assert.match(error.message, message);
        assert.equal(error.code, code);
        return true;
      });
    });
  }
});

test('a recording that breaks while it is played ends its targets with the reason', async () => {
  const file = recording(TWO_TARGETS.join(''));
  const time = new ManualTime(0);
  const replay = await openReplay({ file, timers: time });
  writeFileSync(file, 'no longer');
  replay.start({
    appender: new MemoryAppender(),
    clock: time,
    observer: { collectionEnded() {} },
    onStatusChange() {},
  });
  await replay.ended;
  for (const { health, reason } of replay.statuses()) {
    assert.equal(health, 'unknown');
    assert.match(reason, /is malformed.*zstd is damaged/);
  }
});
