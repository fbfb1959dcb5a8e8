import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, formatSize, parseDurationMs, parseSizeBytes } from './duration.ts';

test('durations are read as Prometheus reads them', () => {
  const cases: [string, number | undefined][] = [
    ['5s', 5000],
    ['1h30m', 5_400_000],
    ['30d', 2_592_000_000],
    ['1y1w1d', 32_227_200_000],
    ['250ms', 250],
    ['0', 0],
    ['0s', 0],
    ['', undefined],
    ['5', undefined],
    ['5 s', undefined],
    ['30m1h', undefined],
    ['1.5h', undefined],
    ['-5s', undefined],
    ['99999999999999y', undefined],
  ];
  for (const [text, expectedMs] of cases) assert.equal(parseDurationMs(text), expectedMs, text);
});

test('a formatted duration reads back as itself', () => {
  for (const durationMs of [0, 1, 999, 1000, 90_000, 5_400_000, 2_592_000_000, 86_400_001]) {
    assert.equal(parseDurationMs(formatDuration(durationMs)), durationMs);
  }
  assert.equal(formatDuration(90_000), '1m30s');
});

test('a formatted size reads back as itself', () => {
  for (const sizeBytes of [0, 1, 1023, 1024, 1536, 2 ** 30, 5 * 2 ** 40]) {
    assert.equal(parseSizeBytes(formatSize(sizeBytes)), sizeBytes);
  }
  assert.equal(formatSize(2 ** 30), '1GiB');
});

test('sizes take decimal and binary units', () => {
  assert.equal(parseSizeBytes('64MiB'), 67_108_864);
  assert.equal(parseSizeBytes('1kB'), 1000);
  assert.equal(parseSizeBytes('12'), 12);
  assert.equal(parseSizeBytes('1.5MB'), undefined);
  assert.equal(parseSizeBytes('MB'), undefined);
});
