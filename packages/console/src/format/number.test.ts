import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFigure, formatShort, formatText } from './number.ts';

test('a height is written out in full and zero is a number like any other', () => {
  assert.deepEqual(formatFigure(21_904_113, 'count'), { text: '21,904,113', unit: '' });
  assert.deepEqual(formatFigure(0, 'count'), { text: '0', unit: '' });
});

test('bytes go up by 1024 and never show a fraction of a byte', () => {
  assert.equal(formatText(0, 'bytes'), '0 B');
  assert.equal(formatText(1023, 'bytes'), '1,023 B');
  assert.equal(formatText(1024, 'bytes'), '1 KiB');
  assert.equal(formatText(1536 * 1024 ** 2, 'bytes'), '1.5 GiB');
  assert.equal(formatText(-2048, 'bytesPerSecond'), '-2 KiB/s');
});

test('seconds take the unit that suits their size', () => {
  assert.equal(formatText(0, 'seconds'), '0 s');
  assert.equal(formatText(2.5e-7, 'seconds'), '250 ns');
  assert.equal(formatText(0.0000425, 'seconds'), '42.5 µs');
  assert.equal(formatText(0.25, 'seconds'), '250 ms');
  assert.equal(formatText(0.99996, 'seconds'), '1 s');
  assert.equal(formatText(0.999, 'seconds'), '999 ms');
  assert.equal(formatText(12.04, 'seconds'), '12 s');
  assert.equal(formatText(600, 'seconds'), '10 min');
  assert.equal(formatText(200_000, 'seconds'), '2.31 d');
});

test('a ratio is shown in percent and small shares do not vanish', () => {
  assert.equal(formatText(0.4321, 'ratio'), '43.2 %');
  assert.equal(formatText(1, 'ratio'), '100 %');
  assert.equal(formatText(0.00012, 'ratio'), '0.012 %');
});

test('wei are shown as gwei, and as wei where gwei would read as nothing', () => {
  assert.equal(formatText(12_345_678_901, 'wei'), '12.35 gwei');
  assert.equal(formatText(7, 'wei'), '7 wei');
  assert.equal(formatText(0, 'wei'), '0 gwei');
});

test('what is no number is written as PromQL writes it', () => {
  assert.equal(formatText(Number.NaN, 'bytes'), 'NaN');
  assert.equal(formatText(Number.POSITIVE_INFINITY, 'seconds'), '+Inf');
  assert.equal(formatText(Number.NEGATIVE_INFINITY, 'none'), '-Inf');
});

test('plain numbers keep their digits where they are few and turn to powers of ten where they are many', () => {
  assert.equal(formatText(1234.5678, 'none'), '1,234.57');
  assert.equal(formatText(0.00001234, 'none'), '1.234e-5');
  assert.equal(formatText(6.02e23, 'none'), '6.020e+23');
  assert.equal(formatText(96.24, 'perSecond'), '96.2/s');
});

test('a short number names its thousands', () => {
  assert.equal(formatShort(30_000_000), '30 M');
  assert.equal(formatShort(0), '0');
  assert.equal(formatShort(-1500), '-1.5 k');
});
