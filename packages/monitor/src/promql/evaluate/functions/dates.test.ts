import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as dates from './dates.ts';

test('every moment that JavaScript can date has the same parts there', () => {
  const seconds = fc.double({ min: -8.6e12, max: 8.6e12, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(seconds, fc.integer({ min: -1e10, max: 1e10 })), (time) => {
      const date = new Date(Math.trunc(time) * 1000);
      const year = date.getUTCFullYear();
      const startOfYear = new Date(0);
      startOfYear.setUTCFullYear(year, 0, 1);
      const endOfMonth = new Date(0);
      endOfMonth.setUTCFullYear(year, date.getUTCMonth() + 1, 0);
      assert.equal(dates.yearOf(time), year);
      assert.equal(dates.monthOf(time), date.getUTCMonth() + 1);
      assert.equal(dates.dayOfMonth(time), date.getUTCDate());
      assert.equal(dates.dayOfWeek(time), date.getUTCDay());
      assert.equal(dates.hourOf(time), date.getUTCHours());
      assert.equal(dates.minuteOf(time), date.getUTCMinutes());
      assert.equal(dates.dayOfYear(time), Math.floor((date.getTime() - startOfYear.getTime()) / 86_400_000) + 1);
      assert.equal(dates.daysInMonth(time), endOfMonth.getUTCDate());
    }),
    { numRuns: 500 },
  );
});

test('what is no time is the least of all 64-bit integers, and the calendar has no end', () => {
  for (const time of [NaN, Infinity, -Infinity, 1e19]) assert.equal(dates.yearOf(time), dates.yearOf(-(2 ** 63)));
  assert.equal(dates.yearOf(1e18), 31_688_740_476);
});
