// From a sample to the alert: how long after a remote-write request came to the storage worker the critical rule that it concerns fires,
// while nodes with ten thousand series are collected every 5 s and all shipped rules are evaluated each 15 s.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compressSnappy } from '../../packages/instrument/src/encoding/snappy.ts';
import { readRuleFiles } from '../../packages/monitor/src/app/rule-files.ts';
import { workerSettingsOf } from '../../packages/monitor/src/app/worker-settings.ts';
import { completeConfig } from '../../packages/monitor/src/config/read-config.ts';
import { type EngineClient, startEngine } from '../../packages/monitor/src/engine/client.ts';
import { type Labels, labelsToRecord, labelValue, METRIC_NAME } from '../../packages/monitor/src/model/labels.ts';
import type { AlertChange, GroupEvaluation } from '../../packages/monitor/src/rules/interface.ts';
import { RuleSchedule } from '../../packages/monitor/src/rules/schedule.ts';
import { encodeWriteRequest } from '../../test/conformance/promql/remote-write.ts';
import type { BenchTable } from '../table.ts';
import { CalmNodes } from './nodes.ts';

const WORKER = new URL('../../packages/monitor/src/app/worker.ts', import.meta.url);
const EVENTS = Number(process.env['BENCH_RULES_EVENTS'] ?? 400);
const COLLECTION_MS = 5000;
const HISTORY_MS = 3_600_000;
const HISTORY_STEP_MS = 15_000;
/** Between two events, at random up to so long. */
const PAUSE_MAX_MS = 150;
const FIRES_WITHIN_MS = 5000;
const RULE_INTERVAL_MS = 15_000;

interface Incident {
  readonly alert: string;
  readonly metric: string;
  readonly value: number;
  /** Undefined: it rises for ever, so that each node has it once. */
  readonly calmValue?: number;
}

const FLIPPING: Incident = {
  alert: 'ConsecutiveMissedVotes',
  metric: 'chain_validator_consecutive_missed_votes',
  value: 9,
  calmValue: 0,
};
const ONCE_A_NODE: readonly Incident[] = [
  { alert: 'EquivocationDetected', metric: 'chain_consensus_equivocations_total', value: 1001 },
  { alert: 'SafetyViolation', metric: 'chain_consensus_safety_violations_total', value: 1001 },
  { alert: 'ByzantineRate', metric: 'chain_consensus_byzantine_behaviors_total', value: 1001 },
  { alert: 'MigrationRollback', metric: 'chain_migration_rollbacks_total', value: 1001 },
];

export async function commitLatency(): Promise<BenchTable> {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-bench-commits-'));
  const config = completeConfig({ storage: { directory, retention: 'unlimited' } });
  const firing = new FiringAlerts();
  const engine = await startEngine({
    workerUrl: WORKER,
    settings: workerSettingsOf(config, 'system'),
    onLost: (error) => firing.fail(error),
    onNotice: () => {},
    onEvaluation: (evaluation) => firing.evaluated(evaluation),
  });
  try {
    const nodes = await WatchedNodes.load(engine);
    const groups = readRuleFiles({ config, directory, runbookUrl: 'http://127.0.0.1/' }).flatMap((file) => file.groups);
    await engine.setRules(groups, { externalLabels: [], externalUrl: '' }, Date.now());
    const schedule = new RuleSchedule({
      clock: { nowMs: () => Date.now(), speed: 1, continueFrom: () => {} },
      defaultIntervalMs: RULE_INTERVAL_MS,
      evaluate: async (key, timeMs, missed) => firing.evaluated(await engine.evaluateRules(key, timeMs, missed)),
    });
    schedule.setGroups(groups);
    const ended = new AbortController();
    const collecting = nodes.collect(ended.signal);
    await sleep(RULE_INTERVAL_MS);
    const latenciesMs: number[] = [];
    for (let event = 0; event < EVENTS; event++) {
      const node = Math.floor(event / 2 / ONCE_A_NODE.length) % nodes.count;
      const incident = event % 2 === 0 ? FLIPPING : ONCE_A_NODE[Math.floor(event / 2) % ONCE_A_NODE.length]!;
      latenciesMs.push(await latencyOf(incident, node, nodes, firing));
      await sleep(Math.random() * PAUSE_MAX_MS);
    }
    ended.abort();
    await collecting;
    await schedule.stop();
    return tableOf(latenciesMs, nodes.seriesCount);
  } finally {
    await engine.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function latencyOf(
  { alert, metric, value, calmValue }: Incident,
  node: number,
  nodes: WatchedNodes,
  firing: FiringAlerts,
) {
  const labels = nodes.find(node, metric);
  const fires = firing.next(alert, labelValue(labels, 'instance'), 'firing');
  const startMs = performance.now();
  const push = nodes.push(labels, value);
  const firedMs = await fires;
  await push;
  if (calmValue !== undefined) {
    const over = firing.next(alert, labelValue(labels, 'instance'), 'resolved');
    await nodes.push(labels, calmValue);
    await over;
  }
  return firedMs - startMs;
}

function tableOf(latenciesMs: readonly number[], series: number): BenchTable {
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) =>
    `${sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(1)} ms`;
  return {
    title: `From a remote-write request to the critical alert that it makes fire, ${series} series collected every ${COLLECTION_MS / 1000} s`,
    columns: ['', 'events', 'p50', 'p90', 'p99', 'longest'],
    rows: [['Chainpulse', `${sorted.length}`, at(0.5), at(0.9), at(0.99), at(1)]],
  };
}

/** Nodes whose series are in the store, and what was pushed of them since. */
class WatchedNodes {
  readonly count: number;
  readonly seriesCount: number;
  readonly #engine: EngineClient;
  readonly #nodes: CalmNodes;
  readonly #labels: readonly (readonly Labels[])[];
  readonly #refs: readonly Uint32Array[];
  readonly #pushed = new Map<Labels, number>();

  private constructor(engine: EngineClient, nodes: CalmNodes, refs: readonly Uint32Array[]) {
    this.#engine = engine;
    this.#nodes = nodes;
    this.#refs = refs;
    this.count = nodes.count;
    this.seriesCount = nodes.count * nodes.seriesANode;
    this.#labels = Array.from({ length: nodes.count }, (_, node) => nodes.series(node));
  }

  /** With an hour of history. */
  static async load(engine: EngineClient): Promise<WatchedNodes> {
    const nowMs = Date.now();
    const nodes = new CalmNodes(nowMs - HISTORY_MS);
    const refs: Uint32Array[] = [];
    for (let node = 0; node < nodes.count; node++) refs.push(await engine.resolveSeries(nodes.series(node)));
    for (let timeMs = nowMs - HISTORY_MS; timeMs < nowMs; timeMs += HISTORY_STEP_MS) {
      for (let node = 0; node < nodes.count; node++) {
        await engine.append({ refs: refs[node]!.slice(), timestampsMs: timeMs, values: nodes.values(node, timeMs) });
      }
    }
    return new WatchedNodes(engine, nodes, refs);
  }

  find(node: number, metric: string): Labels {
    return this.#labels[node]!.find((labels) => labelsToRecord(labels)[METRIC_NAME] === metric)!;
  }

  async push(labels: Labels, value: number): Promise<void> {
    this.#pushed.set(labels, value);
    const nowMs = Date.now();
    const one = { labels, timestampsMs: Float64Array.of(nowMs), values: Float64Array.of(value) };
    const body = compressSnappy(encodeWriteRequest([one]));
    await this.#engine.push({ protocol: 'remote-write-1', encoding: 'snappy', body, receivedMs: nowMs });
  }

  /** One node after the other, all of them in each interval. */
  async collect(signal: AbortSignal): Promise<void> {
    for (let turn = 0; !signal.aborted; turn++) {
      const node = turn % this.count;
      const timeMs = Date.now();
      const values = this.#nodes.values(node, timeMs);
      for (const [at, labels] of this.#labels[node]!.entries()) values[at] = this.#pushed.get(labels) ?? values[at]!;
      await this.#engine.append({ refs: this.#refs[node]!.slice(), timestampsMs: timeMs, values });
      if (node === 0) await this.#engine.maintain(timeMs);
      await sleep(COLLECTION_MS / this.count);
    }
  }
}

/** Who waits for an alert to come to a state. */
class FiringAlerts {
  readonly #waiting = new Map<string, { resolve: (atMs: number) => void; reject: (error: Error) => void }>();

  /** When it was told of. */
  async next(alert: string, instance: string, to: AlertChange['to']): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const key = `${alert} ${instance} ${to}`;
    this.#waiting.set(key, { resolve, reject });
    const timer = setTimeout(() => reject(new Error(`${key}: not within ${FIRES_WITHIN_MS} ms`)), FIRES_WITHIN_MS);
    return promise.finally(() => clearTimeout(timer));
  }

  evaluated({ changes }: GroupEvaluation): void {
    const nowMs = performance.now();
    for (const { alert, labels, to } of changes) {
      this.#waiting.get(`${alert} ${labelValue(labels, 'instance')} ${to}`)?.resolve(nowMs);
    }
  }

  fail(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}
