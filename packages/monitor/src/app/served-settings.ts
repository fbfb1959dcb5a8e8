// What the API tells of the settings, under the names that Prometheus has for them: the flags that mean something here, and which
// parts of PromQL and of the API there are.

import type { Config } from '../config/schema.ts';
import { formatDuration, formatSize } from '../model/duration.ts';
import { DEFAULT_LOOKBACK_MS } from '../promql/engine.ts';
import { FOLDS } from '../promql/evaluate/aggregate/fold.ts';
import { EXPERIMENTAL_AGGREGATIONS, PARAMETER_TYPES } from '../promql/parse/operands.ts';
import { BINARY_OPERATORS } from '../promql/parse/parser.ts';
import { functionNamed, functionNames } from '../promql/plan/functions/index.ts';
import type { ServedSettings } from '../server/prometheus/served-settings.ts';
import { queryLanguageOf } from './query-language.ts';
import { featuresOf } from './query-options.ts';

/** Those of matchers, and `@`, which Prometheus counts among the operators. */
const OTHER_OPERATORS = ['=~', '!~', '@'];
const MODIFIERS = [
  'at_modifier',
  'bool',
  'by',
  'group_left',
  'group_right',
  'ignoring',
  'negative_offset',
  'offset',
  'on',
  'without',
];

export function servedSettingsOf(config: Config): ServedSettings {
  const { collection, query, storage } = config;
  return {
    flags: flagsOf(config),
    collectionIntervalMs: collection.interval,
    collectionTimeoutMs: collection.timeout,
    evaluationIntervalMs: query.subqueryStep,
    retention: storage.retention === undefined ? '' : formatDuration(storage.retention),
    features: featureReportOf(config),
    language: queryLanguageOf(query),
  };
}

function flagsOf({ server, storage, query, log }: Config): Record<string, string> {
  const { retention, retentionSize } = storage;
  return {
    'enable-feature': query.features.join(','),
    'log.level': log.level,
    'query.lookback-delta': formatDuration(query.lookback ?? DEFAULT_LOOKBACK_MS),
    'query.max-concurrency': String(query.maxConcurrency),
    'query.max-samples': String(query.maxSamples),
    'query.timeout': formatDuration(query.timeout),
    'storage.tsdb.path': storage.directory,
    'storage.tsdb.retention.size': retentionSize === undefined ? '0B' : formatSize(retentionSize),
    'storage.tsdb.retention.time': retention === undefined ? '' : formatDuration(retention),
    'web.config.file': server.webConfig ?? '',
    'web.enable-admin-api': String(server.adminApi),
    'web.enable-lifecycle': 'false',
    'web.enable-otlp-receiver': 'true',
    'web.enable-remote-write-receiver': 'true',
    'web.listen-address': `${server.host}:${server.port}`,
  };
}

function featureReportOf({ server, query, otlp }: Config): ServedSettings['features'] {
  const features = featuresOf(query);
  const on = (names: readonly string[], isOn = true) => Object.fromEntries(names.map((name) => [name, isOn]));
  return {
    api: {
      admin: server.adminApi,
      lifecycle: false,
      otlp_write_receiver: true,
      remote_write_receiver: true,
      search: false,
      ...on([
        'exclude_alerts',
        'label_values_match',
        'query_stats',
        'query_warnings',
        'time_range_labels',
        'time_range_series',
      ]),
    },
    otlp_receiver: { delta_conversion: otlp.delta === 'cumulative', native_delta_ingestion: false },
    prometheus: { agent_mode: false, auto_reload_config: false, server_mode: true },
    promql: {
      ...on([...MODIFIERS, 'per_query_lookback_delta', 'subqueries']),
      ...on(['anchored', 'smoothed'], features.extendedRangeSelectors),
      ...on(['fill', 'fill_left', 'fill_right'], features.fillModifiers),
      delayed_name_removal: features.delayedNameRemoval,
      duration_expr: true,
      per_step_stats: false,
      type_and_unit_labels: features.typeAndUnitLabels,
    },
    promql_functions: Object.fromEntries(
      functionNames().map((name) => [
        name,
        functionNamed(name)?.isExperimental !== true || features.experimentalFunctions,
      ]),
    ),
    promql_operators: {
      ...on([...BINARY_OPERATORS, ...OTHER_OPERATORS, ...FOLDS.keys(), ...PARAMETER_TYPES.keys()]),
      ...on([...EXPERIMENTAL_AGGREGATIONS], features.experimentalFunctions),
    },
    scrape: { extra_scrape_metrics: true, type_and_unit_labels: false },
    tsdb: { exemplar_storage: true, native_histograms: true },
  };
}
