// What the text format 0.0.4 and OpenMetrics have in common: how a line of a sample begins, with escaped labels in the order
// of their names, `le` and `quantile` among them.

import type { Label } from '../labels.ts';
import { type ByteWriter, encodeText } from './byte-writer.ts';
import { LabelBytes, type LabelFormat } from './label-bytes.ts';

const FORMAT: LabelFormat = {
  open: '{',
  close: '} ',
  empty: ' ',
  pair: (name, value) => `${name}="${escapeQuoted(value)}"`,
};

const PLAIN = new LabelBytes(FORMAT);
const WITH_LE = new LabelBytes(FORMAT, 'le');
const WITH_QUANTILE = new LabelBytes(FORMAT, 'quantile');

/** Everything before the number, the space included. */
export function writeBeginning(writer: ByteWriter, name: Uint8Array, labels: readonly Label[]): void {
  writer.piece(name);
  writer.piece(PLAIN.of(labels).before);
}

/** @param le one of what `bucketLabels` gave */
export function writeBucketBeginning(
  writer: ByteWriter,
  name: Uint8Array,
  labels: readonly Label[],
  le: Uint8Array,
): void {
  const { before, after } = WITH_LE.of(labels);
  writer.piece(name);
  writer.piece(before);
  writer.piece(le);
  writer.piece(after);
}

export function writeQuantileBeginning(
  writer: ByteWriter,
  name: Uint8Array,
  labels: readonly Label[],
  quantile: string,
): void {
  const { before, after } = WITH_QUANTILE.of(labels);
  writer.piece(name);
  writer.piece(before);
  writer.text(`quantile="${quantile}"`);
  writer.piece(after);
}

/** The labels `le` of a histogram, `+Inf` last, in one format's text of numbers; kept for as long as `bounds` lives. */
export class BucketLabels {
  readonly #format: (bound: number) => string;
  readonly #cache = new WeakMap<readonly number[], readonly Uint8Array[]>();

  constructor(format: (bound: number) => string) {
    this.#format = format;
  }

  of(bounds: readonly number[]): readonly Uint8Array[] {
    let labels = this.#cache.get(bounds);
    if (labels === undefined) {
      labels = [...bounds.map(this.#format), '+Inf'].map((text) => encodeText(`le="${text}"`));
      this.#cache.set(bounds, labels);
    }
    return labels;
  }
}

/** Within quotes, in both formats. */
export function escapeQuoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
