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
