// Numbers of samples as text: the shortest decimal that reads back as the same double.

/** Of a finite number: valid in JSON, in the line protocol and in expositions. */
export function finiteText(value: number): string {
  return value === 0 && 1 / value < 0 ? '-0' : String(value);
}

/** As expositions and CSV have it: `NaN`, `+Inf`, `-Inf`. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return finiteText(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

/** As Prometheus' API has them: `1e+21`, `1e-07`, `NaN`, `+Inf`, `-Inf`, `-0`. */
export function apiNumberText(value: number): string {
  const text = numberText(value);
  // JavaScript takes to exponents where Prometheus does, below 1e-6 and from 1e21 on, but writes one digit of them.
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text;
}
