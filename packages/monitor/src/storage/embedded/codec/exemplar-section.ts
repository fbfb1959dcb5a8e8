// The exemplars of all series of a chunk, packed together: texts once each, sets of labels once each, then of every
// series how many there are and of each its labels, its time as the distance from the one before, and its value.
// Format page: docs/formats/store.md.

import type { Exemplar } from '../../../model/batch.ts';
import type { Label, Labels } from '../../../model/labels.ts';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { readPacked, writePacked } from './packed-block.ts';
import type { Effort } from './series-columns.ts';

/** `exemplars` has an entry for each series. */
export function writeExemplars(writer: ByteWriter, exemplars: readonly (readonly Exemplar[])[], effort: Effort): void {
  const texts = new Map<string, number>();
  const sets = new Map<string, number>();
  const setWriter = new ByteWriter();
  const rowWriter = new ByteWriter();
  for (const rows of exemplars) {
    rowWriter.varint(rows.length);
    let beforeMs = 0;
    for (const { labels, value, timestampMs } of rows) {
      rowWriter.varint(placeOfSet(labels, sets, texts, setWriter));
      rowWriter.signedVarint(timestampMs - beforeMs);
      rowWriter.float64(value);
      beforeMs = timestampMs;
    }
  }
  const plain = new ByteWriter();
  plain.varint(texts.size);
  for (const text of texts.keys()) plain.text(text);
  plain.varint(sets.size);
  plain.bytes(setWriter.written());
  plain.bytes(rowWriter.written());
  writePacked(writer, plain.written(), effort);
}

/** @throws {DamagedBytes} */
export function readExemplars(bytes: Uint8Array, seriesCount: number): readonly (readonly Exemplar[])[] {
  const section = new ByteReader(bytes);
  const plain = new ByteReader(readPacked(section));
  section.expectEnd();
  const texts: string[] = [];
  for (let left = plain.count(1); left > 0; left--) texts.push(plain.text());
  const sets: Labels[] = [];
  for (let left = plain.count(1); left > 0; left--) sets.push(readSet(plain, texts));
  const exemplars: (readonly Exemplar[])[] = [];
  for (let left = seriesCount; left > 0; left--) exemplars.push(readRows(plain, sets));
  plain.expectEnd();
  return exemplars;
}

function placeOfSet(labels: Labels, sets: Map<string, number>, texts: Map<string, number>, writer: ByteWriter): number {
  const places = labels.flatMap(({ name, value }) => [placeOf(texts, name), placeOf(texts, value)]);
  const key = places.join();
  const known = sets.get(key);
  if (known !== undefined) return known;
  writer.varint(labels.length);
  for (const place of places) writer.varint(place);
  return placeOf(sets, key);
}

function placeOf(places: Map<string, number>, key: string): number {
  const known = places.get(key);
  if (known !== undefined) return known;
  places.set(key, places.size);
  return places.size - 1;
}

function readSet(reader: ByteReader, texts: readonly string[]): Labels {
  const labels: Label[] = [];
  for (let left = reader.count(2); left > 0; left--) {
    const name = texts[reader.varint()];
    const value = texts[reader.varint()];
    if (name === undefined || value === undefined) throw new DamagedBytes('an exemplar has a label without a text');
    labels.push({ name, value });
  }
  return labels;
}

function readRows(reader: ByteReader, sets: readonly Labels[]): readonly Exemplar[] {
  const rows: Exemplar[] = [];
  let timestampMs = 0;
  for (let left = reader.count(10); left > 0; left--) {
    const labels = sets[reader.varint()];
    if (labels === undefined) throw new DamagedBytes('an exemplar has no labels');
    timestampMs += reader.signedVarint();
    rows.push({ labels, value: reader.float64(), timestampMs });
  }
  return rows;
}
