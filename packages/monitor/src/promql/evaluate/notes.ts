// The warnings and infos of one query: each once, and at most ten of a kind, as Prometheus does.

import { type Span, withPosition } from '../parse/positions.ts';
import { formatFloat } from './floats.ts';

const MAX_NOTES = 10;

export class QueryNotes {
  readonly #text: string;
  readonly #warnings = new Set<string>();
  readonly #infos = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  warn(span: Span, message: string): void {
    this.#warnings.add(withPosition(this.#text, span, `PromQL warning: ${message}`));
  }

  inform(span: Span, message: string): void {
    this.#infos.add(withPosition(this.#text, span, `PromQL info: ${message}`));
  }

  /** What the answer lacks, in the store's own words. */
  warnOfLoss(message: string): void {
    this.#warnings.add(message);
  }

  warnOfQuantiles(span: Span, quantiles: Float64Array): void {
    const invalid = quantiles.find((quantile) => !(quantile >= 0 && quantile <= 1));
    if (invalid !== undefined) {
      this.warn(span, `quantile value should be between 0 and 1, got ${formatFloat(invalid)}`);
    }
  }

  warnings(): string[] {
    return shortened(this.#warnings, 'warning');
  }

  infos(): string[] {
    return shortened(this.#infos, 'info');
  }
}

function shortened(notes: ReadonlySet<string>, kind: string): string[] {
  const all = [...notes];
  if (all.length <= MAX_NOTES) return all;
  return [...all.slice(0, MAX_NOTES), `${all.length - MAX_NOTES} more ${kind} annotations omitted`];
}
