// A cold segment that was opened for reading: its columns as they are, its texts as bytes, and lists of series by label,
// made when they are first asked for. No object is made for a series unless it is part of an answer. For a search a
// series is its row.

import type { Label, Labels } from '../../../model/labels.ts';
import type { LabelIndex } from './label-search.ts';
import { type DecodedSegment, decodeSegment, type SmallNumbers } from './segment-codec.ts';
import { textOfBytes } from './text-bytes.ts';

/** Roughly what a label takes once its text was asked for, and what a typed array takes beside its bytes. */
const LABEL_BYTES = 64;
const ARRAY_BYTES = 128;

interface Lists {
  /** Where the list of each label begins, and after the last label where it ends. */
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
}

export class ColdSegment implements LabelIndex {
  readonly refs: Uint32Array;
  readonly latestMs: Float64Array;
  readonly sizeBytes: number;
  readonly #decoded: DecodedSegment;
  readonly #labels: (Label | undefined)[];
  #lists: Lists | undefined;

  /** @throws {DamagedBytes} */
  constructor(payload: Uint8Array) {
    const decoded = decodeSegment(payload);
    this.#decoded = decoded;
    this.refs = decoded.refs;
    this.latestMs = decoded.latestMs;
    this.#labels = Array.from({ length: decoded.nameStarts.at(-1)! });
    this.sizeBytes = sizeOf(decoded);
  }

  get size(): number {
    return this.refs.length;
  }

  get places(): number {
    return this.refs.length;
  }

  /** The numbers of a series' labels, by name; a number stands for the same label in all of the segment. */
  rowOf(row: number): SmallNumbers {
    const { labels, rowStarts } = this.#decoded;
    return labels.subarray(rowStarts[row], rowStarts[row + 1]);
  }

  labelsOf(row: number): Labels {
    const labels: Label[] = [];
    for (const label of this.rowOf(row)) labels.push(this.labelAt(label));
    return labels;
  }

  labelAt(label: number): Label {
    const { names, nameStarts, text, textStarts } = this.#decoded;
    return (this.#labels[label] ??= {
      name: names[lastAtMost(nameStarts, label)]!,
      value: textOfBytes(text, textStarts[label]!, textStarts[label + 1]!),
    });
  }

  all(): Uint32Array {
    return Uint32Array.from(this.refs, (_, row) => row);
  }

  names(): Iterable<string> {
    return this.#decoded.names;
  }

  labelOf(name: string, value: string): number {
    let [low, high] = this.#labelsOfName(name);
    const end = high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.valueOf(middle) < value) low = middle + 1;
      else high = middle;
    }
    return low < end && this.valueOf(low) === value ? low : -1;
  }

  valueOf(label: number): string {
    return this.labelAt(label).value;
  }

  valueCount(name: string): number {
    const [first, end] = this.#labelsOfName(name);
    return end - first;
  }

  *labelsNamed(name: string): Generator<number> {
    const [first, end] = this.#labelsOfName(name);
    for (let label = first; label < end; label++) yield label;
  }

  listLength(label: number): number {
    const { starts } = (this.#lists ??= listsOf(this.#decoded));
    return starts[label + 1]! - starts[label]!;
  }

  list(label: number): Uint32Array {
    const { starts, rows } = (this.#lists ??= listsOf(this.#decoded));
    return rows.subarray(starts[label], starts[label + 1]);
  }

  labelFinder(name: string): (row: number) => number {
    const [first, end] = this.#labelsOfName(name);
    const { labels, rowStarts } = this.#decoded;
    return (row) => {
      for (let at = rowStarts[row]!; at < rowStarts[row + 1]!; at++) {
        if (labels[at]! >= first && labels[at]! < end) return labels[at]!;
      }
      return -1;
    };
  }

  placeOf(row: number): number {
    return row;
  }

  #labelsOfName(name: string): readonly [first: number, end: number] {
    const { names, nameStarts } = this.#decoded;
    const at = names.indexOf(name);
    return at < 0 ? [0, 0] : [nameStarts[at]!, nameStarts[at + 1]!];
  }
}

function listsOf({ labels, nameStarts, rowStarts }: DecodedSegment): Lists {
  const labelCount = nameStarts.at(-1)!;
  const starts = new Uint32Array(labelCount + 1);
  for (const label of labels) starts[label + 1]!++;
  for (let label = 0; label < labelCount; label++) starts[label + 1]! += starts[label]!;
  const next = starts.slice();
  const rows = new Uint32Array(labels.length);
  for (let row = 0; row + 1 < rowStarts.length; row++) {
    for (let at = rowStarts[row]!; at < rowStarts[row + 1]!; at++) rows[next[labels[at]!]!++] = row;
  }
  return { starts, rows };
}

/** The place of the last start that is not greater, of starts some of which may be equal. */
function lastAtMost(starts: Uint32Array, wanted: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle + 1]! <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** With the lists and the strings that it may come to hold. */
function sizeOf({ refs, latestMs, nameStarts, text, textStarts, rowStarts, labels }: DecodedSegment): number {
  const columns = [refs, latestMs, nameStarts, text, textStarts, rowStarts, labels];
  const labelCount = nameStarts.at(-1)!;
  const lists = 4 * (labelCount + 1) + 4 * labels.length;
  const strings = LABEL_BYTES * labelCount + text.length;
  return columns.reduce((sum, { byteLength }) => sum + byteLength + ARRAY_BYTES, 0) + lists + strings;
}
