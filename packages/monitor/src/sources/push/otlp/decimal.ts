// A number in digits without an exponent: how Prometheus writes the bounds of OTLP histograms and quantiles as labels.

export function decimalText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  if (Object.is(value, -0)) return '-0';
  const shortest = String(value);
  const parts = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(shortest);
  if (parts === null) return shortest;
  const [, sign = '', first = '', rest = '', exponentText = '0'] = parts;
  const digits = first + rest;
  const exponent = Number(exponentText);
  // Numbers get an exponent from 1e21 on, when all digits stand before the point, and below 1e-6, when none does.
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  return sign + digits.padEnd(exponent + 1, '0');
}
