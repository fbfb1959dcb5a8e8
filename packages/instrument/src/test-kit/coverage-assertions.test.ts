import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderText } from '../exposition/text.ts';
import { bounded } from '../labels.ts';
import { Registry } from '../registry.ts';
import { assertBoundedSeries } from './assert-bounded-series.ts';
import { assertEveryMetricRecorded } from './assert-every-metric-recorded.ts';
import { MetricsAssertionError } from './failures.ts';
import { createTestMetrics } from './test-metrics.ts';

const help = 'Measured.';

describe('assertBoundedSeries', () => {
  function made() {
    const registry = new Registry();
    const bytes = registry.counter({ name: 'bytes_total', help, labels: { peer: bounded(100) } });
    registry.histogram({ name: 'seconds', help, buckets: [1, 2] }).observe(1);
    const connect = (count: number) => {
      for (let i = 0; i < count; i++) bytes.inc({ peer: `p${i}` });
    };
    return { registry, connect };
  }

  it('answers with the series of the page after the work', () => {
    const { registry, connect } = made();
    assert.equal(
      assertBoundedSeries(registry, () => connect(10), { maxSeries: 15 }),
      15,
    );
    const lines = renderText(registry).split('\n');
    assert.equal(lines.filter((line) => line !== '' && !line.startsWith('#')).length, 15);
  });

  it('fails by one series, and names the largest metrics', () => {
    const { registry, connect } = made();
    assert.throws(
      () => assertBoundedSeries(registry, () => connect(11), { maxSeries: 15 }),
      (error) =>
        error instanceof MetricsAssertionError &&
        error.message.startsWith('There are 16 series, of at most 15') &&
        error.failures[0] === 'bytes_total has 11',
    );
  });

  it('waits for work that is asynchronous', async () => {
    const { registry, connect } = made();
    const work = async () => {
      await Promise.resolve();
      connect(10);
    };
    assert.equal(await assertBoundedSeries(registry, work, { maxSeries: 15 }), 15);
    await assert.rejects(assertBoundedSeries(registry, work, { maxSeries: 14 }), MetricsAssertionError);
  });

  it('counts an exponential histogram as the page shows it', () => {
    const registry = new Registry();
    const seconds = registry.exponentialHistogram({ name: 'seconds', help });
    const count = assertBoundedSeries(registry, () => seconds.observe(3), { maxSeries: 100 });
    const lines = renderText(registry).split('\n');
    assert.equal(lines.filter((line) => line !== '' && !line.startsWith('#')).length, count);
  });
});

describe('assertEveryMetricRecorded', () => {
  it('names what was made and never written, and what is still at 0', () => {
    const registry = new Registry();
    registry.counter({ name: 'a_total', help });
    registry.gauge({ name: 'b', help });
    registry.histogram({ name: 'c_seconds', help, buckets: [1] });
    registry.counter({ name: 'd_total', help }).inc();
    registry.gauge({ name: 'e', help }).set(0);
    const failures = ['a_total: is still at 0', 'b: has no series, so it was never set', 'c_seconds: is still at 0'];
    assert.throws(
      () => assertEveryMetricRecorded(registry),
      (error: MetricsAssertionError) => {
        assert.deepEqual(error.failures, failures);
        return true;
      },
    );
    assertEveryMetricRecorded(registry, { except: ['a_total', 'b', 'c_seconds'] });
  });

  it('keeps the list of exceptions true', () => {
    const registry = new Registry();
    registry.gauge({ name: 'height', help }).set(1);
    assert.throws(
      () => assertEveryMetricRecorded(registry, { except: ['height'] }),
      /height: excepted, and yet recorded/,
    );
    assert.throws(
      () => assertEveryMetricRecorded(registry, { except: ['x'] }),
      /x: excepted, and there is no such metric/,
    );
  });

  it('passes for a set of which everything was recorded', () => {
    const test = createTestMetrics({ sets: ['api'] });
    assert.throws(() => assertEveryMetricRecorded(test), MetricsAssertionError);
    test.metrics.api.recordRequest({ method: 'GET', path: '/', statusCode: 500, durationSeconds: 0.1 });
    test.metrics.api.recordRpc({ method: 'chain_getBlock', outcome: 'ok', durationSeconds: 0.1 });
    assertEveryMetricRecorded(test);
  });
});
