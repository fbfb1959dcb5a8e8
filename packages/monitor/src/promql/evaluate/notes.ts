// The warnings and infos of one query: each message once, wherever it comes from, and at most ten of a kind, as Prometheus does. Of
// the places of a message the last one counts, what is inside of an operation coming before it, and left before right.

import { generalText } from '../histogram/number-text.ts';
import { type Span, withPosition } from '../parse/positions.ts';

const MAX_NOTES = 10;
/** Different messages that are held, and so counted. */
const HELD_MAX = 10_000;

interface Note {
  readonly kind: 'warning' | 'info';
  /** Where in the expression. */
  readonly span: Span;
  readonly message: string;
}

export class QueryNotes {
  readonly #text: string;
  readonly #notes = new Map<string, Note>();
  readonly #losses = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  warn(span: Span, message: string): void {
    this.#add({ kind: 'warning', span, message });
  }

  inform(span: Span, message: string): void {
    this.#add({ kind: 'info', span, message });
  }

  /** What the answer lacks, in the store's own words. */
  warnOfLoss(message: string): void {
    this.#losses.add(message);
  }

  warnOfQuantiles(span: Span, quantiles: Float64Array): void {
    const invalid = new Set(quantiles.filter((quantile) => !(quantile >= 0 && quantile <= 1)));
    for (const quantile of invalid) {
      this.warn(span, `quantile value should be between 0 and 1, got ${generalText(quantile)}`);
    }
  }

  /** What was noted in one place is true of another, which is written alike and was not computed again. */
  repeat(from: Span, to: Span): void {
    const distance = to.from - from.from;
    // What is added meanwhile is not repeated.
    for (const { kind, span, message } of Array.from(this.#notes.values())) {
      if (!contains(from, span)) continue;
      this.#add({ kind, span: { from: span.from + distance, to: span.to + distance }, message });
    }
  }

  warnings(): string[] {
    return shortened([...this.#losses, ...this.#texts('warning')], 'warning');
  }

  infos(): string[] {
    return shortened(this.#texts('info'), 'info');
  }

  #add(note: Note): void {
    const key = `${note.kind}:${note.message}`;
    const before = this.#notes.get(key);
    if (before === undefined ? this.#notes.size < HELD_MAX : isLater(note.span, before.span))
      this.#notes.set(key, note);
  }

  #texts(kind: Note['kind']): string[] {
    const notes = [...this.#notes.values()].filter((note) => note.kind === kind);
    return notes.map(({ span, message }) => withPosition(this.#text, span, `PromQL ${kind}: ${message}`));
  }
}

function contains(outer: Span, inner: Span): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

function isLater(one: Span, other: Span): boolean {
  return contains(one, other) || (!contains(other, one) && one.from > other.from);
}

function shortened(notes: readonly string[], kind: string): string[] {
  if (notes.length <= MAX_NOTES) return [...notes];
  return [...notes.slice(0, MAX_NOTES), `${notes.length - MAX_NOTES} more ${kind} annotations omitted`];
}
