import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, formatMoment, fromLocalInput, toLocalInput } from './time.ts';

test('a duration is told in its two largest units', () => {
  assert.equal(formatDuration(0), '0 s');
  assert.equal(formatDuration(59_999), '59 s');
  assert.equal(formatDuration(185_000), '3 min 5 s');
  assert.equal(formatDuration(7_800_000), '2 h 10 min');
  assert.equal(formatDuration(97 * 3_600_000), '4 d 1 h');
});

test('a moment that seems to lie ahead, because two clocks differ, counts as now', () => {
  assert.equal(formatDuration(-1500), '0 s');
});

test('a moment of another day names its day', () => {
  const noonMs = new Date(2026, 10, 20, 12, 0, 5).getTime();
  assert.equal(formatMoment(noonMs, noonMs + 3_600_000), '12:00:05');
  assert.equal(formatMoment(noonMs, noonMs + 3 * 86_400_000), '20 Nov 2026, 12:00:05');
});

test('a moment survives the field it is edited in', () => {
  const timeMs = new Date(2026, 0, 2, 3, 4, 5).getTime();
  assert.equal(toLocalInput(timeMs), '2026-01-02T03:04:05');
  assert.equal(fromLocalInput(toLocalInput(timeMs)), timeMs);
});

test('text that is no moment is refused', () => {
  assert.equal(fromLocalInput(''), undefined);
  assert.equal(fromLocalInput('tomorrow'), undefined);
});
