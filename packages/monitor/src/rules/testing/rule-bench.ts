// Rules over a real store, at times that a test names: seconds from a fixed start.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Clock } from '../../model/clock.ts';
import { labelsFromRecord, labelsToRecord } from '../../model/labels.ts';
import { bitsOf, isStaleAt } from '../../model/staleness.ts';
import { createQueryEngine } from '../../promql/engine.ts';
import { inspectExpression } from '../../promql/inspect.ts';
import { openEmbeddedStore } from '../../storage/embedded/open.ts';
import type { LocalStore } from '../../storage/interface.ts';
import { readRuleFile } from '../definition/read-rule-file.ts';
import { RuleEngine, type RuleEngineOptions } from '../evaluation/rule-engine.ts';
import { type AlertingRuleStatus, type GroupEvaluation, groupKey, type RuleGroup, ruleName } from '../interface.ts';
import { DEFAULT_RULE_LIMITS } from '../limits.ts';
import { parseTemplate } from '../template/template.ts';

const ORIGIN = { externalLabels: labelsFromRecord({ region: 'eu' }), externalUrl: 'http://monitor' };

export const START_MS = Date.UTC(2026, 0, 1);

/** The groups of a rule file. @throws {Error} with what is wrong in it */
export function groupsOf(text: string): readonly RuleGroup[] {
  const { groups, problems } = readRuleFile(text, 'test.yaml', {
    readExpression: (expression) => inspectExpression(expression).printed,
    checkTemplate: (template, name) => parseTemplate(template, name),
  });
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return groups;
}

type Options = Partial<Pick<RuleEngineOptions, 'limits' | 'restore' | 'onCommit'>>;

export class RuleBench {
  readonly directory: string;
  readonly evaluations: GroupEvaluation[] = [];
  readonly #clock: Clock;
  #nowMs = START_MS;
  store!: LocalStore;
  engine!: RuleEngine;
  #groups: readonly RuleGroup[] = [];
  readonly #options: Options;

  private constructor(directory: string, options: Options) {
    this.directory = directory;
    this.#clock = { nowMs: () => this.#nowMs };
    this.#options = options;
  }

  static async open(context: TestContext, options: Options = {}): Promise<RuleBench> {
    const directory = await mkdtemp(join(tmpdir(), 'chainpulse-rules-'));
    const bench = new RuleBench(directory, options);
    await bench.start();
    context.after(async () => {
      await bench.store.close();
      await rm(directory, { recursive: true });
    });
    return bench;
  }

  async start(): Promise<void> {
    const { directory } = this;
    this.store = await openEmbeddedStore({
      directory,
      retentionMs: undefined,
      durability: 'normal',
      clock: this.#clock,
    });
    this.engine = new RuleEngine({
      clock: this.#clock,
      queries: createQueryEngine({ queryable: this.store }),
      store: this.store,
      limits: DEFAULT_RULE_LIMITS,
      restore: { outageToleranceMs: 3_600_000, forGracePeriodMs: 0 },
      defaultIntervalMs: 15_000,
      defaultOffsetMs: 0,
      monotonicMs: () => performance.now(),
      onCommit: false,
      onEvaluation: (evaluation) => this.evaluations.push(evaluation),
      ...this.#options,
    });
  }

  /** As after a crash: what was stored is there, and what was known is not. */
  async restart(): Promise<void> {
    await this.store.close();
    await this.start();
    await this.engine.setGroups(this.#groups, ORIGIN, this.#nowMs);
  }

  async setRules(text: string): Promise<void> {
    this.#groups = groupsOf(text);
    await this.engine.setGroups(this.#groups, ORIGIN, this.#nowMs);
  }

  /** Stores a value a series, by their text: `height{node="a"}` as name and labels. */
  async put(second: number, values: Readonly<Record<string, number>>): Promise<void> {
    this.#nowMs = START_MS + second * 1000;
    const labels = Object.keys(values).map((text) => {
      const [name = '', inner = ''] = text.split(/[{}]/);
      const pairs = [...inner.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]);
      return labelsFromRecord({ __name__: name, ...Object.fromEntries(pairs) });
    });
    const refs = await this.engine.commits.resolveSeries(labels);
    await this.engine.commits.append({
      refs,
      timestampsMs: this.#nowMs,
      values: Float64Array.from(Object.values(values)),
    });
  }

  /** Evaluates all groups at a time. */
  async evaluate(second: number): Promise<readonly GroupEvaluation[]> {
    this.#nowMs = START_MS + second * 1000;
    const results: GroupEvaluation[] = [];
    for (const group of this.#groups) results.push(await this.engine.evaluate(groupKey(group), this.#nowMs, 0));
    return results;
  }

  /** The alerts of a rule: its labels as text, and the state. */
  alerts(name: string): readonly string[] {
    return this.rule(name).alerts.map(({ labels, state }) => `${labelText(labelsToRecord(labels))} ${state}`);
  }

  rule(name: string): AlertingRuleStatus {
    for (const { rules } of this.engine.status()) {
      for (const status of rules) if (status.kind === 'alerting' && ruleName(status.rule) === name) return status;
    }
    throw new Error(`no rule ${name}`);
  }

  /** What is stored of a metric: a line a series, values by seconds; `stale` ends it. */
  async stored(name: string): Promise<Readonly<Record<string, readonly (readonly [number, number | 'stale'])[]>>> {
    const found: Record<string, (readonly [number, number | 'stale'])[]> = {};
    const matchers = [{ name: '__name__', operator: '=' as const, value: name }];
    const range = { minTimeMs: START_MS, maxTimeMs: START_MS + 1e9 };
    for await (const { labels, timestampsMs, values } of this.store.select({ matchers, ...range })) {
      const bits = bitsOf(values);
      const { __name__: _, ...rest } = labelsToRecord(labels);
      found[labelText(rest)] = Array.from(timestampsMs, (timeMs, at) => [
        (timeMs - START_MS) / 1000,
        isStaleAt(bits, at) ? 'stale' : values[at]!,
      ]);
    }
    return found;
  }
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
