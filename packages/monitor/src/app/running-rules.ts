// The rules of a running monitor: reads their files, hands the groups to the storage worker, has them evaluated at their slots, and
// tells what came of it. A reload keeps what is known of rules that stay; a group that has become wrong stays as it was.

import type { Logger } from 'pino';
import { ConfigError } from '../config/read-config.ts';
import type { Config } from '../config/schema.ts';
import type { PacedClock } from '../model/clock.ts';
import type { Adapter } from '../rules/adapters/adapter.ts';
import {
  type AlertOrigin,
  type GroupEvaluation,
  groupKey,
  type RuleFile,
  type RuleGroup,
  type RuleProblem,
} from '../rules/interface.ts';
import { RuleSchedule } from '../rules/schedule.ts';
import type { PresetOf } from './chain-groups.ts';
import { readRuleFiles } from './rule-files.ts';

/** The storage worker, as far as rules are concerned. */
interface RuleHost {
  setRules(groups: readonly RuleGroup[], origin: AlertOrigin, timeMs: number): Promise<void>;
  evaluateRules(key: string, timeMs: number, missed: number): Promise<GroupEvaluation>;
}

interface RuleObserver {
  ruleGroupEvaluated(evaluation: GroupEvaluation, missed: number): void;
  /** Whether everything that was read is in force. */
  configLoaded(isWhole: boolean): void;
}

/** Where rules come from. */
export interface RulesSource {
  /** Patterns of files are relative to it. */
  readonly directory: string;
  /** The configuration as it is now; undefined where there is none to read anew. @throws {ConfigError} */
  readonly readConfig?: () => Config;
}

export interface RunningRulesOptions {
  readonly host: RuleHost;
  readonly clock: PacedClock;
  readonly config: Config;
  readonly source: RulesSource;
  /** Where the monitor is reached. */
  readonly url: string;
  /** Those whose recording rules are evaluated. */
  readonly adapters: () => readonly Adapter[];
  /** What is known of clients by now. */
  readonly presetOf: PresetOf;
  readonly observer: RuleObserver;
  /** An alert has come, fired or gone, or other rules are in force or fail. */
  readonly onChange: () => void;
  readonly logger: Logger;
}

const SOON_MS = 1000;

export class RunningRules {
  readonly #options: RunningRulesOptions;
  readonly #schedule: RuleSchedule;
  /** One reading waits for the other. */
  #loading: Promise<unknown> = Promise.resolve();
  #loadingSoon: NodeJS.Timeout | undefined;
  /** By the path of their file. */
  #groups = new Map<string, readonly RuleGroup[]>();
  /** The rules that failed in the last evaluation of each group that has any, by its key. */
  readonly #failing = new Map<string, string>();

  constructor(options: RunningRulesOptions) {
    this.#options = options;
    this.#schedule = new RuleSchedule({
      clock: options.clock,
      defaultIntervalMs: options.config.rules.evaluationInterval,
      evaluate: (key, timeMs, missed) => this.#evaluate(key, timeMs, missed),
    });
  }

  /** Reads the files anew; what is wrong in them, and left as it was. */
  load(): Promise<readonly string[]> {
    clearTimeout(this.#loadingSoon);
    const loading = this.#loading.then(() => this.#loadNow());
    this.#loading = loading.catch(() => {});
    return loading;
  }

  /** As `load`, once for all that comes within a second. */
  loadSoon(): void {
    clearTimeout(this.#loadingSoon);
    this.#loadingSoon = setTimeout(() => {
      this.load().catch((error: unknown) => this.#options.logger.error({ err: error }, 'the rules could not be read'));
    }, SOON_MS);
  }

  async #loadNow(): Promise<readonly string[]> {
    try {
      const problems = await this.#load(this.#options.source.readConfig?.() ?? this.#options.config);
      const told = problems.map(({ path, line, column, message }) => `${path}:${line}:${column}: ${message}`);
      this.#options.observer.configLoaded(told.length === 0);
      return told;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.#options.observer.configLoaded(false);
      for (const problem of error.problems) this.#options.logger.error(problem);
      return error.problems;
    }
  }

  async #load(config: Config): Promise<readonly RuleProblem[]> {
    const { host, clock, source, logger } = this.#options;
    const files = readRuleFiles({
      config,
      directory: source.directory,
      runbookUrl: this.#runbookUrl(config),
      adapters: this.#options.adapters(),
      presetOf: this.#options.presetOf,
    });
    this.#groups = new Map(files.map((file) => [file.path, soundGroups(file, this.#groups.get(file.path) ?? [])]));
    const groups = [...this.#groups.values()].flat();
    const problems = files.flatMap((file) => file.problems);
    for (const { path, line, column, group, message } of problems) {
      const kept = group === undefined ? 'the file' : `group "${group}"`;
      logger.error(`${path}:${line}:${column}: ${message} (${kept} is not evaluated as it is now)`);
    }
    await host.setRules(groups, this.#originOf(config), clock.nowMs());
    this.#schedule.setGroups(groups);
    this.#failing.clear();
    this.#options.onChange();
    return problems;
  }

  /** Fulfilled when no evaluation is under way. */
  stop(): Promise<void> {
    clearTimeout(this.#loadingSoon);
    return this.#schedule.stop();
  }

  /** Of the schedule, and those that commits have caused. */
  evaluated(evaluation: GroupEvaluation, missed = 0): void {
    const { observer, logger } = this.#options;
    observer.ruleGroupEvaluated(evaluation, missed);
    const { group, file } = evaluation;
    if (missed > 0) {
      logger.warn(
        { group, file, missed },
        `rule group "${group}" missed ${missed} evaluations: they take longer than its interval`,
      );
    }
    for (const { rule, message } of evaluation.failures) {
      logger.warn({ group, file, rule }, `rule "${rule}" of group "${group}" failed: ${message}`);
    }
    for (const { alert, to, labels } of evaluation.changes) {
      if (to === 'firing' || to === 'resolved') logger.info({ alert, labels }, `alert ${alert} is ${to}`);
    }
    if (this.#failsOtherwise(evaluation) || evaluation.changes.length > 0) this.#options.onChange();
  }

  /** Whether other rules of the group fail than did before. */
  #failsOtherwise(evaluation: GroupEvaluation): boolean {
    const key = groupKey({ file: evaluation.file, name: evaluation.group });
    const failing = evaluation.failures.map(({ rule }) => rule).join('\n');
    const before = this.#failing.get(key) ?? '';
    if (failing === '') this.#failing.delete(key);
    else this.#failing.set(key, failing);
    return failing !== before;
  }

  async #evaluate(key: string, timeMs: number, missed: number): Promise<void> {
    try {
      this.evaluated(await this.#options.host.evaluateRules(key, timeMs, missed), missed);
    } catch (error) {
      this.#options.logger.error({ err: error }, `the rules of ${key} could not be evaluated`);
    }
  }

  #originOf({ rules, storage }: Config): AlertOrigin {
    return { externalLabels: storage.remote.externalLabels, externalUrl: rules.externalUrl ?? this.#options.url };
  }

  #runbookUrl({ rules }: Config): string {
    return rules.runbookUrl ?? new URL('runbooks/', rules.externalUrl ?? this.#options.url).href;
  }
}

/** The groups of a file, and of those that are wrong now the ones that were read before. */
function soundGroups({ groups, problems }: RuleFile, before: readonly RuleGroup[]): readonly RuleGroup[] {
  const isWhollyWrong = problems.some(({ group }) => group === undefined);
  const wrong = new Set(problems.map(({ group }) => group));
  const read = new Set(groups.map(groupKey));
  const kept = before.filter((group) => (isWhollyWrong || wrong.has(group.name)) && !read.has(groupKey(group)));
  return [...groups, ...kept];
}
