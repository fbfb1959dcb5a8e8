import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bounded, Registry, renderText } from './index.ts';

function samplesOf(registry: Registry): string[] {
  return renderText(registry)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('a histogram', () => {
  it('is there at 0, with all buckets, before the first observation', () => {
    const registry = new Registry();
    registry.histogram({ name: 'latency_seconds', help: 'Latency.', buckets: [0.1, 1] });
    assert.deepEqual(samplesOf(registry), [
      'latency_seconds_bucket{le="0.1"} 0',
      'latency_seconds_bucket{le="1"} 0',
      'latency_seconds_bucket{le="+Inf"} 0',
      'latency_seconds_sum 0',
      'latency_seconds_count 0',
    ]);
  });

  it('counts a value in every bucket whose bound is not below it', () => {
    const registry = new Registry();
    const latency = registry.histogram({ name: 'latency_seconds', help: 'Latency.', buckets: [0.5, 1, 2] });
    for (const seconds of [-1, 0.5, 0.75, 2, 2.5]) latency.observe(seconds);
    assert.deepEqual(samplesOf(registry), [
      'latency_seconds_bucket{le="0.5"} 2',
      'latency_seconds_bucket{le="1"} 3',
      'latency_seconds_bucket{le="2"} 4',
      'latency_seconds_bucket{le="+Inf"} 5',
      'latency_seconds_sum 4.75',
      'latency_seconds_count 5',
    ]);
  });

  it('drops and counts what is not finite or no number', () => {
    const registry = new Registry();
    const latency = registry.histogram({ name: 'latency_seconds', help: 'Latency.', buckets: [1] });
    const refused = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, '1', 1n, undefined];
    for (const value of refused) latency.observe(value as number);
    assert.equal(registry.droppedRecords().invalid_value, refused.length);
    assert.equal(samplesOf(registry).at(-1), 'latency_seconds_count 0');
  });

  it('keeps its series apart by labels, sorted with le among them', () => {
    const registry = new Registry();
    const latency = registry.histogram({
      name: 'latency_seconds',
      help: 'Latency.',
      labels: { operation: ['read', 'write'], at: bounded(2) },
      buckets: [1],
    });
    latency.observe({ operation: 'write', at: 'a' }, 3);
    latency.handle({ operation: 'write', at: 'a' }).observe(0.5);
    latency.observe({ operation: 'read', at: 'a' }, 1);
    // @ts-expect-error: not one of the values
    latency.observe({ operation: 'scan', at: 'a' }, 1);
    assert.deepEqual(samplesOf(registry), [
      'latency_seconds_bucket{at="a",le="1",operation="write"} 1',
      'latency_seconds_bucket{at="a",le="+Inf",operation="write"} 2',
      'latency_seconds_sum{at="a",operation="write"} 3.5',
      'latency_seconds_count{at="a",operation="write"} 2',
      'latency_seconds_bucket{at="a",le="1",operation="read"} 1',
      'latency_seconds_bucket{at="a",le="+Inf",operation="read"} 1',
      'latency_seconds_sum{at="a",operation="read"} 1',
      'latency_seconds_count{at="a",operation="read"} 1',
    ]);
    assert.equal(latency.remove({ operation: 'write', at: 'a' }), true);
    assert.equal(samplesOf(registry).length, 4);
    latency.observe({ operation: 'write', at: 'b' }, 1);
    assert.deepEqual(samplesOf(registry).slice(0, 2), [
      'latency_seconds_bucket{at="b",le="1",operation="write"} 1',
      'latency_seconds_bucket{at="b",le="+Inf",operation="write"} 1',
    ]);
  });
});

it('counts a value many times over as if it had been observed as often', () => {
  const value = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
  const times = fc.integer({ min: 1, max: 50 });
  fc.assert(
    fc.property(fc.array(fc.tuple(value, times), { maxLength: 20 }), (records) => {
      const pages = [false, true].map((isMany) => {
        const registry = new Registry();
        const labels = { type: ['a'] } as const;
        const classic = registry.histogram({ name: 'classic', help: 'Measured.', labels, buckets: [-10, 0, 1, 100] });
        const native = registry.exponentialHistogram({ name: 'native', help: 'Measured.', labels, hasNegative: true });
        for (const [observed, count] of records) {
          for (const histogram of [classic, native]) {
            if (isMany && count % 2 === 0) histogram.observeMany({ type: 'a' }, observed, count);
            else if (isMany) histogram.handle({ type: 'a' }).observeMany(observed, count);
            else for (let i = 0; i < count; i++) histogram.observe({ type: 'a' }, observed);
          }
        }
        return renderText(registry)
          .split('\n')
          .filter((line) => !line.includes('_sum'))
          .join('\n');
      });
      assert.equal(pages[1], pages[0]);
    }),
  );
});

it('drops and counts a number of times that is none', () => {
  const registry = new Registry();
  const histogram = registry.histogram({ name: 'classic', help: 'Measured.', buckets: [1] });
  const native = registry.exponentialHistogram({ name: 'native', help: 'Measured.', labels: { type: ['a'] } });
  const refused = [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 33, '2', undefined, 1n];
  for (const times of refused) {
    histogram.observeMany(1, times as number);
    native.observeMany({ type: 'a' }, 1, times as number);
  }
  assert.equal(registry.droppedRecords().invalid_value, 2 * refused.length);
  assert.match(renderText(registry), /^classic_count 0$/m);
});
