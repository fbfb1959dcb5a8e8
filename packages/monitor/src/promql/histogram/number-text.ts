// Numbers as Go's %g has them, which Prometheus uses in its notes and for the label of `histogram_quantiles`: with an exponent
// below 1e-4 and from 1e6 on, or from as many digits on as are wanted.

const SHORTEST_PLACES = 6;
const LEAST_EXPONENT = -4;
/** More than any double that lies in the middle between two short texts has. */
const EXACT_DIGITS = 60;

/** The shortest text that reads back as the same number, or so many digits rounded half to even. */
export function generalText(value: number, digits?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const absolute = Math.abs(value);
  const [mantissa = '0', exponentText = '0'] = rounded(absolute, digits).split('e');
  const exponent = Number(exponentText);
  const significant = mantissa.replace('.', '').replace(/0+$/, '') || '0';
  if (exponent < LEAST_EXPONENT || exponent >= (digits ?? SHORTEST_PLACES)) {
    const fraction = significant.length > 1 ? `.${significant.slice(1)}` : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${significant[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${significant}`;
  const whole = significant.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = significant.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** As the value of a label: a number that looks whole gets a fraction. */
export function labelText(value: number): string {
  if (value === 0) return '0.0';
  const text = generalText(value);
  return Number.isFinite(value) && !/[e.]/.test(text) ? `${text}.0` : text;
}

function rounded(absolute: number, digits: number | undefined): string {
  if (digits === undefined || absolute === 0) return absolute.toExponential();
  const exact = absolute.toExponential(EXACT_DIGITS);
  const [mantissa = '0', exponent = '0'] = exact.split('e');
  const kept = mantissa.slice(0, digits + 1);
  const isHalfOfEven = /^50*$/.test(mantissa.slice(digits + 1)) && Number(kept.at(-1)) % 2 === 0;
  return isHalfOfEven ? `${kept}e${exponent}` : absolute.toExponential(digits - 1);
}
