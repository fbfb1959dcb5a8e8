// InfluxDB's line protocol, laid out as Telegraf's prometheus input does with `metric_version = 1`, so that queries and
// dashboards made for that work: the measurement is the metric's name, the tags are the labels, and one line is one series.
// Fields: `counter`, `gauge` (infos and state sets too) or `value` (unknown); of a histogram `count`, `sum` and the cumulated count
// of each bucket under its upper bound (`0.1`, `1e+06`, `+Inf`); of a summary `count`, `sum` and each quantile. All fields are
// floats. InfluxDB has no NaN and no infinity: such fields are left out, and a line without fields too. It also has no
// empty tags (left out: the same series), no line feeds in tags (written as \n), no tag that ends in a backslash (cut off) and
// no tag `time`, `_field` or `_measurement` (an underscore is added).
// Backslashes before a comma, an equals sign or a space are doubled: InfluxDB 1.x shows them so, while other readers, such as
// VictoriaMetrics, take two for one, and would end the tag after a single one, where the rest of the value would be read as
// tags and fields of whoever chose it.
// Source: docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference

import type { Label } from '../labels.ts';
import type {
  HistogramFamilySnapshot,
  ScalarFamilySnapshot,
  Snapshot,
  SummaryFamilySnapshot,
} from '../snapshot/snapshot.ts';
import { ByteWriter, encodeText } from './byte-writer.ts';
import { classicHistogram } from './classic-buckets.ts';
import { goNumber } from './format-number.ts';

/** The `Content-Type` of what `renderInflux` gives. */
export const INFLUX_CONTENT_TYPE = 'text/plain; charset=utf-8';

const FIELDS: Readonly<Record<ScalarFamilySnapshot['type'], string>> = {
  counter: 'counter',
  gauge: 'gauge',
  info: 'gauge',
  stateset: 'gauge',
  unknown: 'value',
};

/** InfluxDB drops points with such a tag. */
const RESERVED_TAGS = new Set(['time', '_field', '_measurement']);

const COUNT = encodeText('count=');
const SUM = encodeText('sum=');
const COMMA = encodeText(',');

const tagTexts = new WeakMap<readonly Label[], Uint8Array>();

/** As UTF-8, every line with the snapshot's time in nanoseconds. The bytes are the caller's. */
export function renderInflux(snapshot: Snapshot): Uint8Array {
  const lines = new Lines(snapshot.takenAtMs);
  for (const family of snapshot.families) {
    switch (family.type) {
      case 'histogram':
        writeHistogram(lines, family);
        break;
      case 'exponential':
        writeHistogram(lines, classicHistogram(family));
        break;
      case 'summary':
        writeSummary(lines, family);
        break;
      default:
        writeScalars(lines, family);
    }
  }
  return lines.finish();
}

/** A line begins with its first field, so that one without fields is not written. */
class Lines {
  readonly #writer = new ByteWriter(0);
  readonly #end: Uint8Array;
  #hasFields = false;

  constructor(timeMs: number) {
    // As text: nanoseconds of our days are no exact doubles.
    this.#end = encodeText(` ${Math.round(timeMs)}000000\n`);
  }

  field(measurement: Uint8Array, labels: readonly Label[], name: Uint8Array, value: number): void {
    if (!Number.isFinite(value)) return;
    const writer = this.#writer;
    if (this.#hasFields) {
      writer.piece(COMMA);
    } else {
      writer.piece(measurement);
      writer.piece(tagsOf(labels));
      this.#hasFields = true;
    }
    writer.piece(name);
    writer.number(value);
  }

  end(): void {
    if (this.#hasFields) this.#writer.piece(this.#end);
    this.#hasFields = false;
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }
}

function writeScalars(lines: Lines, { name, type, points }: ScalarFamilySnapshot): void {
  const measurement = measurementOf(name);
  const field = encodeText(`${FIELDS[type]}=`);
  for (const { labels, value } of points) {
    lines.field(measurement, labels, field, value);
    lines.end();
  }
}

function writeHistogram(lines: Lines, { name, bounds, points }: HistogramFamilySnapshot): void {
  const measurement = measurementOf(name);
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound) => encodeText(`${goNumber(bound)}=`));
  for (const { labels, counts, sum } of points) {
    let count = 0;
    for (let bucket = 0; bucket < buckets.length; bucket++) {
      count += counts[bucket]!;
      lines.field(measurement, labels, buckets[bucket]!, count);
    }
    lines.field(measurement, labels, COUNT, count);
    lines.field(measurement, labels, SUM, sum);
    lines.end();
  }
}

function writeSummary(lines: Lines, { name, points }: SummaryFamilySnapshot): void {
  const measurement = measurementOf(name);
  for (const { labels, quantiles, sum, count } of points) {
    for (const { quantile, value } of quantiles) {
      lines.field(measurement, labels, encodeText(`${goNumber(quantile)}=`), value);
    }
    lines.field(measurement, labels, COUNT, count);
    lines.field(measurement, labels, SUM, sum);
    lines.end();
  }
}

function measurementOf(name: string): Uint8Array {
  return encodeText(name.replaceAll(/[, ]/g, '\\$&'));
}

/** `,name=value` for each label, and the space before the fields; sorted already, as InfluxDB likes it. */
function tagsOf(labels: readonly Label[]): Uint8Array {
  let text = tagTexts.get(labels);
  if (text === undefined) {
    const tags = labels.map(({ name, value }) => {
      const escaped = escapeTag(value);
      const tag = RESERVED_TAGS.has(name) ? `${name}_` : name;
      return escaped === '' ? '' : `,${escapeTag(tag)}=${escaped}`;
    });
    text = encodeText(`${tags.join('')} `);
    tagTexts.set(labels, text);
  }
  return text;
}

function escapeTag(text: string): string {
  return text
    .replaceAll('\n', '\\n')
    .replace(/\\+$/, '')
    .replaceAll(/\\+(?=[,= ])/g, '$&$&')
    .replaceAll(/[,= ]/g, '\\$&');
}
