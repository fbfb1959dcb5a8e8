import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bounded, exposeOwnMetrics, InstrumentError, Registry, renderText } from './index.ts';

const help = 'Measured.';

function lines(registry: Registry): string[] {
  return renderText(registry)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
}

describe('past the limit of a registry', () => {
  it('adds up counters in one series, so that totals stay right, and says how many and for which metric', () => {
    const registry = new Registry({ maxSeries: 2 });
    const messages = registry.counter({
      name: 'messages_total',
      help,
      labels: { peer: bounded(100), type: ['vote', 'block'] },
    });
    for (let i = 0; i < 10; i++) messages.inc({ peer: `p${i}`, type: 'vote' }, 2);
    assert.deepEqual(lines(registry), [
      'messages_total{peer="p0",type="vote"} 2',
      'messages_total{peer="p1",type="vote"} 2',
      'messages_total{peer="overflow",type="overflow"} 16',
    ]);
    assert.equal(registry.droppedRecords().series_limit, 8);
    assert.deepEqual([...registry.limitedRecords()], [['messages_total', 8]]);
    assert.equal(registry.seriesCount(), 2);
  });

  it('adds up histograms too, with every record of a kept handle counted', () => {
    const registry = new Registry({ maxSeries: 4 });
    const latency = registry.histogram({ name: 'latency_seconds', help, buckets: [1], labels: { peer: bounded(9) } });
    latency.observe({ peer: 'a' }, 0.5);
    const beyond = latency.handle({ peer: 'b' });
    assert.equal(registry.droppedRecords().series_limit, 0);
    beyond.observe(3);
    beyond.observe(4);
    latency.observe({ peer: 'c' }, 5);
    assert.ok(lines(registry).includes('latency_seconds_sum{peer="overflow"} 12'));
    assert.ok(lines(registry).includes('latency_seconds_bucket{le="+Inf",peer="overflow"} 3'));
    assert.equal(registry.droppedRecords().series_limit, 3);
    assert.deepEqual([...registry.limitedRecords()], [['latency_seconds', 3]]);
  });

  it('drops what a gauge is set to: the last of many values would mean nothing', () => {
    const registry = new Registry({ maxSeries: 1 });
    const height = registry.gauge({ name: 'peer_height', help, labels: { peer: bounded(9) } });
    height.set({ peer: 'a' }, 1);
    height.set({ peer: 'b' }, 2);
    height.handle({ peer: 'c' }).set(3);
    assert.deepEqual(lines(registry), ['peer_height{peer="a"} 1']);
    assert.equal(registry.droppedRecords().series_limit, 2);
  });

  it('gives room again when a series is removed', () => {
    const registry = new Registry({ maxSeries: 1 });
    const counter = registry.counter({ name: 'x_total', help, labels: { peer: bounded(9) } });
    counter.inc({ peer: 'a' });
    counter.inc({ peer: 'b' });
    assert.equal(counter.remove({ peer: 'a' }), true);
    counter.inc({ peer: 'c' });
    assert.deepEqual(lines(registry).sort(), ['x_total{peer="c"} 1', 'x_total{peer="overflow"} 1']);
  });
});

describe('past the limit of a metric', () => {
  it('adds up in its own series and leaves the room of others alone', () => {
    const registry = new Registry();
    const paths = registry.counter({ name: 'requests_total', help, labels: { path: bounded(50) }, maxSeries: 3 });
    const others = registry.counter({ name: 'others_total', help, labels: { path: bounded(50) } });
    for (let i = 0; i < 5; i++) {
      paths.inc({ path: `/${i}` });
      others.inc({ path: `/${i}` });
    }
    assert.ok(lines(registry).includes('requests_total{path="overflow"} 2'));
    assert.equal(lines(registry).filter((line) => line.startsWith('others_total')).length, 5);
    assert.deepEqual([...registry.limitedRecords()], [['requests_total', 2]]);
  });

  it('refuses closed labels that never fit, and limits that are no numbers', () => {
    const registry = new Registry();
    const labels = { type: ['a', 'b', 'c'] };
    const refused = (code: string, options: object) =>
      assert.throws(
        () => registry.counter({ name: 'x_total', help, labels, ...options }),
        (error) => error instanceof InstrumentError && error.code === code,
      );
    refused('series_limit', { maxSeries: 2 });
    for (const value of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '3']) {
      refused('option_invalid', { maxSeries: value });
      refused('option_invalid', { expireAfterSeconds: value });
    }
  });

  it('tells the labels that were led to `other`, by metric', () => {
    const registry = new Registry();
    exposeOwnMetrics(registry);
    const peers = registry.counter({ name: 'peers_total', help, labels: { peer: bounded(1) } });
    peers.inc({ peer: 'a' });
    peers.inc({ peer: 'b' });
    const handle = peers.handle({ peer: 'c' });
    handle.inc();
    handle.inc();
    const page = lines(registry);
    assert.ok(page.includes('peers_total{peer="other"} 3'));
    assert.ok(page.includes('chain_runtime_instrument_overflow_records_total{metric="peers_total"} 3'));
    assert.ok(page.includes('chain_runtime_instrument_dropped_records_total{reason="label_limit"} 3'));
  });
});

describe('series that expire', () => {
  function expiring() {
    let nowMs = 1_000_000;
    const registry = new Registry({ nowMs: () => nowMs });
    const pass = (seconds: number) => {
      nowMs += seconds * 1000;
      return lines(registry);
    };
    return { registry, pass };
  }

  it('end when nobody recorded them for long enough, and not before', () => {
    const { registry, pass } = expiring();
    const height = registry.gauge({ name: 'peer_height', help, labels: { peer: bounded(9) }, expireAfterSeconds: 60 });
    height.set({ peer: 'a' }, 5);
    height.set({ peer: 'b' }, 5);
    assert.equal(pass(0).length, 2);
    for (let i = 0; i < 3; i++) {
      // The same value as before is a record like any other.
      height.set({ peer: 'a' }, 5);
      assert.equal(pass(19.9).length, 2);
    }
    height.set({ peer: 'a' }, 5);
    assert.deepEqual(pass(19.9), ['peer_height{peer="a"} 5']);
    assert.equal(registry.seriesCount(), 1);
  });

  it('begin anew when a kept handle records again', () => {
    const { registry, pass } = expiring();
    const options = { help, labels: { peer: bounded(9) }, expireAfterSeconds: 60 };
    const counter = registry.counter({ name: 'x_total', ...options }).handle({ peer: 'a' });
    const gauge = registry.gauge({ name: 'y', ...options }).handle({ peer: 'a' });
    const histogram = registry.histogram({ name: 'z', buckets: [1], ...options }).handle({ peer: 'a' });
    const native = registry.exponentialHistogram({ name: 'w', ...options }).handle({ peer: 'a' });
    const record = () => {
      counter.inc(2);
      gauge.set(3);
      histogram.observe(4);
      native.observe(8);
    };
    record();
    const once = pass(1);
    assert.deepEqual(pass(61), []);
    record();
    assert.deepEqual(pass(1), once);
    assert.deepEqual(pass(61), []);
    assert.deepEqual(registry.droppedRecords(), {
      series_limit: 0,
      label_limit: 0,
      invalid_value: 0,
      unknown_label: 0,
      internal: 0,
    });
  });
});
