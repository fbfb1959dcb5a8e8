// Everything in the language but its functions and aggregations: how each form is written, and an expression in which the engine is
// asked about it.

export interface Form {
  /** As it is written. */
  readonly form: string;
  /** With the names of the trial's store. */
  readonly example: string;
  readonly meaning: string;
}

export const SELECTOR_FORMS: readonly Form[] = [
  {
    form: '`name`',
    example: 'queue',
    meaning: 'the latest sample of each series of that name, at most the lookback old',
  },
  {
    form: '`name{a="b", c!="d", e=~"f.*", g!~"h"}`',
    example: 'queue{job="api", instance!="3", job=~"a.*", job!~"b"}',
    meaning: "matchers; regular expressions are RE2's and match the whole value; an absent label is the empty one",
  },
  {
    form: '`{"any name", "any label"="x"}`',
    example: '{"http.requests", "job"="api"}',
    meaning: 'names of any UTF-8 text, in quotes; also in `by`, `on` and the like',
  },
  {
    form: '`v[5m]`, `v[300]`, `v[1h30m]`',
    example: 'last_over_time(queue[300])',
    meaning: 'a range; a number is seconds',
  },
  {
    form: '`v[1h:5m]`',
    example: 'max_over_time(queue[2m:1m])',
    meaning: 'a subquery: the vector at each of these steps',
  },
  { form: '`v[1h:]`', example: 'max_over_time(queue[2m:])', meaning: 'with the step `query.subqueryStep`' },
  {
    form: '`v[step() * 2]`, `v[range()]`, `v[min_of(5m, 1h)]`, `v[max_of(5m, step())]`',
    example: 'last_over_time(queue[max_of(min_of(step() * 2, range()), 1m)])',
    meaning:
      'durations with `+ - * / % ^`, brackets, the step and the range of the query; in subqueries and behind `offset` too',
  },
  {
    form: '`v[5m] anchored`',
    example: 'increase(requests_total[5m] anchored)',
    meaning: 'the value at the start of the range is that of the last sample before it; nothing is extrapolated',
  },
  {
    form: '`v[5m] smoothed`, `v smoothed`',
    example: 'increase(requests_total[5m] smoothed) + queue smoothed',
    meaning: 'the values at both ends lie on the line between the samples around them',
  },
];

export const MODIFIER_FORMS: readonly Form[] = [
  {
    form: '`offset 5m`, `offset -5m`',
    example: 'queue offset 5m + queue offset -5m',
    meaning: 'as it was, as it will be',
  },
  { form: '`offset 1.5`', example: 'queue offset 1.5', meaning: 'a number is seconds' },
  { form: '`offset (step() * 2)`', example: 'queue offset (step() * 2)', meaning: 'computed' },
  { form: '`@ 1700000000.5`', example: 'queue @ 300.5', meaning: 'at that moment, in Unix seconds, at every step' },
  {
    form: '`@ start()`, `@ end()`',
    example: 'queue @ start() + queue @ end()',
    meaning: 'at the first, the last step',
  },
  {
    form: 'both, in any order',
    example: 'queue @ 300 offset 1m + queue offset 1m @ 300',
    meaning: 'the offset counts from `@`',
  },
];

export const MATCHING_FORMS: readonly Form[] = [
  { form: '`bool`', example: 'queue > bool limit', meaning: 'a comparison answers 1 or 0, and drops nothing' },
  { form: '`on (a, b)`', example: 'queue + on (job, instance) limit', meaning: 'series match by these labels' },
  { form: '`ignoring (a)`', example: 'queue + ignoring (version) limit', meaning: 'series match by all other labels' },
  {
    form: '`group_left (x)`',
    example: 'queue * on (job) group_left (version) build',
    meaning: 'many on the left to one on the right; labels that are taken from the one',
  },
  {
    form: '`group_right (x)`',
    example: 'build * on (job) group_right (version) queue',
    meaning: 'the other way round',
  },
  { form: '`fill (0)`', example: 'queue + fill (0) limit', meaning: 'a value for what is missing on either side' },
  { form: '`fill_left (0)`', example: 'queue + fill_left (0) limit', meaning: 'on the left side' },
  { form: '`fill_right (0)`', example: 'queue + fill_right (0) limit', meaning: 'on the right side' },
  { form: '`by (a)`', example: 'sum by (job) (queue) + sum(queue) by (job)', meaning: 'groups; before or behind' },
  { form: '`without (a)`', example: 'sum without (instance) (queue)', meaning: 'groups by all other labels' },
];

/** What they are is asked of the engine. */
export const LITERALS: readonly string[] = [
  '1',
  '.5',
  '1.',
  '1e3',
  '1_000',
  '0x1F',
  '017',
  '-1 ^ 2',
  'Inf',
  'NaN',
  '1h30m',
  '250ms',
  '"a\\u00e9\\x41\\n"',
  "'a\"b'",
  '`a\\n`',
];

export const OTHER_FORMS: readonly Form[] = [
  { form: '`# …`', example: 'queue # to the end\n', meaning: 'a comment, to the end of the line' },
  {
    form: '`SUM BY (job) (v)`',
    example: 'SUM BY (job) (queue)',
    meaning: 'keywords in any case; functions in small letters',
  },
  {
    form: '`offset`, `sum`, `by`, `start` as names',
    example: 'offset or sum or by or start',
    meaning: 'metrics and labels may be called like keywords',
  },
  { form: '`(v)`', example: '(queue)', meaning: 'brackets' },
  { form: '`-v`, `+v`', example: '-queue + +queue', meaning: 'signs, which bind less than `^`' },
];

/** What Prometheus takes and this engine does not, or not wholly. */
export const GAPS: readonly { readonly example: string; readonly why: string }[] = [
  {
    example: 'label_replace(queue, "a", "\\xff", "", "")',
    why: 'Label values here are UTF-8 and nothing else, so a string whose bytes are none is refused. Prometheus takes it, and can match no series that it would store.',
  },
  {
    example: 'queue @ 9007199254741',
    why: 'Times are whole milliseconds that a double holds exactly, up to 2^53 ms (the year 287396). Prometheus goes on to 2^63 ms, where it stores nothing.',
  },
];
