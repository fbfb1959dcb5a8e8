// A snapshot as JSON, for scripts and pages: its own shape, but labels are an object and numbers that JSON has not are the
// strings "NaN", "+Inf" and "-Inf". Nothing is lost but the sign of -0, so it reads back to the same snapshot. Counts of buckets
// are each bucket's own, not cumulated. The shape is described in docs/formats/json.md.

import type { Label } from '../labels.ts';
import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialPoint,
  FamilySnapshot,
  HistogramPoint,
  ScalarPoint,
  Snapshot,
  SummaryPoint,
} from '../snapshot/snapshot.ts';
import { ByteWriter } from './byte-writer.ts';
import { LabelBytes } from './label-bytes.ts';

/** The `Content-Type` of what `renderJson` gives. */
export const JSON_CONTENT_TYPE = 'application/json; charset=utf-8';

const LABELS = new LabelBytes({
  open: '{"labels":{',
  close: '}',
  empty: '{"labels":{}',
  pair: (name, value) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
});

/** As UTF-8, one line. The bytes are the caller's. */
export function renderJson(snapshot: Snapshot): Uint8Array {
  const writer = new ByteWriter(0);
  const takenAt = new Date(snapshot.takenAtMs).toISOString();
  writer.text(`{"takenAt":"${takenAt}","takenAtMs":`);
  writeNumber(writer, snapshot.takenAtMs);
  writer.text(',"families":');
  writeList(writer, snapshot.families, writeFamily);
  writer.text('}\n');
  return writer.finish();
}

function writeFamily(writer: ByteWriter, family: FamilySnapshot): void {
  const { name, type, help, unit, merge } = family;
  writer.text(JSON.stringify({ name, type, help, unit, merge }).slice(0, -1));
  switch (family.type) {
    case 'histogram':
      writer.text(',"bounds":');
      writeList(writer, family.bounds, writeNumber);
      writePoints(writer, family.points, writeHistogramPoint);
      break;
    case 'exponential':
      writePoints(writer, family.points, writeExponentialPoint);
      break;
    case 'summary':
      writePoints(writer, family.points, writeSummaryPoint);
      break;
    default:
      writePoints(writer, family.points, writeScalarPoint);
  }
  writer.text('}');
}

interface AnyPoint {
  readonly labels: readonly Label[];
  readonly createdMs?: number;
}

function writePoints<P extends AnyPoint>(
  writer: ByteWriter,
  points: readonly P[],
  write: (writer: ByteWriter, point: P) => void,
): void {
  writer.text(',"points":');
  writeList(writer, points, (to, point) => {
    to.piece(LABELS.of(point.labels).before);
    if (point.createdMs !== undefined) writeField(to, ',"createdMs":', point.createdMs);
    write(to, point);
    to.text('}');
  });
}

function writeScalarPoint(writer: ByteWriter, { value, exemplar, stamp }: ScalarPoint): void {
  writeField(writer, ',"value":', value);
  if (stamp !== undefined) writeField(writer, ',"stamp":', stamp);
  if (exemplar !== undefined) {
    writer.text(',"exemplar":');
    writeExemplar(writer, exemplar);
  }
}

function writeHistogramPoint(writer: ByteWriter, { counts, sum, exemplars }: HistogramPoint): void {
  writer.text(',"counts":');
  writeList(writer, counts, writeNumber);
  writeField(writer, ',"sum":', sum);
  writeExemplars(writer, exemplars);
}

function writeExponentialPoint(writer: ByteWriter, point: ExponentialPoint): void {
  writeField(writer, ',"scale":', point.scale);
  writeField(writer, ',"sum":', point.sum);
  writeField(writer, ',"zeroThreshold":', point.zeroThreshold);
  writeField(writer, ',"zeroCount":', point.zeroCount);
  writer.text(',"positive":');
  writeBuckets(writer, point.positive);
  writer.text(',"negative":');
  writeBuckets(writer, point.negative);
  writeExemplars(writer, point.exemplars);
}

function writeBuckets(writer: ByteWriter, { offset, counts }: ExponentialBuckets): void {
  writeField(writer, '{"offset":', offset);
  writer.text(',"counts":');
  writeList(writer, counts, writeNumber);
  writer.text('}');
}

function writeSummaryPoint(writer: ByteWriter, { quantiles, sum, count }: SummaryPoint): void {
  writer.text(',"quantiles":');
  writeList(writer, quantiles, (to, { quantile, value }) => {
    writeField(to, '{"quantile":', quantile);
    writeField(to, ',"value":', value);
    to.text('}');
  });
  writeField(writer, ',"sum":', sum);
  writeField(writer, ',"count":', count);
}

/** A bucket without an exemplar has `null`. */
function writeExemplars(writer: ByteWriter, exemplars: readonly (Exemplar | undefined)[] | undefined): void {
  if (exemplars === undefined) return;
  writer.text(',"exemplars":');
  writeList(writer, exemplars, (to, exemplar) => {
    if (exemplar === undefined) to.text('null');
    else writeExemplar(to, exemplar);
  });
}

/** Not from the cache of labels: an exemplar's are another array every time. */
function writeExemplar(writer: ByteWriter, { labels, value, timestampMs }: Exemplar): void {
  const pairs = labels.map((label) => `${JSON.stringify(label.name)}:${JSON.stringify(label.value)}`);
  writer.text(`{"labels":{${pairs.join(',')}}`);
  writeField(writer, ',"value":', value);
  writeField(writer, ',"timestampMs":', timestampMs);
  writer.text('}');
}

/** Holes are written as undefined. */
function writeList<T>(writer: ByteWriter, items: readonly T[], write: (writer: ByteWriter, item: T) => void): void {
  writer.text('[');
  for (let i = 0; i < items.length; i++) {
    if (i > 0) writer.text(',');
    write(writer, items[i]!);
  }
  writer.text(']');
}

function writeField(writer: ByteWriter, beginning: string, value: number): void {
  writer.text(beginning);
  writeNumber(writer, value);
}

function writeNumber(writer: ByteWriter, value: number): void {
  if (Number.isFinite(value)) {
    writer.number(value);
    return;
  }
  writer.text('"');
  writer.number(value);
  writer.text('"');
}
