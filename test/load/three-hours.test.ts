// A little of `thirty-days.long.test.ts`, and what an import from a pipe shows on a terminal.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { temporaryFolder } from '../apptest/history-files.ts';
import { BINARY } from '../apptest/monitor-process.ts';
import { generatorArguments, loadOfDays, samplesOf } from './generated-load.ts';
import { testPipedHistory } from './piped-history.ts';

const THREE_HOURS = 3 / 24;
const TERMINAL_MAKER = '/usr/bin/script';
const COLUMNS = 100;
const BAR_CELLS = 20;
const DRAWN_LINE =
  /^importing from a pipe {2}\[( *)<=>( *)\] {2}[\d.]+ [kMG]?B {2}([\d,]+) samples {2}[\d.]+ ?[kM]?\/s$/;
const ERASE_LINE = '\r\x1b[K';

test(
  'three hours that are piped in are all there',
  {
    skip: process.platform !== 'linux' && 'needs /proc',
  },
  (t) => testPipedHistory(t, loadOfDays(THREE_HOURS, Math.floor(Math.random() * 1e6))),
);

test('on a terminal, an import from a pipe draws its progress over itself', {
  skip: !existsSync(TERMINAL_MAKER) && `needs ${TERMINAL_MAKER}`,
}, (t) => {
  const load = loadOfDays(THREE_HOURS);
  const quoted = (args: readonly string[]) => args.map((arg) => `'${arg}'`).join(' ');
  const generate = quoted([process.execPath, ...generatorArguments(load)]);
  const read = quoted([process.execPath, BINARY, 'import', '-', '--data', 'data', '--retention', 'unlimited']);
  const command = `stty cols ${COLUMNS}; ${generate} | ${read}`;
  const shown = execFileSync(TERMINAL_MAKER, ['-qec', command, '/dev/null'], {
    cwd: temporaryFolder(t),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [before, ...drawn] = shown.split(ERASE_LINE);
  const last = drawn.pop();
  assert.equal(before, '');
  assert.ok(drawn.length >= 2, JSON.stringify(shown));
  const counts: number[] = [];
  const places = new Set<number>();
  for (const line of drawn) {
    assert.ok(line.length < COLUMNS, line);
    const [, before, after, count] = DRAWN_LINE.exec(line) ?? assert.fail(line);
    assert.equal(before!.length + after!.length, BAR_CELLS - '<=>'.length, line);
    places.add(before!.length);
    counts.push(Number(count!.replaceAll(',', '')));
  }
  assert.ok(places.size >= 2, `the mark in the bar stood still:\n${drawn.join('\n')}`);
  assert.ok(counts.at(-1)! > counts[0]! && counts.every((count, at) => count >= (counts[at - 1] ?? 0)), String(counts));
  assert.match(
    last ?? '',
    new RegExp(`^stored ${samplesOf(load).toLocaleString('en-US')} samples in [\\d.]+ s\\r\\n$`),
  );
});
