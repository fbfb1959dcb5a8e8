// The values of an input series as tests write them: `1+2x10 _x3 stale NaN -Inf {{…}}x5`. `a+bxn` is a and n more, each b larger; `_` is a
// sample that is not there.
// https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series

import type { NativeHistogram } from '../../model/batch.ts';
import { ChainpulseError } from '../../model/errors.ts';
import { parseHistogram, plainNumberOf } from './histogram-notation.ts';
import type { SeriesValue } from './interface.ts';
import { UNIT_TEST_LIMITS } from './limits.ts';

const NUMBER = String.raw`(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)`;
const WORD = '(?:[iI][nN][fF]|[nN][aA][nN])';
const BLANKS = /^_(?:x([0-9]+))?$/;
const STEPS = new RegExp(`^([+-]?${NUMBER}|[+-]${WORD})([+-](?:${NUMBER}|${WORD}))?x([0-9]+)$`);
const ONE = new RegExp(`^[+-]?(?:${NUMBER}|${WORD})$`);
const HISTOGRAM = /^\{\{([^{}]*)\}\}(?:([+-])\{\{([^{}]*)\}\})?(?:x([0-9]+))?$/;
/** Items are parted by blanks, of which histograms may have some inside. */
const ITEM = /(?:\{\{[^{}]*\}\}|[^\s{])+|\S/g;

/** One histogram and another. @throws {Error} where they do not go together */
export type CombineHistograms = (one: NativeHistogram, operator: '+' | '-', other: NativeHistogram) => NativeHistogram;

/** @throws {ChainpulseError} `unit_test_notation`, `unit_test_limit` */
export function parseSeriesValues(text: string, combine: CombineHistograms): readonly SeriesValue[] {
  const trimmed = text.trim();
  if (/[\n\r]/.test(trimmed)) {
    throw wrong('values are one line: write them behind "values: >-", which joins lines, or as several series');
  }
  const values: SeriesValue[] = [];
  for (const [item] of trimmed.matchAll(ITEM)) appendItem(values, item, combine);
  return values;
}

function appendItem(values: SeriesValue[], item: string, combine: CombineHistograms): void {
  const blanks = BLANKS.exec(item);
  if (blanks !== null) {
    repeat(values, blanks[1] === undefined ? 1 : times(blanks[1]), () => undefined);
    return;
  }
  if (item === 'stale') {
    values.push('stale');
    return;
  }
  if (ONE.test(item)) {
    values.push(plainNumberOf(item));
    return;
  }
  const steps = STEPS.exec(item);
  if (steps !== null) {
    let value = plainNumberOf(steps[1]!);
    const step = plainNumberOf(steps[2] ?? '0');
    repeat(values, times(steps[3]!) + 1, (at) => {
      // Step by step, as rounding is part of the values.
      if (at > 0 && steps[2] !== undefined) value += step;
      return value;
    });
    return;
  }
  const histogram = HISTOGRAM.exec(item);
  if (histogram === null) {
    throw wrong(
      `${JSON.stringify(item.slice(0, 60))} is no value: write numbers, 1+2x3, _, stale, NaN, Inf or {{schema:0 …}}`,
    );
  }
  appendHistograms(values, histogram, combine);
}

function appendHistograms(values: SeriesValue[], item: RegExpExecArray, combine: CombineHistograms): void {
  const [, first = '', operator, second = '', count] = item;
  let current = parseHistogram(first);
  if (operator === undefined) {
    repeat(values, count === undefined ? 1 : times(count) + 1, () => current);
    return;
  }
  if (count === undefined) throw wrong('a histogram that grows needs a number of steps, as in {{…}}+{{…}}x5');
  const step = parseHistogram(second);
  if (current.schema > step.schema) throw wrong(`a histogram of schema ${step.schema} cannot be added to a finer one`);
  repeat(values, times(count) + 1, (at) => {
    if (at > 0) current = combine(current, operator === '-' ? '-' : '+', step);
    return current;
  });
}

function repeat(values: SeriesValue[], count: number, valueAt: (index: number) => SeriesValue): void {
  const { maxSamples } = UNIT_TEST_LIMITS;
  if (values.length + count > maxSamples) {
    throw new ChainpulseError(
      'unit_test_limit',
      `a series has more than ${maxSamples} samples: take a longer interval`,
    );
  }
  for (let at = 0; at < count; at++) values.push(valueAt(at));
}

function times(text: string): number {
  return Number(text);
}

function wrong(message: string): ChainpulseError {
  return new ChainpulseError('unit_test_notation', message);
}
