// One registry with every type of metric and text that needs escaping, as the servers of these tests are given it. What only
// other libraries have (summaries, unknown types) is attached.

import { bounded, Registry, type Snapshot } from '@chainpulse/instrument';

export const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
export const ODD_LABEL = 'C:\\dir "x", a=b é🦀\nend';

/** Observations of both histograms: their quantiles are known. */
export const OBSERVATIONS = [0.003, 0.02, 0.02, 0.3, 0.7, 2.5, 2.5, 2.5, 40];

export function sampleSnapshot(): Snapshot {
  const registry = new Registry();
  const blocks = registry.counter({ name: 'chain_blocks_total', help: 'Blocks \\ "seen"\nhere.', unit: 'blocks' });
  blocks.incWithExemplar(41, { trace_id: TRACE_ID });
  const votes = registry.counter({
    name: 'chain_votes_total',
    help: 'Votes.',
    labels: { type: ['prepare', 'commit'] },
  });
  votes.inc({ type: 'commit' }, 2 ** 53 - 1);
  const peers = registry.gauge({ name: 'chain_peer_score_ratio', help: 'Score.', labels: { peer: bounded(9) } });
  peers.set({ peer: ODD_LABEL }, -0.1);
  peers.set({ peer: 'tiny' }, 1e-9);
  peers.set({ peer: 'infinite' }, Number.POSITIVE_INFINITY);
  registry
    .info({ name: 'chain_build_info', help: 'Build.', labels: { version: bounded(1) } })
    .set({ version: '1.2.3' });
  registry.stateSet({ name: 'chain_sync_mode', help: 'Mode.', labels: { state: ['full', 'snap'] } }).set('snap');
  const latency = registry.histogram({
    name: 'chain_commit_latency_seconds',
    help: 'Latency.',
    unit: 'seconds',
    labels: { path: bounded(2) },
    buckets: [0.01, 0.1, 1, 10],
  });
  const native = registry.exponentialHistogram({
    name: 'chain_verify_duration_seconds',
    help: 'Time.',
    unit: 'seconds',
  });
  const offset = registry.exponentialHistogram({
    name: 'chain_clock_offset_seconds',
    help: 'Offset.',
    unit: 'seconds',
    hasNegative: true,
  });
  for (const value of OBSERVATIONS) {
    latency.observeWithExemplar({ path: '/a' }, value, { trace_id: TRACE_ID });
    native.observe(value);
    offset.observe(-value);
    offset.observe(0);
  }
  registry.attach({
    families: () => [
      {
        name: 'other_request_seconds',
        help: 'Requests.',
        unit: 'seconds',
        type: 'summary',
        points: [
          {
            labels: [{ name: 'code', value: '200' }],
            quantiles: [
              { quantile: 0.5, value: 0.25 },
              { quantile: 1, value: 4 },
            ],
            sum: 12.5,
            count: 30,
          },
        ],
      },
      { name: 'other_thing', help: 'Thing.', unit: '', type: 'unknown', points: [{ labels: [], value: 7.5 }] },
    ],
  });
  return registry.snapshot();
}
