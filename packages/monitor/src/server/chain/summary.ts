// `/metrics/summary`: the latest value of what matters most of every chain target, the machine and the monitor. A few
// instant queries answer it; the answer is kept for a moment and made once for all who ask meanwhile. What is not
// measured is absent.

import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import { type Labels, labelValue, METRIC_NAME } from '../../model/labels.ts';
import type { VectorSample } from '../../promql/interface.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import type { StoreStats } from '../../storage/interface.ts';
import type { WireChainSummary, WireMachineSummary, WireSummary } from '../wire.ts';
import { groupByTarget, queryVector, selectorOf, sumOf, targetKey, valuesOf } from './target-vectors.ts';

/** Gauges, read as they are. */
const GAUGES = [
  'chain_blocks_head_height',
  'chain_blocks_head_timestamp_seconds',
  'chain_blocks_head_gas_used',
  'chain_blocks_head_gas_limit',
  'chain_blocks_base_fee_wei',
  'chain_mempool_transactions',
  'chain_peers_connected',
  'chain_sync_state',
  'chain_runtime_build_info',
  'chain_machine_cpu_usage_ratio',
  'chain_machine_memory_used_bytes',
  'chain_machine_memory_total_bytes',
  'chain_machine_filesystem_usage_ratio',
] as const;

/** What is computed; each answer is put beside the gauges under the name given here. */
const COMPUTED = {
  transactions_per_second: 'rate(chain_transactions_processed_total[1m])',
  block_interval_seconds: 'rate(chain_blocks_interval_seconds_sum[5m]) / rate(chain_blocks_interval_seconds_count[5m])',
  // Loopback carries what never left the machine.
  received_bytes_per_second: 'rate(chain_machine_network_received_bytes_total{device!="lo"}[1m])',
  sent_bytes_per_second: 'rate(chain_machine_network_sent_bytes_total{device!="lo"}[1m])',
} as const;

type Name = (typeof GAUGES)[number] | keyof typeof COMPUTED;

export interface SummaryDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly startedMs: number;
  readonly targets: () => readonly TargetStatus[];
  /** Samples that the store accepted since the start of the process. */
  readonly samplesIngestedTotal: () => number;
}

export class SummaryReader {
  readonly #deps: SummaryDeps;
  readonly #maxAgeMs: number;
  #latest: WireSummary | undefined;
  #underWay: Promise<WireSummary> | undefined;

  constructor(deps: SummaryDeps, maxAgeMs: number) {
    this.#deps = deps;
    this.#maxAgeMs = maxAgeMs;
  }

  /** @throws {ChainpulseError} when the store cannot answer. */
  async read(): Promise<WireSummary> {
    const latest = this.#latest;
    if (latest !== undefined && this.#deps.clock.nowMs() - latest.timeMs < this.#maxAgeMs) return latest;
    this.#underWay ??= this.#make().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #make(): Promise<WireSummary> {
    const { engine, clock, startedMs, samplesIngestedTotal } = this.#deps;
    const timeMs = clock.nowMs();
    const [samples, stats] = await Promise.all([readSamples(engine, timeMs), engine.stats()]);
    const targets = this.#deps.targets();
    const byTarget = groupByTarget(samples);
    this.#latest = {
      timeMs,
      targets: countTargets(targets),
      chains: chainsOf(targets, byTarget, timeMs),
      machine: machineOf(targets, byTarget),
      monitor: {
        seriesActive: stats.activeSeries,
        samplesIngestedTotal: samplesIngestedTotal(),
        storageBytes: storageBytes(stats),
        uptimeSeconds: (timeMs - startedMs) / 1000,
      },
    };
    return this.#latest;
  }
}

async function readSamples(engine: Engine, timeMs: number): Promise<readonly VectorSample[]> {
  const computed = Object.entries(COMPUTED).map(async ([name, expression]) => {
    const samples = await queryVector(engine, expression, timeMs);
    return samples.map(({ labels, value }) => ({ labels: [...labels, { name: METRIC_NAME, value: name }], value }));
  });
  return (await Promise.all([queryVector(engine, selectorOf(GAUGES), timeMs), ...computed])).flat();
}

function countTargets(targets: readonly TargetStatus[]): WireSummary['targets'] {
  const counts = { up: 0, down: 0, unknown: 0 };
  for (const { health } of targets) counts[health]++;
  return counts;
}

function storageBytes({ sizeBytes }: StoreStats): number {
  return sizeBytes.head + sizeBytes.blocks + sizeBytes.index;
}

function chainsOf(
  targets: readonly TargetStatus[],
  byTarget: ReadonlyMap<string, readonly VectorSample[]>,
  timeMs: number,
): WireChainSummary[] {
  return targets.flatMap(({ id, labels }) => {
    const samples = byTarget.get(targetKey(labels)) ?? [];
    const measured = measuredOfChain(samples, timeMs);
    const isChain = labelValue(labels, 'chain') !== '' || Object.keys(measured).length > 0;
    return isChain ? [{ target: id, ...namesOf(labels), ...measured }] : [];
  });
}

function namesOf(labels: Labels): Pick<WireChainSummary, 'chain' | 'node'> {
  const chain = labelValue(labels, 'chain');
  const node = labelValue(labels, 'node');
  return { ...(chain !== '' && { chain }), ...(node !== '' && { node }) };
}

function measuredOfChain(samples: readonly VectorSample[], timeMs: number): Omit<WireChainSummary, 'target'> {
  const sum = (name: Name, label?: readonly [string, string]) => sumOf(valuesOf(samples, name, label));
  const headTimestampSeconds = sum('chain_blocks_head_timestamp_seconds');
  return present({
    headHeight: sum('chain_blocks_head_height'),
    headAgeSeconds: headTimestampSeconds === undefined ? undefined : timeMs / 1000 - headTimestampSeconds,
    blockIntervalSeconds: sum('block_interval_seconds'),
    transactionsPerSecond: sum('transactions_per_second'),
    gasUsedRatio: ratio(sum('chain_blocks_head_gas_used'), sum('chain_blocks_head_gas_limit')),
    baseFeeWei: sum('chain_blocks_base_fee_wei'),
    mempoolPending: sum('chain_mempool_transactions', ['state', 'pending']),
    mempoolQueued: sum('chain_mempool_transactions', ['state', 'queued']),
    peers: sum('chain_peers_connected'),
    syncing: isSyncing(samples),
    clientVersion: clientVersion(samples),
  });
}

/** A node that is `synced` is not synchronizing; one that has `failed` is not either. */
function isSyncing(samples: readonly VectorSample[]): boolean | undefined {
  const name = 'chain_sync_state' satisfies Name;
  if (valuesOf(samples, name).length === 0) return undefined;
  return ['discovering', 'headers', 'blocks', 'catchup'].some((state) =>
    valuesOf(samples, name, ['state', state]).includes(1),
  );
}

function clientVersion(samples: readonly VectorSample[]): string | undefined {
  const name = 'chain_runtime_build_info' satisfies Name;
  const info = samples.find(({ labels, value }) => labelValue(labels, METRIC_NAME) === name && value === 1);
  return info === undefined ? undefined : labelValue(info.labels, 'version') || undefined;
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;
}

/** The machine that the monitor runs on; null when it is not watched or has reported nothing lately. */
function machineOf(
  targets: readonly TargetStatus[],
  byTarget: ReadonlyMap<string, readonly VectorSample[]>,
): WireMachineSummary | null {
  const machine = targets.find(({ type }) => type === 'machine');
  const samples = machine === undefined ? undefined : byTarget.get(targetKey(machine.labels));
  if (samples === undefined) return null;
  const sum = (name: Name) => sumOf(valuesOf(samples, name));
  const usages = valuesOf(samples, 'chain_machine_filesystem_usage_ratio' satisfies Name);
  return present({
    cpuUsageRatio: sum('chain_machine_cpu_usage_ratio'),
    memoryUsedBytes: sum('chain_machine_memory_used_bytes'),
    memoryTotalBytes: sum('chain_machine_memory_total_bytes'),
    filesystemUsageRatio: usages.length === 0 ? undefined : Math.max(...usages),
    networkReceivedBytesPerSecond: sum('received_bytes_per_second'),
    networkSentBytesPerSecond: sum('sent_bytes_per_second'),
  });
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
