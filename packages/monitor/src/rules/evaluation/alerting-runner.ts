// An alerting rule: each series of the answer is an alert, whose labels and annotations are templates filled with it. A
// template that fails leaves its error where its text would be: the alert stands all the same.

import { ChainpulseError } from '../../model/errors.ts';
import { type Labels, labelsFrom, labelsKey, METRIC_NAME } from '../../model/labels.ts';
import type { VectorSample } from '../../promql/interface.ts';
import type { AlertingRule, AlertingRuleStatus, AlertOrigin } from '../interface.ts';
import type { RuleLimits } from '../limits.ts';
import { expandTemplate, parseTemplate, type Template, type TemplateFunctions } from '../template/template.ts';
import { AlertStates, type FoundAlert } from './alert-states.ts';
import { type ResultRow, ResultSeries } from './result-series.ts';
import {
  type Ask,
  type EvaluationTime,
  type RuleResult,
  type RuleRunner,
  type RunState,
  samplesOf,
} from './rule-runner.ts';

const ALERT_NAME = 'alertname';
const ALERT_STATE = 'alertstate';
const ALERTS = 'ALERTS';
export const ALERTS_FOR_STATE = 'ALERTS_FOR_STATE';

type LabelTemplate = readonly [name: string, template: Template];

export class AlertingRunner implements RuleRunner {
  readonly series = new ResultSeries();
  readonly identity: string;
  readonly rule: AlertingRule;
  readonly #limits: RuleLimits;
  readonly #origin: AlertOrigin;
  readonly #states: AlertStates;
  readonly #labels: readonly LabelTemplate[];
  readonly #annotations: readonly LabelTemplate[];
  /** What is stored says since when alerts are active, so nothing is stored before that was read. */
  isRestored: boolean;

  constructor(
    rule: AlertingRule,
    limits: RuleLimits,
    origin: AlertOrigin,
    { isRestored }: { readonly isRestored: boolean },
  ) {
    this.isRestored = isRestored;
    this.rule = rule;
    this.#limits = limits;
    this.#origin = origin;
    this.#states = new AlertStates(limits.maxResolved);
    this.#labels = templatesOf(rule.labels, rule.alert);
    this.#annotations = templatesOf(rule.annotations, rule.alert);
    this.identity = `alert ${rule.alert} ${labelsKey(rule.labels)}`;
  }

  async evaluate(ask: Ask, { timeMs, offsetMs, limit }: EvaluationTime): Promise<RuleResult> {
    const samples = samplesOf(await ask(this.rule.expression, timeMs - offsetMs));
    if (samples.length > this.#limits.maxResults) {
      const { maxResults } = this.#limits;
      throw new ChainpulseError(
        'rule_limit',
        `the rule gives ${samples.length} alerts, more than ${maxResults}: aggregate, so that an alert is of a node and not of each of its parts`,
      );
    }
    const found = await this.#found(samples, ask, timeMs);
    const changes = this.#states.update(found, timeMs, this.rule);
    const active = this.#states.active.length;
    if (limit > 0 && active > limit) {
      const over = this.#states.clear(timeMs);
      return { rows: [], changes: [...changes, ...over], failure: `exceeded limit of ${limit} with ${active} alerts` };
    }
    return { rows: this.isRestored ? this.#rows() : [], changes };
  }

  /** The keys of the alerts that are active. */
  activeKeys(): readonly string[] {
    return this.#states.active.map(({ labels }) => labelsKey(labels));
  }

  restore(key: string, activeAtMs: number): void {
    this.#states.restore(key, activeAtMs);
  }

  continueFrom(other: RuleRunner): void {
    this.series.continueFrom(other.series);
    if (!(other instanceof AlertingRunner)) return;
    this.#states.continueFrom(other.#states);
    this.isRestored = other.isRestored;
  }

  status(state: RunState): AlertingRuleStatus {
    const alerts = this.#states.active;
    const wasEvaluated = state.lastEvaluationMs !== undefined;
    const worst = alerts.some((alert) => alert.state === 'firing') ? 'firing' : 'pending';
    return {
      kind: 'alerting',
      rule: this.rule,
      ...state,
      state: wasEvaluated ? (alerts.length === 0 ? 'inactive' : worst) : 'unknown',
      alerts,
      resolved: this.#states.resolved,
    };
  }

  async #found(samples: readonly VectorSample[], ask: Ask, timeMs: number): Promise<readonly FoundAlert[]> {
    const functions: TemplateFunctions = {
      query: async (expression) => samplesOf(await ask(expression, timeMs)),
      nowMs: timeMs,
    };
    const found: FoundAlert[] = [];
    const keys = new Set<string>();
    for (const sample of samples) {
      const expand = (templates: readonly LabelTemplate[]) => this.#expand(templates, sample, functions);
      const labels = labelsFrom([
        ...sample.labels.filter(({ name }) => name !== METRIC_NAME).map(({ name, value }) => [name, value] as const),
        ...(await expand(this.#labels)),
        [ALERT_NAME, this.rule.alert],
      ]);
      const key = labelsKey(labels);
      if (keys.has(key)) {
        throw new ChainpulseError(
          'rule_duplicate',
          'vector contains metrics with the same labelset after applying alert labels',
        );
      }
      keys.add(key);
      found.push({ key, labels, annotations: annotationsFrom(await expand(this.#annotations)), value: sample.value });
    }
    return found;
  }

  async #expand(
    templates: readonly LabelTemplate[],
    { labels, value }: VectorSample,
    functions: TemplateFunctions,
  ): Promise<readonly (readonly [string, string])[]> {
    const expanded: [string, string][] = [];
    for (const [name, template] of templates) {
      expanded.push([name, await this.#text(template, { labels, value, ...this.#origin }, functions)]);
    }
    return expanded;
  }

  async #text(...given: Parameters<typeof expandTemplate>): Promise<string> {
    try {
      return await expandTemplate(...given);
    } catch (error) {
      return `<error expanding template: ${(error as Error).message}>`;
    }
  }

  #rows(): readonly ResultRow[] {
    return this.#states.active.flatMap(({ labels, state, activeAtMs }) => {
      const series = (...more: readonly (readonly [string, string])[]) =>
        labelsFrom([
          ...this.rule.labels.map(({ name, value }) => [name, value] as const),
          ...labels.map(({ name, value }) => [name, value] as const),
          ...more,
        ]);
      return [
        { labels: series([METRIC_NAME, ALERTS], [ALERT_STATE, state]), value: 1 },
        { labels: series([METRIC_NAME, ALERTS_FOR_STATE]), value: Math.floor(activeAtMs / 1000) },
      ];
    });
  }
}

function templatesOf(labels: Labels, alert: string): readonly LabelTemplate[] {
  return labels.map(({ name, value }) => [name, parseTemplate(value, `__alert_${alert}`)] as const);
}

/** In the order of names. Unlike a label, an annotation may be empty. */
function annotationsFrom(expanded: readonly (readonly [string, string])[]): Labels {
  return expanded.map(([name, value]) => ({ name, value }));
}
