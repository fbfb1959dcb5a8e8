// History out of the real binary and into it again: by every format, into a folder and into a running monitor, with lines
// that cannot be read, and interrupted in every way.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createReadStream, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { contentOf, contentOfFile, killed, run, startChainpulse, temporaryFolder, untilFile } from './history-files.ts';
import { MonitorProcess } from './monitor-process.ts';

const NOW_MS = Math.floor(Date.now() / 1000) * 1000 - 3_600_000;

const line = (metric: object, values: readonly unknown[], timestamps: readonly number[]) =>
  `${JSON.stringify({ metric, values, timestamps })}\n`;

/** Labels of every kind, and what a format may not be able to say. */
const HOSTILE = [
  line(
    { __name__: 'plain_total' },
    [0, 1, 1e300, 0.1],
    [0, 1, 2, 10_000].map((ms) => NOW_MS + ms),
  ),
  line({ __name__: 'odd', a: 'x,y=z "q" \\ \\\\ \\"é😀' }, [1.5, -7], [NOW_MS, NOW_MS + 1]),
  line({ __name__: 'odd', a: '=cmd|a', time_of: '1', le: '+Inf' }, [2], [NOW_MS]),
  line({ __name__: 'odd', a: 'line\nfeed' }, [3], [NOW_MS]),
  line({ __name__: 'odd', a: 'other' }, [4, 5], [NOW_MS, NOW_MS + 5]),
].join('');
const SPECIAL = [
  line({ __name__: 'special' }, [1], [NOW_MS]),
  line(
    { __name__: 'special' },
    ['NaN', 'Infinity', '-Infinity', null],
    [1, 2, 3, 4].map((ms) => NOW_MS + ms),
  ),
  `${JSON.stringify({
    metric: { __name__: 'native' },
    histograms: [
      {
        count: '6',
        sum: '9.5',
        buckets: [
          [1, '-1', '-0.5', '2'],
          [3, '-0.25', '0.25', '1'],
          [0, '1', '2', '3'],
        ],
        native: {
          schema: 0,
          zeroThreshold: 0.25,
          zeroCount: 1,
          count: 6,
          sum: 9.5,
          positiveSpans: [[1, 1]],
          positiveCounts: [3],
          negativeSpans: [[0, 1]],
          negativeCounts: [2],
        },
      },
    ],
    timestamps: [NOW_MS],
  })}\n`,
].join('');

test('what was imported is exported as it was, and imported into another folder', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'all.json'), HOSTILE + SPECIAL);
  const first = await run(['import', 'all.json', '--data', 'first'], folder);
  assert.equal(first.exitCode, 0, first.stderr);
  assert.match(first.stderr, /stored 15 samples, 1 native histogram in/);
  const all = await run(['export', '--data', 'first'], folder);
  assert.equal(all.exitCode, 0, all.stderr);
  assert.deepEqual(contentOf(all.stdout), contentOf(HOSTILE + SPECIAL));

  const csv = await run(['export', '--data', 'first', '--format', 'csv', '--match', 'special'], folder);
  const special = await run(['import', '-', '--data', 'special'], folder, csv.stdout);
  assert.equal(special.exitCode, 0, special.stderr);
  const lines = (await run(['export', '--data', 'special'], folder)).stdout;
  assert.deepEqual(contentOf(lines), contentOf(SPECIAL.split('\n').slice(0, 2).join('\n')));
  const left = await run(
    ['export', '--data', 'first', '--format', 'influx', '--match', 'special', '--match', 'native'],
    folder,
  );
  assert.match(left.stderr, /warning: native histograms are left out: InfluxDB's line protocol/);
  assert.match(left.stderr, /exported 1 samples, left out 5 in/);
});

test('into a running monitor and out of it, packed, and a recording with its end', async (t) => {
  const folder = temporaryFolder(t);
  await using monitor = await MonitorProcess.start(['watch', '--no-machine', '--data', join(folder, 'data')]);
  const at = ['--url', monitor.url];
  writeFileSync(join(folder, 'all.json.gz'), gzipSync(HOSTILE + SPECIAL));
  const imported = await run(['import', 'all.json.gz', ...at], folder);
  assert.equal(imported.exitCode, 0, imported.stderr);
  assert.match(imported.stderr, /stored 15 samples, 1 native histogram/);
  const exported = await run(['export', ...at], folder);
  assert.equal(exported.exitCode, 0, exported.stderr);
  assert.deepEqual(contentOf(exported.stdout), contentOf(HOSTILE + SPECIAL));

  const page = (height: number) => `# TYPE height gauge\nheight ${height}\n`;
  const records = [1, 2].map((n) => `#@ ${NOW_MS + n * 1000} node1 ${page(n).length}\n${page(n)}\n`);
  writeFileSync(join(folder, 'two.rec.zst'), zstdCompressSync(`${records.join('')}#@ ${NOW_MS + 3000} node1 down\n`));
  const recording = await run(['import', 'two.rec.zst', ...at, '--label', 'job=eth'], folder);
  assert.equal(recording.exitCode, 0, recording.stderr);
  const heights = await run(['export', ...at, '--match', 'height', '--match', 'up'], folder);
  const labels = (name: string) =>
    JSON.stringify([
      ['__name__', name],
      ['instance', 'node1'],
      ['job', 'eth'],
    ]);
  assert.deepEqual(Object.fromEntries(contentOf(heights.stdout)), {
    [labels('height')]: [
      [NOW_MS + 1000, 1],
      [NOW_MS + 2000, 2],
      [NOW_MS + 3000, null],
    ],
    [labels('up')]: [
      [NOW_MS + 1000, 1],
      [NOW_MS + 2000, 1],
      [NOW_MS + 3000, 0],
      [NOW_MS + 4000, null],
    ],
  });

  const taken = await run(['import', 'all.json.gz', '--data', 'data'], folder);
  assert.equal(taken.exitCode, 1);
  assert.match(taken.stderr, /chainpulse: .*data.*is open|in use|locked/);
});

test('what cannot be done is said in a line, with an exit code of its own', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'bad.txt'), `good 1 ${NOW_MS}\nbad x\nlast 1 ${NOW_MS}\n`);
  writeFileSync(join(folder, 'unknown'), '<html>');
  writeFileSync(join(folder, 'old.txt'), `old 1 1000000000000\nyoung 1 ${NOW_MS}\n`);
  const data = ['--data', 'data'];
  const cases: readonly [readonly string[], number, RegExp][] = [
    [
      ['import', 'bad.txt', ...data],
      1,
      /chainpulse: bad\.txt, line 2, column 5: the value "x" is no number\. What stands before is stored\..*--skip-bad-lines/,
    ],
    [['import', 'absent', ...data], 1, /There is no file absent/],
    [['import', 'unknown', ...data], 1, /begins like no format.*--format/],
    [['import', '-', ...data], 1, /There is nothing in what is piped in/],
    [['import', 'bad.txt', ...data, '--url', 'http://127.0.0.1:1'], 2, /--url and --data are two places/],
    [['import', 'bad.txt', ...data, '--retention', 'soon'], 2, /storage\.retention.*30d/],
    [['import', 'bad.txt', ...data, '--label', 'a=b'], 2, /--label is for recordings/],
    [['import', 'old.txt', '--url', 'http://127.0.0.1:1'], 1, /No answer to a write from http:\/\/127\.0\.0\.1:1/],
    [['export', '--data', 'absent'], 1, /There is no history in absent/],
    [['export', '--data', 'data', '--match', 'up{'], 2, /--match "up\{": 1:4/],
    [['export', '--data', 'data', '--start', 'soon'], 2, /--start "soon" is no time/],
    [['export', '--data', 'data', '--format', 'xml'], 2, /Allowed choices are json, csv, influx, openmetrics/],
    [['export', '--data', 'data', '-o', 'no/where.json'], 1, /no\/where\.json\.part cannot be written \(ENOENT\)/],
  ];
  for (const [args, exitCode, message] of cases) {
    const result = await run(args, folder);
    assert.match(result.stderr, message, args.join(' '));
    assert.equal(result.exitCode, exitCode, `${args.join(' ')}: ${result.stderr}`);
  }
  const skipped = await run(['import', 'bad.txt', ...data, '--skip-bad-lines'], folder);
  assert.equal(skipped.exitCode, 0, skipped.stderr);
  assert.match(skipped.stderr, /1 line could not be read.*\n {2}line 2, column 5: the value "x" is no number/);
  const refused = await run(['import', 'old.txt', ...data], folder);
  assert.equal(refused.exitCode, 3);
  assert.match(
    refused.stderr,
    /1 sample was refused:\n {2}1 too_old: older than the 30d that are kept: import with --retention unlimited/,
  );
  const kept = await run(['import', 'old.txt', '--data', 'all', '--retention', 'unlimited', '--quiet'], folder);
  assert.deepEqual([kept.exitCode, kept.stdout, kept.stderr], [0, '', '']);
});

/** Lines enough for more than a second. */
function longText(lines: number): string {
  const parts: string[] = [];
  for (let at = 0; at < lines; at++) {
    parts.push(
      `node_height{instance="node-${at % 1000}",job="load"} ${at} ${NOW_MS - 3_600_000 + Math.floor(at / 1000) * 1000}`,
    );
  }
  return `${parts.join('\n')}\n`;
}

const LINES = 1_200_000;

test('an import that was killed goes on where it was, and everything is there once', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'long.txt'), longText(LINES));
  const child = startChainpulse(['import', 'long.txt', '--data', 'data'], folder);
  assert.ok(await untilFile(join(folder, 'data/imports'), /\.json$/, child), 'it ended too soon');
  await killed(child, 'SIGKILL');
  const rest = await run(['import', 'long.txt', '--data', 'data'], folder);
  assert.equal(rest.exitCode, 0, rest.stderr);
  const goneOn = Number(/going on after line ([\d,]+)/.exec(rest.stderr)?.[1]?.replaceAll(',', ''));
  const stored = Number(/stored ([\d,]+) samples/.exec(rest.stderr)?.[1]?.replaceAll(',', ''));
  assert.ok(goneOn > 0 && stored < LINES, rest.stderr);
  assert.equal(goneOn + stored, LINES);
  assert.deepEqual(readdirSync(join(folder, 'data/imports')), []);
  await run(['export', '--data', 'data', '--output', 'all.json'], folder);
  let samples = 0;
  for (const [, values] of contentOfFile(join(folder, 'all.json')))
    samples += new Set(values.map(([time]) => time)).size;
  assert.equal(samples, LINES);
  assert.match((await run(['import', 'all.json', '--data', 'data'], folder)).stderr, /stored 1,200,000 samples/);
});

test('an import that is interrupted stops in order, also over HTTP, and goes on', async (t) => {
  const folder = temporaryFolder(t);
  await using monitor = await MonitorProcess.start(['watch', '--no-machine', '--data', join(folder, 'data')]);
  writeFileSync(join(folder, 'long.txt.zst'), zstdCompressSync(longText(LINES)));
  const args = ['import', 'long.txt.zst', '--url', monitor.url];
  const child = startChainpulse(args, folder);
  assert.ok(await untilFile(join(folder, 'state/chainpulse/imports'), /\.json$/, child), 'it ended too soon');
  assert.equal(await killed(child, 'SIGINT'), 130);
  const rest = await run(args, folder);
  assert.equal(rest.exitCode, 0, rest.stderr);
  assert.match(rest.stderr, /going on after line/);
  assert.equal(await monitor.value('sum(count_over_time(node_height[3h]))'), LINES);
});

test('an export that was killed goes on where it was, and is what one without interruption is', async (t) => {
  const folder = temporaryFolder(t);
  const text = Array.from({ length: 400 }, (_, metric) =>
    Array.from({ length: 2500 }, (_, at) => `metric_${metric} ${at * metric} ${NOW_MS - at * 1000}\n`).join(''),
  ).join('');
  const imported = await run(['import', '-', '--data', 'data'], folder, text);
  assert.equal(imported.exitCode, 0, imported.stderr);
  const end = ['--end', String(NOW_MS / 1000)];
  for (const format of ['csv', 'openmetrics']) {
    const whole = ['export', '--data', 'data', '--format', format, ...end];
    assert.equal((await run([...whole, '-o', 'whole'], folder)).exitCode, 0);
    const child = startChainpulse([...whole, '-o', 'parts'], folder);
    assert.ok(await untilFile(folder, /^parts\.part\.json$/, child), 'it ended too soon');
    await killed(child, 'SIGKILL');
    const other = await run(['export', '--data', 'data', '--format', 'json', '-o', 'parts'], folder);
    assert.equal(other.exitCode, 2);
    assert.match(other.stderr, /parts\.part is of another export.*--restart/);
    assert.ok(statSync(join(folder, 'parts.part')).size < statSync(join(folder, 'whole')).size);
    const rest = await run([...whole, '-o', 'parts'], folder);
    assert.equal(rest.exitCode, 0, rest.stderr);
    assert.ok(readFileSync(join(folder, 'parts')).equals(readFileSync(join(folder, 'whole'))), format);
    assert.ok(!existsSync(join(folder, 'parts.part')) && !existsSync(join(folder, 'parts.part.json')));
  }
});

test('whoever stops reading an export ends it', async (t) => {
  const folder = temporaryFolder(t);
  const long = join(folder, 'long.txt');
  writeFileSync(long, longText(200_000));
  await run(['import', '-', '--data', 'data'], folder, createReadStream(long));
  const child = startChainpulse(['export', '--data', 'data', '-q'], folder);
  await once(child.stdout!, 'data');
  child.stdout!.destroy();
  const [exitCode] = await once(child, 'close');
  assert.equal(exitCode, 1);
});
