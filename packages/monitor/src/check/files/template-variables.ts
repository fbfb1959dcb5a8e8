// Variables of dashboards in an expression: `$name`, `${name}`, `${name:format}`, `[[name]]` and Grafana's own. Each becomes text that
// the language takes in its place, and stands for any value; places in the result lead back to what is written.
// https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/

import { ANY_VALUE } from '../expression/any-value.ts';

const VARIABLE = /\$\{(\w+)(?:\.[\w.]+)?(?::[^}]*)?\}|\[\[(\w+)(?::[^\]]*)?\]\]|\$(\w+)/g;
const DURATION = /^(?:[0-9]+(?:ms|[smhdwy]))+$/;
const NUMBER = /^-?[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]+)?$/i;

export interface Filled {
  readonly text: string;
  /** Offset in the text as it is written. */
  readonly offsetOf: (offset: number) => number;
}

/** `values` are what the dashboard says of its variables. */
export function fillVariables(written: string, values: ReadonlyMap<string, string>, windowMs: number): Filled {
  const pieces: { readonly at: number; readonly from: number; readonly length: number }[] = [];
  let text = '';
  let end = 0;
  for (const match of written.matchAll(VARIABLE)) {
    const name = match[1] ?? match[2] ?? match[3] ?? '';
    // In a regular expression `$` is its end, and `$1` what label_replace puts in.
    if (/^[0-9]/.test(name)) continue;
    text += written.slice(end, match.index);
    const value = filling(name, text, values, windowMs);
    pieces.push({ at: text.length, from: match.index, length: value.length });
    text += value;
    end = match.index + match[0].length;
    pieces.push({ at: text.length, from: end, length: 0 });
  }
  text += written.slice(end);
  const offsetOf = (offset: number): number => {
    const piece = pieces.findLast(({ at }) => at <= offset);
    if (piece === undefined) return offset;
    return piece.length > 0 ? piece.from : piece.from + offset - piece.at;
  };
  return { text, offsetOf };
}

function filling(name: string, before: string, values: ReadonlyMap<string, string>, windowMs: number): string {
  if (isInString(before)) return ANY_VALUE;
  switch (name) {
    case '__rate_interval':
    case '__interval':
      return `${windowMs}ms`;
    case '__range':
      return '1h';
    case '__interval_ms':
    case '__rate_interval_ms':
      return String(windowMs);
    case '__range_s':
      return '3600';
    case '__range_ms':
      return '3600000';
    case '__from':
    case '__to':
      return '1700000000000';
  }
  const value = values.get(name) ?? '';
  const unit = /[0-9]$/.test(before);
  if (unit) return 'm';
  if (/(?:\[|:|\boffset\s+-?)\s*$/.test(before)) return DURATION.test(value) ? value : `${windowMs}ms`;
  return NUMBER.test(value) ? value : ANY_VALUE;
}

/** Whether text that begins so is in the middle of a string. */
function isInString(text: string): boolean {
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (quote === '') {
      if (character === '"' || character === "'" || character === '`') quote = character;
    } else if (character === '\\' && quote !== '`') at++;
    else if (character === quote) quote = '';
  }
  return quote !== '';
}
