import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createNodeMetrics, METRIC_TABLE } from '../domains/index.ts';
import { bounded } from '../labels.ts';
import { Registry } from '../registry.ts';
import { Summaries } from './summary.ts';
import { SUMMARY_FIELDS } from './summary-fields.ts';

describe('Summaries', () => {
  it('tells of a node what its metrics say, and leaves out what they do not', () => {
    let nowMs = 1_795_181_530_000;
    const registry = new Registry({ nowMs: () => nowMs });
    const metrics = createNodeMetrics({ registry, nowMs: () => nowMs });
    const summaries = new Summaries(registry);
    metrics.blocks.updateHead({ height: 812, timestampSeconds: nowMs / 1000 });
    metrics.peers.updatePeerCount({ inboundCount: 3, outboundCount: 5 });
    metrics.runtime.setBuildInfo({ version: '1.4.0', commit: 'abc', network: 'testnet' });
    const first = summaries.summarize(registry.snapshot());
    assert.equal(first.takenAt, new Date(nowMs).toISOString());
    assert.equal(first.windowSeconds, undefined);
    assert.equal(first.subjects['chain']?.['headHeight'], 812);
    assert.equal(first.subjects['chain']?.['blocksReceivedPerSecond'], undefined);
    assert.deepEqual(first.subjects['peers']?.['connected'], { inbound: 3, outbound: 5 });
    assert.equal(first.subjects['node']?.['version'], '1.4.0');
    assert.equal('machine' in first.subjects, false, 'nothing was measured of the machine');
    assert.equal('highestQcView' in (first.subjects['consensus'] ?? {}), false);

    for (let height = 813; height < 823; height++)
      metrics.consensus.recordBlockCommitted({ height, latencySeconds: 0.5 });
    nowMs += 5000;
    const second = summaries.summarize(registry.snapshot());
    assert.equal(second.windowSeconds, 5);
    assert.equal(second.subjects['consensus']?.['blocksCommitted'], 10);
    assert.equal(second.subjects['consensus']?.['blocksCommittedPerSecond'], 2);
    assert.equal(second.subjects['consensus']?.['meanCommitDurationSeconds'], 0.5);
  });

  it('measures rates over the last minute, however many ask between', () => {
    let nowMs = 0;
    const registry = new Registry({ nowMs: () => nowMs });
    const { name, help } = METRIC_TABLE.network.sent;
    const sent = registry.counter({ name, help });
    const summaries = new Summaries(registry);
    const rate = (): unknown => {
      return summaries.summarize(registry.snapshot()).subjects['network']?.['sentBytesPerSecond'];
    };
    assert.equal(rate(), undefined);
    for (let second = 1; second <= 60; second++) {
      nowMs = second * 1000;
      sent.inc(100);
      assert.equal(rate(), 100);
    }
    sent.inc(6000);
    nowMs = 61_000;
    assert.equal(rate(), (59 * 100 + 6000) / 60);
  });

  it('tells what was dropped, and only that', () => {
    const registry = new Registry();
    const gauge = registry.gauge({ name: 'chain_x', help: 'X.', labels: { peer: bounded(1) } });
    gauge.set({ peer: 'a' }, 1);
    gauge.set({ peer: 'b' }, 1);
    gauge.set({ peer: 'a' }, Number.NaN);
    const { instruments } = new Summaries(registry).summarize(registry.snapshot());
    assert.deepEqual(instruments.droppedRecords, { label_limit: 1, invalid_value: 1 });
    assert.deepEqual(instruments.limitedRecords, { chain_x: 1 });
    assert.equal(instruments.metrics, 1);
    assert.equal(instruments.series, 2);
  });

  it('shows no number that JSON has not', () => {
    const registry = new Registry();
    const { name, help } = METRIC_TABLE.blocks.headHeight;
    registry.gauge({ name, help }).set(Number.POSITIVE_INFINITY);
    assert.deepEqual(new Summaries(registry).summarize(registry.snapshot()).subjects, {});
  });

  it('tells of a metric that has another type under its name what can be told', () => {
    const registry = new Registry();
    const { name, help } = METRIC_TABLE.blocks.headHeight;
    registry.histogram({ name, help, buckets: [1] }).observe(7);
    registry.gauge({ name: METRIC_TABLE.consensus.blockCommitDuration.name, help }).set(1);
    const summaries = new Summaries(registry);
    assert.deepEqual(summaries.summarize(registry.snapshot()).subjects, {});
  });

  it('computes each field from a metric of a type that it fits', () => {
    const types = new Map(
      Object.values(METRIC_TABLE).flatMap((set) => Object.values(set).map((row) => [row.name, row])),
    );
    const FITTING = {
      sum: ['counter', 'gauge'],
      max: ['gauge'],
      by: ['counter', 'gauge'],
      rate: ['counter'],
      mean: ['histogram'],
      state: ['stateset'],
      label: ['info'],
    } as const;
    for (const [subject, fields] of Object.entries(SUMMARY_FIELDS)) {
      for (const [key, field] of Object.entries(fields)) {
        const row = types.get(field.metric);
        assert.ok(
          (FITTING[field.kind] as readonly string[]).includes(row?.type ?? ''),
          `${subject}.${key}: ${row?.type}`,
        );
        if ('label' in field) {
          assert.ok(
            row !== undefined && 'labels' in row && Object.hasOwn(row.labels, field.label),
            `${subject}.${key}`,
          );
        }
      }
    }
  });
});
