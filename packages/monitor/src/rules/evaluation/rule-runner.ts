// What evaluates one rule, whichever its kind: asks the query engine, and gives the rows to store.

import { ChainpulseError } from '../../model/errors.ts';
import type { QueryResult, VectorSample } from '../../promql/interface.ts';
import type { AlertChange, RuleHealth, RuleStatus } from '../interface.ts';
import type { ResultRow, ResultSeries } from './result-series.ts';

export interface RuleResult {
  readonly rows: readonly ResultRow[];
  readonly changes: readonly Omit<AlertChange, 'group' | 'file' | 'alert'>[];
  /** Why nothing is to be stored, although alerts have changed. */
  readonly failure?: string;
}

/** The expression at one time. @throws {QueryError} */
export type Ask = (expression: string, timeMs: number) => Promise<QueryResult>;

export interface EvaluationTime {
  /** Of the evaluation. */
  readonly timeMs: number;
  /** What is asked and stored is so much older. */
  readonly offsetMs: number;
  /** Of the group; 0 for none. */
  readonly limit: number;
}

export interface RuleRunner {
  readonly series: ResultSeries;
  /** Two rules with the same are the same rule, whatever else was changed. */
  readonly identity: string;
  /** @throws {ChainpulseError} when it cannot be evaluated: the rule has failed this time. */
  evaluate(ask: Ask, time: EvaluationTime): Promise<RuleResult>;
  /** Takes over what another version of the rule knows. */
  continueFrom(other: RuleRunner): void;
  status(common: RunState): RuleStatus;
}

/** What is known of the latest evaluation of a rule. */
export interface RunState {
  health: RuleHealth;
  lastError: string;
  lastEvaluationMs: number | undefined;
  lastDurationMs: number;
}

/** Scalars are a vector of one without labels, as in Prometheus. @throws {ChainpulseError} `rule_result` */
export function samplesOf(result: QueryResult): readonly VectorSample[] {
  switch (result.type) {
    case 'vector':
      return result.samples;
    case 'scalar':
      return [{ labels: [], value: result.value }];
    default:
      throw new ChainpulseError('rule_result', 'the rule result is not a vector or scalar');
  }
}
