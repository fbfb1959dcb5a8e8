// Numbers within label values, where 1 and 1.0 are two different series: OpenMetrics asks for what Go's %g prints, with `.0`
// where nothing else tells that it is a float, so that the same bound has the same text whoever exposes it.
// Source: OpenMetrics 1.0, "Canonical Numbers"; Go's strconv.FormatFloat(value, 'g', -1, 64)

/** Go prints an exponent below and from these powers of ten on. */
const LOWEST_PLAIN_EXPONENT = -4;
const FIRST_LARGE_EXPONENT = 6;

/** `+Inf`, `-Inf`, `NaN`, or the shortest digits as %g has them: `0.1`, `1`, `1e+06`, `1e-05`. */
export function goNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (value === 0 || Number.isNaN(value)) return String(value);
  const [digits = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  // Between these powers JavaScript prints no exponent either.
  if (exponent >= LOWEST_PLAIN_EXPONENT && exponent < FIRST_LARGE_EXPONENT) return String(value);
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
}

/** As OpenMetrics wants `le` and `quantile`: `0.1`, `1.0`, `1e+06`, `+Inf`. */
export function canonicalNumber(value: number): string {
  const text = goNumber(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
