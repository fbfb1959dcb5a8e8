// The metrics and labels that generated queries speak of. What a query expects of a metric is a hint and no more: functions
// meet the other kinds too, now and then.

import { UTF8_LABEL, UTF8_NAME } from './data/float-series.ts';

export type Flavour = 'float' | 'classic' | 'native';

export interface Metric {
  readonly name: string;
  readonly flavour: Flavour;
  /** No two of its samples are equal, so that ranks and the first of something mean one thing. */
  readonly isDistinct?: boolean;
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

const SYNTHETIC_LABELS = { job: ['synthetic'], instance: ['a', 'b', 'c', 'd'], zone: ['x', 'y'] };

function metrics(
  flavour: Flavour,
  names: readonly string[],
  labels: Metric['labels'] = SYNTHETIC_LABELS,
  isDistinct = false,
): Metric[] {
  return names.map((name) => ({ name, flavour, labels, isDistinct }));
}

const SYNTHETIC: readonly Metric[] = [
  ...metrics(
    'float',
    ['synthetic_fraction_total', 'synthetic_gauge', 'synthetic_gauge_seconds'],
    SYNTHETIC_LABELS,
    true,
  ),
  ...metrics('float', ['synthetic_large', 'synthetic_tiny', 'synthetic_ending'], SYNTHETIC_LABELS, true),
  ...metrics('float', [
    'synthetic_steady_total',
    'synthetic_resetting_total',
    'synthetic_gappy_total',
    'synthetic_integers',
    'synthetic_special',
    'synthetic_stale',
    'synthetic_late',
    'synthetic_ended',
    'synthetic_sparse',
    'synthetic_once',
    'synthetic_constant',
    'synthetic_unix_seconds',
    'no_such_metric',
  ]),
  ...metrics('float', [UTF8_NAME], { job: ['synthetic'], instance: ['a', 'b', 'c', 'd'], [UTF8_LABEL]: ['ä', 'b'] }),
  ...metrics('float', ['typed_requests', 'typed_temperature'], {
    instance: ['a', 'b'],
    __type__: ['counter', 'gauge', 'unknown'],
    __unit__: ['requests', 'celsius'],
  }),
  ...metrics('float', ['target_info', 'build_info'], { instance: ['a', 'b', 'c'], version: ['1.0', '2.0', 'x'] }),
  ...metrics('classic', ['classic_latency_seconds_bucket'], {
    ...SYNTHETIC_LABELS,
    le: ['0.1', '0.5', '1', '+Inf', 'half'],
  }),
  ...metrics('float', ['classic_latency_seconds_sum', 'classic_latency_seconds_count']),
  ...metrics('native', [
    'native_counter',
    'native_resetting',
    'native_schemas',
    'native_changing',
    'native_gauge',
    'native_float_counts',
    'native_custom',
    'native_custom_differing',
    'native_custom_or_not',
    'native_mixed',
    'native_stale',
    'native_sparse',
    'native_empty',
    'native_growing',
    'native_nan',
    'classic_latency_seconds',
  ]),
];

const INSTANCES = ['beacon1', 'beacon2', 'validator1'];

const RECORDED: readonly Metric[] = [
  ...metrics(
    'float',
    [
      'beacon_head_slot',
      'process_cpu_user_seconds_total',
      'process_resident_memory_bytes',
      'nodejs_eventloop_lag_mean_seconds',
      'gossipsub_heartbeat_duration_seconds_sum',
      'libp2p_peers',
    ],
    { job: ['lodestar'], instance: INSTANCES },
  ),
  ...metrics('float', ['nodejs_gc_runs_total', 'nodejs_gc_duration_seconds_sum'], {
    job: ['lodestar'],
    instance: INSTANCES,
    kind: ['minor', 'major', 'incremental'],
  }),
  ...metrics('float', ['lodestar_api_rest_requests_total'], { job: ['lodestar'], instance: INSTANCES }),
  ...metrics('classic', ['nodejs_gc_duration_seconds_bucket'], {
    job: ['lodestar'],
    instance: INSTANCES,
    kind: ['minor', 'major', 'incremental'],
    le: ['0.001', '0.01', '0.1', '1', '+Inf'],
  }),
];

/** Of the recording only these are loaded. */
export const RECORDED_NAMES: ReadonlySet<string> = new Set(RECORDED.map(({ name }) => name));

/** Metrics that one query speaks of together, and how often: those of one origin share their labels. */
export type Families = readonly (readonly [weight: number, metrics: readonly Metric[]])[];

export const WITH_RECORDING: Families = [
  [7, SYNTHETIC],
  [2, RECORDED],
  [1, [...SYNTHETIC, ...RECORDED]],
];
export const WITHOUT_RECORDING: Families = [[1, SYNTHETIC]];

export const LABELS = ['instance', 'zone', 'job', 'le', 'kind', '__name__', 'none', UTF8_LABEL] as const;
