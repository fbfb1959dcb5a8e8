// A recording of real nodes is a target like any other: all of its series, samples and times come through.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { MonitorProcess, runChainpulse, until } from './monitor-process.ts';

const RECORDING = join(import.meta.dirname, '../../testdata/recordings/lodestar-calm.rec.zst');
const folder = mkdtempSync(join(tmpdir(), 'chainpulse-replay-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Recorded {
  readonly lastTimestampMs: number;
  readonly targets: ReadonlyMap<string, RecordedTarget>;
}

interface RecordedTarget {
  readonly samples: { readonly timestampMs: number; readonly value: number }[];
  readonly series: Set<string>;
}

/** Reads the file by its documented format alone, with no code of the monitor. */
function readRecording(): Recorded {
  const targets = new Map<string, RecordedTarget>();
  let lastTimestampMs = 0;
  let timestampMs = 0;
  let target: RecordedTarget = { samples: [], series: new Set() };
  for (const line of zstdDecompressSync(readFileSync(RECORDING)).toString('utf8').split('\n')) {
    const header = /^#@ (\d+) (\S+) (\d+|down)$/.exec(line);
    if (header !== null) {
      const [, timeText = '', name = ''] = header;
      timestampMs = Number(timeText);
      lastTimestampMs = Math.max(lastTimestampMs, timestampMs);
      target = targets.get(name) ?? { samples: [], series: new Set() };
      targets.set(name, target);
    } else if (line !== '' && !line.startsWith('#')) {
      const space = line.lastIndexOf(' ');
      target.samples.push({ timestampMs, value: Number(line.slice(space + 1)) });
      target.series.add(line.slice(0, space));
    }
  }
  return { lastTimestampMs, targets };
}

test('every series and sample of recorded Lodestar nodes is served, with the recorded times', async () => {
  const recorded = readRecording();
  // As the nodes showed themselves, and nothing computed from it.
  const config = join(folder, 'as-recorded.yaml');
  const url = `replay:${RECORDING}?time=original&speed=50`;
  writeFileSync(config, JSON.stringify({ targets: [{ url, adapter: 'none' }] }));
  await using monitor = await MonitorProcess.start(['watch', '--config', config, '--data', join(folder, 'original')]);
  const ended = async () => {
    const response = await fetch(`${monitor.url}/api/chain/v1/snapshot`);
    const { targets } = (await response.json()) as { targets: { health: string; reason: string }[] };
    return targets;
  };
  await until(ended, (targets) => targets.every(({ reason }) => reason === 'The recording has ended.'), {
    limitMs: 60_000,
  });
  for (const [instance, { samples, series }] of recorded.targets) {
    const found = await rawSeries(monitor.url, instance, recorded.lastTimestampMs);
    assert.equal(found.length, series.size, `series of ${instance}`);
    const values = found.flatMap(({ values }) => values);
    assert.equal(values.length, samples.length, `samples of ${instance}`);
    const inOrder = (a: number, b: number) => a - b;
    assert.deepEqual(
      values.map(([, value]) => Number(value)).sort(inOrder),
      samples.map(({ value }) => value).sort(inOrder),
    );
    assert.deepEqual(
      new Set(values.map(([timeSeconds]) => Math.round(timeSeconds * 1000))),
      new Set(samples.map(({ timestampMs }) => timestampMs)),
    );
  }
  assert.equal((await monitor.health()).status, 200, 'a recording that has ended is no failure');
});

async function rawSeries(url: string, instance: string, lastTimestampMs: number) {
  const query = `{instance="${instance}",__name__!~"up|scrape_.+"}[10m] @ ${lastTimestampMs / 1000}`;
  const response = await fetch(`${url}/api/v1/query`, { method: 'POST', body: new URLSearchParams({ query }) });
  const { data } = (await response.json()) as { data: { result: { values: [number, string][] }[] } };
  return data.result;
}

test('a recording is rebased to now, and its targets are up while it plays', async () => {
  await using monitor = await MonitorProcess.start([
    'watch',
    `replay:${RECORDING}`,
    '--no-machine',
    '--data',
    join(folder, 'now'),
  ]);
  const up = await until(
    () => monitor.query('up{job="replay"} == 1'),
    ({ length }) => length === 3,
  );
  assert.deepEqual(up.map(({ metric }) => String(metric['instance'])).toSorted(), ['beacon1', 'beacon2', 'validator1']);
  // Lodestar is known by its metrics, and they get their canonical names.
  assert.equal((await monitor.query('chain_blocks_head_height')).length, 2);
});

test('a live target beside a recording on its own time is refused', async () => {
  const { exitCode, stderr } = await runChainpulse([
    'watch',
    `replay:${RECORDING}?speed=10`,
    'http://127.0.0.1:9/metrics',
    '--port',
    '0',
    '--data',
    join(folder, 'mixed'),
  ]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /runs on a time of its own/);
});
