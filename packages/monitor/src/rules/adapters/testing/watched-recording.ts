// A recording that is watched through the shipped adapters, with their rules evaluated beside it, in a real store.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { labelsToRecord } from '../../../model/labels.ts';
import { createQueryEngine } from '../../../promql/engine.ts';
import type { QueryEngine } from '../../../promql/interface.ts';
import { openReplay } from '../../../sources/replay/open-replay.ts';
import { readRecords } from '../../../sources/replay/recording-reader.ts';
import { ManualTime } from '../../../sources/testing/manual-time.ts';
import { openEmbeddedStore } from '../../../storage/embedded/open.ts';
import { RuleEngine } from '../../evaluation/rule-engine.ts';
import { type GroupEvaluation, groupKey, type RuleGroup } from '../../interface.ts';
import { DEFAULT_RULE_LIMITS } from '../../limits.ts';
import { adapterRuleFiles } from '../adapter-rules.ts';
import { detectedAdapter } from '../choose-adapter.ts';
import { shippedAdapters } from '../shipped-adapters.ts';
import { TargetAdapter } from '../target-adapter.ts';
import { LANGUAGES } from './languages.ts';

export const RECORDINGS = fileURLToPath(new URL('../../../../../../testdata/recordings/', import.meta.url));
const STEP_MS = 5000;

export interface WatchedRecording {
  /** The name of the adapter that each target got. */
  readonly chosen: Readonly<Record<string, string | undefined>>;
  readonly clashes: readonly string[];
  readonly failures: readonly string[];
  readonly startMs: number;
  readonly endMs: number;
  readonly queries: QueryEngine;
  /** What an instant query answers, by the labels as text. */
  readonly values: (expression: string, timeMs?: number) => Promise<Readonly<Record<string, number>>>;
}

export interface RecordingOptions {
  readonly file: string;
  readonly durationMs?: number;
  /** Rules beside those of the adapters, evaluated every 15 s. */
  readonly groups?: readonly RuleGroup[];
  /** Told of the evaluations of those. */
  readonly onEvaluation?: (evaluation: GroupEvaluation) => void;
}

const RULES_EVERY_MS = 15_000;

/** Plays it to the end, or for so long. */
export async function watchRecording(
  context: TestContext,
  { file, durationMs = Number.POSITIVE_INFINITY, groups: more = [], onEvaluation = () => {} }: RecordingOptions,
): Promise<WatchedRecording> {
  const directory = await mkdtemp(join(tmpdir(), 'chainpulse-adapters-'));
  const adapters = shippedAdapters(LANGUAGES);
  const chosen: Record<string, string | undefined> = {};
  const clashes: string[] = [];
  const failures: string[] = [];
  // The time starts where the recording does, which is known when it is open.
  let clock = new ManualTime(0);
  const timers = {
    nowMs: () => clock.nowMs(),
    after: (delayMs: number, run: () => void) => clock.after(delayMs, run),
  };
  const replay = await openReplay({
    file: join(RECORDINGS, file),
    time: 'original',
    timers,
    renamingOf: ({ name }) =>
      new TargetAdapter({
        choose: (names) => detectedAdapter(names, adapters),
        onChosen: (adapter) => (chosen[name] = adapter?.name),
        onClash: (message) => clashes.push(message),
      }),
  });
  const startMs = replay.firstTimestampMs;
  clock = new ManualTime(startMs);
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock });
  context.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const queries = createQueryEngine({ queryable: store });
  const engine = new RuleEngine({
    clock,
    queries,
    store,
    limits: DEFAULT_RULE_LIMITS,
    restore: { outageToleranceMs: 3_600_000, forGracePeriodMs: 0 },
    defaultIntervalMs: 15_000,
    defaultOffsetMs: 0,
    monotonicMs: () => performance.now(),
    onCommit: false,
    onEvaluation: () => {},
  });
  const groups = adapterRuleFiles(adapters).flatMap((rules) => rules.groups);
  await engine.setGroups([...groups, ...more], { externalLabels: [], externalUrl: 'http://monitor' }, clock.nowMs());
  const recordedMs = await recordTimes(file);
  let collections = 0;
  const observer = { collectionEnded: () => void collections++ };
  replay.start({ appender: store, clock, observer, onStatusChange: () => {} });
  const endMs = Math.min(replay.lastTimestampMs, startMs + durationMs);
  while (clock.nowMs() < endMs) {
    await clock.advance(Math.min(STEP_MS, endMs - clock.nowMs()));
    // Files and disks take their time, which the clock does not see.
    const due = recordedMs.filter((timeMs) => timeMs <= clock.nowMs()).length;
    while (collections < due) await sleep(1);
    for (const group of groups) {
      const evaluation = await engine.evaluate(groupKey(group), clock.nowMs(), 0);
      failures.push(...evaluation.failures.map(({ rule, message }) => `${group.name} ${rule}: ${message}`));
    }
    if ((clock.nowMs() - startMs) % RULES_EVERY_MS !== 0) continue;
    for (const group of more) onEvaluation(await engine.evaluate(groupKey(group), clock.nowMs(), 0));
  }
  // A stop would end all series with stale markers.
  context.after(() => replay.stop());
  const values = async (expression: string, timeMs = endMs): Promise<Readonly<Record<string, number>>> => {
    const result = await queries.instant({ expression, timeMs });
    if (result.type !== 'vector') throw new Error(`${expression} is a ${result.type}`);
    return Object.fromEntries(result.samples.map(({ labels, value }) => [textOf(labelsToRecord(labels)), value]));
  };
  return { chosen, clashes, failures, startMs, endMs, queries, values };
}

async function recordTimes(file: string): Promise<readonly number[]> {
  const timesMs: number[] = [];
  for await (const { timestampMs } of readRecords(join(RECORDINGS, file), () => false)) timesMs.push(timestampMs);
  return timesMs;
}

/** Without the labels that all have. */
function textOf({ job: _job, __name__: name = '', ...labels }: Readonly<Record<string, string>>): string {
  const inner = Object.entries(labels).map(([label, value]) => `${label}=${value}`);
  return [name, ...inner].filter((part) => part !== '').join(' ');
}
