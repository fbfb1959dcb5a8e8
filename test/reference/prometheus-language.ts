// What the parser of Prometheus 3.14 knows by name, to see that nothing of it is missing here. Sources:
// https://github.com/prometheus/prometheus/blob/v3.14.0/promql/parser/functions.go
// https://github.com/prometheus/prometheus/blob/v3.14.0/promql/parser/lex.go

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

export const STABLE_FUNCTIONS = words(`
  abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max clamp_min cos cosh
  count_over_time day_of_month day_of_week day_of_year days_in_month deg delta deriv exp first_over_time floor histogram_avg
  histogram_count histogram_fraction histogram_quantile histogram_stddev histogram_stdvar histogram_sum hour idelta increase
  irate label_join label_replace last_over_time ln log10 log2 max_over_time min_over_time minute month pi predict_linear
  present_over_time quantile_over_time rad rate resets round scalar sgn sin sinh sort sort_desc sqrt stddev_over_time
  stdvar_over_time sum_over_time tan tanh time timestamp vector year`);

export const EXPERIMENTAL_FUNCTIONS = words(`
  double_exponential_smoothing end histogram_quantiles info mad_over_time max_of min_of range sort_by_label sort_by_label_desc
  start start_timestamp step ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time`);

export const STABLE_AGGREGATIONS = words(
  'avg bottomk count count_values group max min quantile stddev stdvar sum topk',
);

export const EXPERIMENTAL_AGGREGATIONS = words('limit_ratio limitk');

/** With spaces around where they are words, as they stand between two operands. */
export const OPERATORS = words('+ - * / % ^ atan2 == != < <= > >= </ >/ and or unless');

/** Words that stand beside operands: all keywords of the lexer that are no operator and no aggregation. */
export const KEYWORDS = words(`
  anchored bool by end fill fill_left fill_right group_left group_right ignoring max_of min_of offset on range smoothed start
  step without`);
