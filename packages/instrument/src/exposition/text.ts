// Prometheus's text format 0.0.4, as UTF-8. What does not change about a metric, its head and the beginning of each line
// with everything escaped, is made once and kept until series come or go; a rendering then only copies it and writes numbers.
// Source: prometheus.io/docs/instrumenting/exposition_formats

import type { Label } from '../labels.ts';
import type { Registry } from '../registry.ts';
import type { Family } from '../snapshot/family.ts';
import { ByteWriter, PreparedBytes } from './byte-writer.ts';
import { escapeQuoted } from './sample-lines.ts';
import { renderSnapshotText, writeFamilySnapshot, writeHead } from './snapshot-text.ts';

/** The `Content-Type` of what `renderText` and `renderTextBytes` give. */
export const TEXT_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Of the platform, whichever that is; the compiler is told of no platform here. */
declare const TextDecoder: new () => { decode(bytes: Uint8Array): string };

interface FamilyText {
  /** Of the family, when this was made. */
  readonly version: number;
  /** The head, then the beginnings of all lines. */
  readonly text: PreparedBytes;
  /** Where in `text` the beginning for (row × parts + part) starts; it ends where the next one starts. */
  readonly starts: Uint32Array;
}

const ROOM_FOR_NUMBERS = 1.25;

const familyTexts = new WeakMap<Family, FamilyText>();
/** Of the last rendering of each registry, so that the next one need not grow its bytes. */
const pageSizesBytes = new WeakMap<Registry, number>();

/** Everything that the registry holds, as a string. To send it, `renderTextBytes` is the faster one. */
export function renderText(registry: Registry): string {
  return new TextDecoder().decode(renderTextBytes(registry));
}

/**
 * Everything that the registry holds, as UTF-8: metrics by name, each with `# HELP` and `# TYPE`, the buckets of a histogram
 * ascending and then `+Inf`, `_sum`, `_count`. The bytes are the caller's.
 */
export function renderTextBytes(registry: Registry): Uint8Array {
  const families = registry.collectOwn();
  if (families === undefined) return renderSnapshotText(registry.snapshot());
  const writer = new ByteWriter(Math.ceil((pageSizesBytes.get(registry) ?? 0) * ROOM_FOR_NUMBERS));
  for (const family of families) {
    if (family.description.type === 'exponential') writeFamilySnapshot(writer, family.snapshot());
    else writeFamily(writer, family);
  }
  pageSizesBytes.set(registry, writer.length);
  return writer.finish();
}

function writeFamily(writer: ByteWriter, family: Family): void {
  let prepared = familyTexts.get(family);
  if (prepared === undefined || prepared.version !== family.version) {
    prepared = textOf(family);
    familyTexts.set(family, prepared);
  }
  const { text, starts } = prepared;
  const { partCount } = family;
  writer.copy(text, 0, starts[0]!);
  family.read((value, _seriesId, row, part) => {
    const line = row * partCount + part;
    writer.copy(text, starts[line]!, starts[line + 1]!);
    writer.number(value);
    writer.lineFeed();
  });
}

function textOf(family: Family): FamilyText {
  const { version, rowCount, partCount } = family;
  const writer = new ByteWriter(0);
  const starts = new Uint32Array(rowCount * partCount + 1);
  writeHead(writer, family.description);
  starts[0] = writer.length;
  for (let line = 0; line < rowCount * partCount; line++) {
    const part = line % partCount;
    const row = (line - part) / partCount;
    if (family.hasSeries(row)) writeBeginning(writer, family.sampleName(part), family.labelsOf(row, part));
    starts[line + 1] = writer.length;
  }
  return { version, text: new PreparedBytes(writer.finish()), starts };
}

function writeBeginning(writer: ByteWriter, name: string, labels: readonly Label[]): void {
  const pairs = labels.map((label) => `${label.name}="${escapeQuoted(label.value)}"`);
  writer.text(pairs.length === 0 ? `${name} ` : `${name}{${pairs.join(',')}} `);
}
