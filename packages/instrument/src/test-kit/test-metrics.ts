// A node's metrics for a test: a registry of its own, the domain sets, a clock that the test moves, the events, and a reader.
// There is no reset: a test makes new ones, which costs a few milliseconds at most.

import { createNodeMetrics, type DomainSets, type NodeMetrics } from '../domains/node-metrics.ts';
import type { DomainSetName } from '../domains/table/index.ts';
import { Registry } from '../registry.ts';
import { EventLog } from './event-log.ts';
import type { GroundTruth } from './ground-truth.ts';
import { ManualClock } from './manual-clock.ts';
import { MetricsProbe } from './metrics-probe.ts';
import { type SimulationTarget, type WitnessedNode, witness } from './simulation/witness.ts';

export interface TestMetricsOptions<N extends DomainSetName = DomainSetName> {
  /** The sets to make; all by default. */
  readonly sets?: readonly N[];
  /** Where the clock starts, Unix time in milliseconds; default 2025-01-01T00:00:00Z. */
  readonly startMs?: number;
  /** Of the registry; default 10,000. */
  readonly maxSeries?: number;
  /** Stretch over which rates and ratios are computed; default 60. */
  readonly windowSeconds?: number;
}

/** What {@link createTestMetrics} makes. */
export class TestMetrics<N extends DomainSetName = DomainSetName> extends MetricsProbe implements SimulationTarget {
  readonly metrics: NodeMetrics<N>;
  readonly clock: ManualClock;
  /** What `metrics` told. */
  readonly events: EventLog;
  /** Recorders as in `metrics` that tell `truth` as well: what simulations and workloads record through. */
  readonly node: WitnessedNode;
  /** What `node` recorded, and nothing else. */
  readonly truth: GroundTruth;

  constructor(registry: Registry, metrics: NodeMetrics<N>, clock: ManualClock) {
    super(registry);
    const { node, truth } = witness({ metrics: metrics as Partial<DomainSets>, clock });
    this.metrics = metrics;
    this.clock = clock;
    this.events = new EventLog(metrics.events);
    this.node = node;
    this.truth = truth;
  }
}

/**
 * Makes metrics that a test can record in and read.
 *
 *     const test = createTestMetrics({ sets: ['consensus'] });
 *     test.metrics.consensus.recordBlockCommitted({ height: 7, latencySeconds: 0.4 });
 *     test.value('chain_consensus_finalized_height'); // 7
 *
 * @throws {InstrumentError} `option_invalid` for a set that does not exist and other options that are none
 */
export function createTestMetrics<const N extends DomainSetName = DomainSetName>({
  sets,
  startMs,
  maxSeries,
  windowSeconds,
}: TestMetricsOptions<N> = {}): TestMetrics<N> {
  const clock = new ManualClock(startMs);
  const registry = new Registry({ nowMs: clock.read, ...(maxSeries === undefined ? {} : { maxSeries }) });
  const metrics = createNodeMetrics({
    registry,
    nowMs: clock.read,
    ...(sets === undefined ? {} : { sets }),
    ...(windowSeconds === undefined ? {} : { windowSeconds }),
  });
  return new TestMetrics(registry, metrics, clock);
}
