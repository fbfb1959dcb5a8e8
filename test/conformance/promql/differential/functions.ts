// Every function of the language as the generator sees it: what it takes, and how it treats the last bits of its input.

/** `native` and `classic` are vectors that preferably hold such histograms. */
export type Argument =
  | 'vector'
  | 'native'
  | 'classic'
  | 'range'
  | 'scalar'
  | 'quantile'
  | 'factor'
  | 'label'
  | 'labels'
  | 'text'
  | 'pattern'
  | 'replacement'
  | 'info-selector';

export interface FunctionShape {
  readonly name: string;
  readonly takes: readonly Argument[];
  /** How many of the last arguments may be left out. */
  readonly optional?: number;
  readonly isExperimental?: boolean;
  /** Its own result may differ by the last bits: see `inexact.ts`. */
  readonly isInexact?: boolean;
  /** Hands a relative difference on as it is, or smaller; others make more of it and want exact input. */
  readonly isSteady?: boolean;
}

const STEADY = { isSteady: true } as const;
const INEXACT = { isInexact: true } as const;
const EXPERIMENTAL = { isExperimental: true } as const;

function each(names: string, takes: readonly Argument[], options: Partial<FunctionShape> = {}): FunctionShape[] {
  return names.split(' ').map((name) => ({ name, takes, ...options }));
}

export const VECTOR_FUNCTIONS: readonly FunctionShape[] = [
  ...each('abs sqrt deg rad', ['vector'], STEADY),
  ...each('ceil floor sgn timestamp', ['vector']),
  ...each('absent', ['vector'], STEADY),
  ...each('exp ln log2 log10 sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh', ['vector'], INEXACT),
  ...each('clamp', ['vector', 'scalar', 'scalar'], STEADY),
  ...each('clamp_min clamp_max', ['vector', 'scalar'], STEADY),
  ...each('round', ['vector', 'scalar'], { optional: 1 }),
  ...each('days_in_month day_of_month day_of_week day_of_year hour minute month year', ['vector'], { optional: 1 }),
  ...each('label_replace', ['vector', 'label', 'replacement', 'label', 'pattern'], STEADY),
  ...each('label_join', ['vector', 'label', 'text', 'labels'], STEADY),
  ...each('sort sort_desc', ['vector']),
  ...each('vector', ['scalar'], STEADY),
  ...each('histogram_avg histogram_count histogram_sum', ['native'], STEADY),
  ...each('histogram_stddev histogram_stdvar', ['native'], INEXACT),
  ...each('histogram_fraction', ['scalar', 'scalar', 'native'], { ...INEXACT, ...STEADY }),
  ...each('histogram_fraction', ['scalar', 'scalar', 'classic'], { ...INEXACT, ...STEADY }),
  ...each('histogram_quantile', ['quantile', 'native'], { ...INEXACT, ...STEADY }),
  ...each('histogram_quantile', ['quantile', 'classic'], { ...INEXACT, ...STEADY }),
  ...each('histogram_quantiles', ['native', 'label', 'quantile', 'quantile', 'quantile'], {
    ...EXPERIMENTAL,
    ...INEXACT,
    ...STEADY,
  }),
  ...each('histogram_quantiles', ['classic', 'label', 'quantile', 'quantile'], {
    ...EXPERIMENTAL,
    ...INEXACT,
    ...STEADY,
  }),
  ...each('sort_by_label sort_by_label_desc', ['vector', 'labels'], EXPERIMENTAL),
  ...each('info', ['vector', 'info-selector'], { ...EXPERIMENTAL, optional: 1 }),
  ...each('start_timestamp', ['vector'], EXPERIMENTAL),
];

export const RANGE_FUNCTIONS: readonly FunctionShape[] = [
  ...each('rate irate increase delta idelta', ['range']),
  ...each('deriv changes resets', ['range']),
  ...each('predict_linear', ['range', 'scalar']),
  ...each('min_over_time max_over_time last_over_time first_over_time', ['range'], STEADY),
  ...each('avg_over_time sum_over_time stddev_over_time stdvar_over_time', ['range']),
  ...each('count_over_time present_over_time absent_over_time', ['range'], STEADY),
  ...each('quantile_over_time', ['quantile', 'range']),
  ...each('mad_over_time ts_of_min_over_time ts_of_max_over_time', ['range'], EXPERIMENTAL),
  ...each('ts_of_first_over_time ts_of_last_over_time', ['range'], { ...EXPERIMENTAL, ...STEADY }),
  ...each('double_exponential_smoothing', ['range', 'factor', 'factor'], EXPERIMENTAL),
];

export const SCALAR_FUNCTIONS: readonly FunctionShape[] = [
  ...each('time pi', [], STEADY),
  ...each('scalar', ['vector'], STEADY),
  ...each('start end step range', [], { ...EXPERIMENTAL, ...STEADY }),
  ...each('max_of min_of', ['scalar', 'scalar'], { ...EXPERIMENTAL, ...STEADY }),
];

/** Functions that `anchored` and `smoothed` go with; others refuse them. */
export const EXTENDED_RANGE_FUNCTIONS = ['rate', 'increase', 'delta', 'changes', 'resets'] as const;

export const ALL_FUNCTIONS: readonly FunctionShape[] = [...VECTOR_FUNCTIONS, ...RANGE_FUNCTIONS, ...SCALAR_FUNCTIONS];
