import assert from 'node:assert/strict';
import { test } from 'node:test';
import { floatHistogram } from '../testing/native-histograms.ts';
import { histogramFraction, histogramQuantile } from './quantile.ts';
import { histogramVariance } from './variance.ts';

test('within an exponential bucket quantiles lie on a logarithmic scale', () => {
  const histogram = floatHistogram({ positive: { 1: 10 } });
  assert.equal(histogramQuantile(0.25, histogram).value, 1.189207115002721);
  assert.equal(histogramQuantile(0, histogram).value, 1);
  assert.equal(histogramQuantile(1, histogram).value, 2);
  const negative = floatHistogram({ negative: { 1: 10 } });
  assert.equal(histogramQuantile(0.75, negative).value, -1.189207115002721);
});

test('within custom buckets quantiles lie on a straight line, and never beyond the last bound', () => {
  const histogram = floatHistogram({ customBounds: [2, 6], positive: { 0: 4, 1: 4, 2: 2 } });
  assert.equal(histogramQuantile(0.2, histogram).value, 1);
  assert.equal(histogramQuantile(0.6, histogram).value, 4);
  assert.equal(histogramQuantile(0.99, histogram).value, 6);
  const belowZero = floatHistogram({ customBounds: [-2, 6], positive: { 0: 4, 1: 4 } });
  assert.equal(histogramQuantile(0.2, belowZero).value, -2);
});

test('the zero bucket ends at zero when all else is on one side', () => {
  const zero = { zeroThreshold: 0.5, zeroCount: 4 };
  assert.equal(histogramQuantile(0.25, floatHistogram({ ...zero, positive: { 3: 4 } })).value, 0.25);
  assert.equal(histogramQuantile(0.75, floatHistogram({ ...zero, negative: { 3: 4 } })).value, -0.25);
  assert.equal(histogramQuantile(0.5, floatHistogram({ ...zero, positive: { 3: 1 }, negative: { 3: 1 } })).value, 0);
});

test('a quantile outside 0 to 1 is infinite, and of nothing there is none', () => {
  const histogram = floatHistogram({ positive: { 1: 1 } });
  assert.equal(histogramQuantile(-0.1, histogram).value, -Infinity);
  assert.equal(histogramQuantile(1.1, histogram).value, Infinity);
  assert.equal(histogramQuantile(NaN, histogram).value, NaN);
  assert.equal(histogramQuantile(0.5, floatHistogram({})).value, NaN);
});

test('observations that are NaN are above all buckets', () => {
  const histogram = floatHistogram({ positive: { 1: 2, 2: 2 }, count: 8, sum: NaN });
  assert.deepEqual(histogramQuantile(0.9, histogram), { value: NaN, note: 'nan-result' });
  assert.equal(histogramQuantile(0.1, histogram).note, 'nan-skew');
  assert.equal(histogramFraction(-Infinity, Infinity, histogram).value, 0.5);
  assert.equal(histogramFraction(-Infinity, Infinity, histogram).note, 'nan-excluded');
});

test('fractions are the inverse of quantiles', () => {
  const sides = { positive: { 1: 3, 4: 5, 6: 1 }, negative: { 3: 4 } };
  const histogram = floatHistogram({ schema: 2, ...sides, zeroThreshold: 0.5, zeroCount: 2 });
  for (const quantile of [0.05, 0.2, 0.4, 0.66, 0.9]) {
    const { value } = histogramQuantile(quantile, histogram);
    assert.ok(Math.abs(histogramFraction(-Infinity, value, histogram).value - quantile) < 1e-12);
  }
});

test('a fraction of no width is zero, and one with a bound that is NaN is NaN', () => {
  const histogram = floatHistogram({ positive: { 1: 3 } });
  assert.equal(histogramFraction(1.5, 1.5, histogram).value, 0);
  assert.equal(histogramFraction(2, 1, histogram).value, 0);
  assert.equal(histogramFraction(NaN, 1, histogram).value, NaN);
  assert.equal(histogramFraction(Math.SQRT2, 5, histogram).value, 0.49999999999999983);
});

test('the variance takes observations to lie in the middle of their buckets', () => {
  const custom = floatHistogram({ customBounds: [2, 4, 6], positive: { 1: 1, 2: 1 }, sum: 8 });
  assert.equal(histogramVariance(custom), 1);
  const exponential = floatHistogram({ positive: { 1: 1 }, negative: { 1: 1 }, sum: 0 });
  assert.equal(histogramVariance(exponential), 2.0000000000000004);
});
