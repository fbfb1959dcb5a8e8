// The warnings and infos of one query: each message once, wherever it comes from. Of the places of a message the last one counts,
// what is inside of an operation coming before it, and left before right. All of them are given: how many are told is decided where
// they are told.

import { generalText } from '../histogram/number-text.ts';
import { type Span, withPosition } from '../parse/positions.ts';

/** Different messages that are held, and so counted, of a query and of each of its parts that are recorded. */
const HELD_MAX = 10_000;

/** Where in the expression. A place that Prometheus has lost counts like any other, but the beginning is told instead. */
export interface NotePlace extends Span {
  readonly isLost?: true;
}

/** What a message says of all its occurrences together, behind it. */
export interface NoteTally {
  plus(other: NoteTally): NoteTally;
  toString(): string;
}

interface Note {
  readonly kind: 'warning' | 'info';
  readonly span: NotePlace;
  readonly message: string;
  readonly tally?: NoteTally | undefined;
}

const START_OF_EXPRESSION: Span = { from: 0, to: 0 };

/** What was noted while a part of the query was computed: each message once. */
export type NotesOfPart = Map<string, Note>;

export class QueryNotes {
  readonly #text: string;
  readonly #notes: NotesOfPart = new Map();
  /** Of the parts that are being computed at the moment, one within the other. */
  readonly #recorded = new Set<NotesOfPart>();
  readonly #losses = new Set<string>();

  constructor(text: string) {
    this.#text = text;
  }

  warn(span: NotePlace, message: string): void {
    this.#add({ kind: 'warning', span, message });
  }

  inform(span: NotePlace, message: string, tally?: NoteTally): void {
    this.#add({ kind: 'info', span, message, tally });
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

  /** What is noted until `endRecording` belongs to the part. A query computes one thing at a time. */
  beginRecording(part: NotesOfPart): void {
    this.#recorded.add(part);
  }

  endRecording(part: NotesOfPart): void {
    this.#recorded.delete(part);
  }

  /** What was noted of a part is true of another, which is written alike and was not computed again. */
  repeat(part: NotesOfPart, from: Span, to: Span): void {
    const distance = to.from - from.from;
    for (const note of Array.from(part.values())) {
      const { span } = note;
      this.#add({ ...note, span: { ...span, from: span.from + distance, to: span.to + distance } });
    }
  }

  warnings(): string[] {
    return [...this.#losses, ...this.#texts('warning')];
  }

  infos(): string[] {
    return this.#texts('info');
  }

  #add(note: Note): void {
    put(this.#notes, note);
    for (const part of this.#recorded) put(part, note);
  }

  #texts(kind: Note['kind']): string[] {
    const notes = [...this.#notes.values()].filter((note) => note.kind === kind);
    return notes.map(({ span, message, tally }) => {
      const place = span.isLost === true ? START_OF_EXPRESSION : span;
      return withPosition(this.#text, place, `PromQL ${kind}: ${message}${tally?.toString() ?? ''}`);
    });
  }
}

function put(notes: NotesOfPart, note: Note): void {
  const key = `${note.kind}:${note.message}`;
  const before = notes.get(key);
  if (before === undefined) {
    if (notes.size < HELD_MAX) notes.set(key, note);
  } else if (before.tally !== undefined && note.tally !== undefined) {
    // What is told of all of them is told of the first place.
    const first = isLater(note.span, before.span) ? before : note;
    notes.set(key, { ...first, tally: before.tally.plus(note.tally) });
  } else if (isLater(note.span, before.span)) notes.set(key, note);
}

function contains(outer: Span, inner: Span): boolean {
  return outer.from <= inner.from && inner.to <= outer.to;
}

function isLater(one: Span, other: Span): boolean {
  return contains(one, other) || (!contains(other, one) && one.from > other.from);
}
