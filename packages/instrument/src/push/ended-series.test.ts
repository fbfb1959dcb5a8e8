import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Registry } from '../registry.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { sampleCount } from './batches.ts';
import { EndedSeries, isEnded } from './ended-series.ts';
import { encodeRemoteWriteV1 } from './remote-write-v1.ts';
import { encodeRemoteWriteV2 } from './remote-write-v2.ts';

/** As it stands on the wire, the lowest byte first. */
const STALE_NAN = Buffer.from('020000000000f07f', 'hex');

function ended(snapshot: Snapshot): string[] {
  return snapshot.families.flatMap(({ name, points }) =>
    points.filter(isEnded).map(({ labels }) => `${name}{${labels.map(({ value }) => value).join(',')}}`),
  );
}

function markCount(bytes: Uint8Array): number {
  const all = Buffer.from(bytes);
  let count = 0;
  for (let at = all.indexOf(STALE_NAN); at !== -1; at = all.indexOf(STALE_NAN, at + 1)) count++;
  return count;
}

describe('ended series', () => {
  it('are those that were there last time, each once', () => {
    const registry = new Registry();
    const peers = registry.gauge({ name: 'a', help: 'Peers.', labels: { peer: { limit: 9 } } });
    const height = registry.gauge({ name: 'b', help: 'Height.' });
    const known = new EndedSeries();
    height.set(1);
    peers.set({ peer: 'x' }, 1);
    peers.set({ peer: 'y' }, 2);
    assert.deepEqual(ended(known.addTo(registry.snapshot())), []);
    peers.remove({ peer: 'x' });
    height.clear();
    const second = known.addTo(registry.snapshot());
    assert.deepEqual(ended(second), ['a{x}', 'b{}']);
    assert.equal(sampleCount(second), sampleCount(registry.snapshot()) + 2);
    assert.deepEqual(ended(known.addTo(registry.snapshot())), []);
    height.set(3);
    assert.deepEqual(ended(known.addTo(registry.snapshot())), []);
  });

  it('are told by their labels where a source makes them anew each time, also when it gives the same points again', () => {
    const known = new EndedSeries();
    const point = (peer: string): FamilySnapshot['points'][number] => ({
      labels: [{ name: 'peer', value: peer }],
      value: 1,
    });
    const family = { name: 'a', type: 'gauge', help: '', unit: '' } as const;
    const kept = point('kept') as { labels: []; value: number };
    const snapshot = (...points: unknown[]): Snapshot =>
      ({ takenAtMs: 1, families: [{ ...family, points }] }) as unknown as Snapshot;
    assert.deepEqual(ended(known.addTo(snapshot(point('x'), kept))), []);
    assert.deepEqual(ended(known.addTo(snapshot(point('x'), kept))), []);
    assert.deepEqual(ended(known.addTo(snapshot(point('x')))), ['a{kept}']);
    assert.deepEqual(ended(known.addTo(snapshot(point('x'), kept))), []);
    assert.deepEqual(ended(known.addTo({ takenAtMs: 1, families: [] })), ['a{x}', 'a{kept}']);
  });

  it('of a metric that has become another one are not told: it may have the same names', () => {
    const known = new EndedSeries();
    const snapshot = (type: 'gauge' | 'counter'): Snapshot => ({
      takenAtMs: 1,
      families: [{ name: 'a', type, help: '', unit: '', points: [{ labels: [], value: 1 }] }],
    });
    known.addTo(snapshot('gauge'));
    assert.deepEqual(ended(known.addTo(snapshot('counter'))), []);
  });

  it("are sent as Prometheus's stale marker, every part of a histogram, and nothing else is", () => {
    const registry = new Registry();
    const labels = { path: { limit: 2 } };
    registry.gauge({ name: 'g', help: 'Gauge.' }).set(Number.NaN);
    const classic = registry.histogram({ name: 'h', help: 'Histogram.', buckets: [1], labels });
    const native = registry.exponentialHistogram({ name: 'n', help: 'Native.', labels });
    classic.observe({ path: '/' }, 1);
    native.observe({ path: '/' }, 1);
    const known = new EndedSeries();
    const encoders = [encodeRemoteWriteV1, encodeRemoteWriteV2];
    const first = known.addTo(registry.snapshot());
    assert.deepEqual(
      encoders.map((encode) => markCount(encode(first))),
      [0, 0],
    );
    classic.remove({ path: '/' });
    native.remove({ path: '/' });
    const second = known.addTo(registry.snapshot());
    assert.deepEqual(
      encoders.map((encode) => markCount(encode(second))),
      [5, 5],
    );
  });
});
