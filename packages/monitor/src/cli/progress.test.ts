import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytesText, clockText, countText, Progress } from './progress.ts';

function open(isTTY: boolean, isQuiet = false) {
  const written: string[] = [];
  const clock = { nowMs: 0 };
  const output = { isTTY, columns: 90, write: (text: string) => written.push(text) };
  const progress = new Progress({ title: 'importing a', isQuiet, output, nowMs: () => clock.nowMs });
  return { progress, written, clock };
}

const state = (done: number, samples: number) => ({ done, total: 4_000_000, unit: 'bytes' as const, samples });

test('on a terminal one line is drawn over itself, at most ten times a second, and cleared at the end', () => {
  const { progress, written, clock } = open(true);
  progress.update(state(0, 0));
  clock.nowMs = 50;
  progress.update(state(500_000, 10));
  clock.nowMs = 2000;
  progress.update(state(1_000_000, 2_500_000));
  progress.end();
  progress.end();
  assert.deepEqual(written, [
    '\r\x1b[Kimporting a  [                    ]  0 %  0 B of 4.0 MB  0 samples  0/s',
    '\r\x1b[Kimporting a  [=====               ]  25 %  1.0 MB of 4.0 MB  2,500,000 samples  1.3 M/s  ',
    '\r\x1b[K',
  ]);
});

test('without a terminal a line comes every ten seconds', () => {
  const { progress, written, clock } = open(false);
  for (clock.nowMs = 0; clock.nowMs <= 25_000; clock.nowMs += 500)
    progress.update(state(clock.nowMs * 100, clock.nowMs));
  progress.end();
  assert.deepEqual(written, [
    'importing a  25 %  1.0 MB of 4.0 MB  10,000 samples  1.0 k/s  0:30 left\n',
    'importing a  50 %  2.0 MB of 4.0 MB  20,000 samples  1.0 k/s  0:20 left\n',
  ]);
});

test('what was done before counts for the share and not for the speed; without a total there is neither share nor end', () => {
  const { progress, written, clock } = open(false);
  progress.update(state(2_000_000, 1_000_000));
  clock.nowMs = 10_000;
  progress.update(state(3_000_000, 1_000_500));
  assert.deepEqual(written, ['importing a  75 %  3.0 MB of 4.0 MB  1,000,500 samples  50/s  0:10 left\n']);
  const pipe = open(false);
  pipe.progress.update({ ...state(0, 0), total: undefined });
  pipe.clock.nowMs = 10_000;
  pipe.progress.update({ ...state(5000, 10), total: undefined, unit: 'metrics', note: '3 kB' });
  assert.deepEqual(pipe.written, ['importing a  5,000 metrics  3 kB  10 samples  1/s\n']);
});

test('on a terminal a mark goes to and fro where nobody knows how much there is', () => {
  const { progress, written, clock } = open(true);
  const bars = (times: readonly number[]) => {
    written.length = 0;
    for (clock.nowMs of times) progress.update({ ...state(500_000, 1000), total: undefined });
    return written.map((line) => /\[ *<=> *\]/.exec(line)?.[0]);
  };
  assert.deepEqual(bars([0, 100, 500]), ['[<=>                 ]', '[ <=>                ]', '[     <=>            ]']);
  assert.deepEqual(bars([1600, 1700, 1800, 3400]), [
    '[                <=> ]',
    '[                 <=>]',
    '[                <=> ]',
    '[<=>                 ]',
  ]);
  assert.equal(written.at(-1), '\r\x1b[Kimporting a  [<=>                 ]  500.0 kB  1,000 samples  0/s');
});

test('quiet is quiet', () => {
  const { progress, written, clock } = open(true, true);
  progress.update(state(0, 0));
  clock.nowMs = 60_000;
  progress.update(state(9, 9));
  progress.end();
  assert.deepEqual(written, []);
});

test('numbers are written for people', () => {
  assert.deepEqual([0, 999, 1000, 999_960, 43_100_000, 5e12, 5e15].map(bytesText), [
    '0 B',
    '999 B',
    '1.0 kB',
    '1.0 MB',
    '43.1 MB',
    '5.0 TB',
    '5000.0 TB',
  ]);
  assert.equal(countText(1234567), '1,234,567');
  assert.deepEqual([0.2, 59, 60, 725, 3600, 36_061].map(clockText), [
    '0:01',
    '0:59',
    '1:00',
    '12:05',
    '1:00:00',
    '10:01:01',
  ]);
});
