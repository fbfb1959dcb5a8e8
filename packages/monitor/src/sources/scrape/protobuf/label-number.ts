// Numbers as labels: `le` and `quantile` come as doubles in protobuf and are written as in OpenMetrics, which is how every
// Prometheus names these series: what Go prints for %g, with `.0` where nothing else tells that it is a float.
// Source: OpenMetrics 1.0, "Canonical Numbers"; Go's strconv.FormatFloat(value, 'g', -1, 64)

/** Go prints an exponent below and from these powers of ten on. */
const LOWEST_PLAIN_EXPONENT = -4;
const FIRST_LARGE_EXPONENT = 6;

/** `0.1`, `1.0`, `1e+06`, `1e-05`, `+Inf`. */
export function labelNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Number.isNaN(value)) return 'NaN';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [digits = '', exponentText = ''] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < LOWEST_PLAIN_EXPONENT || exponent >= FIRST_LARGE_EXPONENT) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}
