// A recording rule: the answer of its expression under another name.

import type { NativeHistogram } from '../../model/batch.ts';
import { ChainpulseError } from '../../model/errors.ts';
import { type Labels, labelsFrom, labelsKey, METRIC_NAME } from '../../model/labels.ts';
import type { AnsweredHistogram } from '../../promql/interface.ts';
import type { RecordingRule, RecordingRuleStatus } from '../interface.ts';
import type { RuleLimits } from '../limits.ts';
import { ResultSeries } from './result-series.ts';
import {
  type Ask,
  type EvaluationTime,
  type RuleResult,
  type RuleRunner,
  type RunState,
  samplesOf,
} from './rule-runner.ts';

/** @throws {ChainpulseError} `rule_histogram`: another server told of a histogram without what is needed to store it. */
function storable(histogram: AnsweredHistogram): NativeHistogram {
  if ('schema' in histogram) return histogram;
  throw new ChainpulseError(
    'rule_histogram',
    'the answer has native histograms as another server prints them, which cannot be stored: set storage.remote.evaluate to local',
  );
}

export class RecordingRunner implements RuleRunner {
  readonly series = new ResultSeries();
  readonly identity: string;
  readonly #rule: RecordingRule;
  readonly #limits: RuleLimits;

  constructor(rule: RecordingRule, limits: RuleLimits) {
    this.#rule = rule;
    this.#limits = limits;
    this.identity = `record ${rule.record} ${labelsKey(rule.labels)}`;
  }

  async evaluate(ask: Ask, { timeMs, offsetMs, limit }: EvaluationTime): Promise<RuleResult> {
    const samples = samplesOf(await ask(this.#rule.expression, timeMs - offsetMs));
    const most = Math.min(limit === 0 ? Number.POSITIVE_INFINITY : limit, this.#limits.maxResults);
    if (samples.length > most) {
      throw new ChainpulseError('rule_limit', `exceeded limit of ${most} with ${samples.length} series`);
    }
    const seen = new Set<string>();
    const rows = samples.map(({ labels, value, histogram }) => {
      const named = this.#labelsOf(labels);
      seen.add(labelsKey(named));
      return { labels: named, value, ...(histogram === undefined ? {} : { histogram: storable(histogram) }) };
    });
    if (seen.size < rows.length) {
      throw new ChainpulseError(
        'rule_duplicate',
        'vector contains metrics with the same labelset after applying rule labels',
      );
    }
    return { rows, changes: [] };
  }

  continueFrom(other: RuleRunner): void {
    this.series.continueFrom(other.series);
  }

  status(state: RunState): RecordingRuleStatus {
    return { kind: 'recording', rule: this.#rule, ...state };
  }

  #labelsOf(labels: Labels): Labels {
    return labelsFrom([
      ...labels.map(({ name, value }) => [name, value] as const),
      ...this.#rule.labels.map(({ name, value }) => [name, value] as const),
      [METRIC_NAME, this.#rule.record],
    ]);
  }
}
