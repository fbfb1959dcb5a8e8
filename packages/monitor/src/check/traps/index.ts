// All traps, in the order of the reference.

import type { ReadingTrap, Trap } from '../interface.ts';
import { ABSENT_WITHOUT_LABELS } from './absent-without-labels.ts';
import { ACTIVITY_GAUGE } from './activity-gauge.ts';
import { ALWAYS_TRUE } from './always-true.ts';
import { BAD_TEMPLATE } from './bad-template.ts';
import { CONTRADICTING_MATCHERS } from './contradicting-matchers.ts';
import { CONTRADICTION } from './contradiction.ts';
import { COUNTER_RATIO } from './counter-ratio.ts';
import { DUPLICATE_RULE } from './duplicate-rule.ts';
import { EMPTY_JOIN } from './empty-join.ts';
import { EMPTY_VARIABLE } from './empty-variable.ts';
import { FIXED_DATASOURCE } from './fixed-datasource.ts';
import { FOR_OUTLIVES_WINDOW } from './for-outlives-window.ts';
import { GAUGE_FUNCTION_ON_COUNTER } from './gauge-function-on-counter.ts';
import { IMPOSSIBLE_THRESHOLD } from './impossible-threshold.ts';
import { INTERVAL_LONGER_THAN_WINDOW } from './interval-longer-than-window.ts';
import { LABEL_OVERWRITTEN } from './label-overwritten.ts';
import { LIFETIME_COUNTER } from './lifetime-counter.ts';
import { MANY_TO_MANY } from './many-to-many.ts';
import { NEWER_SYNTAX } from './newer-syntax.ts';
import { PANEL_UNIT } from './panel-unit.ts';
import { QUANTILE_OUT_OF_RANGE } from './quantile-out-of-range.ts';
import { QUANTILE_WITHOUT_BUCKETS } from './quantile-without-buckets.ts';
import { RATE_ON_GAUGE } from './rate-on-gauge.ts';
import { INVALID_EXPRESSION, INVALID_FILE, STRING_COMPARISON } from './reading.ts';
import { RECORD_CLASHES } from './record-clashes.ts';
import { RECORDED_LATER } from './recorded-later.ts';
import { RECORDING_LOOP } from './recording-loop.ts';
import { REGEX_MATCHES_NOTHING } from './regex-matches-nothing.ts';
import { RUNBOOK_OUTSIDE_ANNOTATIONS } from './runbook-outside-annotations.ts';
import { SEVERITY_ROUTING } from './severity-routing.ts';
import { SHARED_STATE_PER_NODE } from './shared-state-per-node.ts';
import { STALLED_WHEN_FINISHED } from './stalled-when-finished.ts';
import { UNGUARDED_DIVISION } from './unguarded-division.ts';
import { UNINITIALISED_COUNTER } from './uninitialised-counter.ts';
import { UNIT_MISMATCH } from './unit-mismatch.ts';
import { UNKNOWN_LABEL } from './unknown-label.ts';
import { UNKNOWN_LABEL_VALUE } from './unknown-label-value.ts';
import { UNKNOWN_METRIC } from './unknown-metric.ts';
import { WINDOW_TOO_SHORT } from './window-too-short.ts';

export const READING_TRAPS: readonly ReadingTrap[] = [INVALID_FILE, INVALID_EXPRESSION, STRING_COMPARISON];

export const TRAPS: readonly Trap[] = [
  UNKNOWN_METRIC,
  UNKNOWN_LABEL,
  UNKNOWN_LABEL_VALUE,
  REGEX_MATCHES_NOTHING,
  CONTRADICTING_MATCHERS,
  EMPTY_JOIN,
  MANY_TO_MANY,
  CONTRADICTION,
  IMPOSSIBLE_THRESHOLD,
  ALWAYS_TRUE,
  QUANTILE_OUT_OF_RANGE,
  FOR_OUTLIVES_WINDOW,
  INTERVAL_LONGER_THAN_WINDOW,
  WINDOW_TOO_SHORT,
  RATE_ON_GAUGE,
  GAUGE_FUNCTION_ON_COUNTER,
  LIFETIME_COUNTER,
  COUNTER_RATIO,
  UNGUARDED_DIVISION,
  QUANTILE_WITHOUT_BUCKETS,
  UNINITIALISED_COUNTER,
  ACTIVITY_GAUGE,
  STALLED_WHEN_FINISHED,
  UNIT_MISMATCH,
  ABSENT_WITHOUT_LABELS,
  BAD_TEMPLATE,
  RUNBOOK_OUTSIDE_ANNOTATIONS,
  SEVERITY_ROUTING,
  LABEL_OVERWRITTEN,
  SHARED_STATE_PER_NODE,
  DUPLICATE_RULE,
  RECORDING_LOOP,
  RECORDED_LATER,
  RECORD_CLASHES,
  NEWER_SYNTAX,
  PANEL_UNIT,
  FIXED_DATASOURCE,
  EMPTY_VARIABLE,
];
