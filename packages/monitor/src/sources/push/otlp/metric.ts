// One metric of a request: what stands in front of its data points, and where those are. Its name, unit and type make the
// name of its series, and are read only when they come for the first time.

import { knownFields, ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import type { MetricMetadata, MetricType } from '../../../model/batch.ts';
import { readText, UnusableValue } from './any-value.ts';
import type { KeyBuffer } from './key-buffer.ts';
import { metricName } from './names/metric-name.ts';
import { metadataUnit } from './names/unit-name.ts';
import type { TranslationStrategy } from './settings.ts';

export type MetricKind = 'none' | 'gauge' | 'sum' | 'histogram' | 'exponential' | 'summary';

const CUMULATIVE = 2;
const DELTA = 1;

const NAME = (1 << 3) | 2;
const DESCRIPTION = (2 << 3) | 2;
const UNIT = (3 << 3) | 2;
const KINDS: ReadonlyMap<number, MetricKind> = new Map([
  [(5 << 3) | 2, 'gauge'],
  [(7 << 3) | 2, 'sum'],
  [(9 << 3) | 2, 'histogram'],
  [(10 << 3) | 2, 'exponential'],
  [(11 << 3) | 2, 'summary'],
]);
const KIND_NUMBERS: Readonly<Record<MetricKind, number>> = {
  none: 0,
  gauge: 1,
  sum: 2,
  histogram: 3,
  exponential: 4,
  summary: 5,
};

/** Of every kind's message. */
export const DATA_POINT = (1 << 3) | 2;
const TEMPORALITY = 2 << 3;
const IS_MONOTONIC = 3 << 3;

const METADATA = (12 << 3) | 2;
const METRIC_FIELDS = knownFields(NAME, DESCRIPTION, UNIT, METADATA, ...KINDS.keys());
const POINTS_FIELDS = knownFields(DATA_POINT);
const HISTOGRAM_FIELDS = knownFields(DATA_POINT, TEMPORALITY);
const SUM_FIELDS = knownFields(DATA_POINT, TEMPORALITY, IS_MONOTONIC);

/** What is remembered of a metric: all that its name depends on has been read. */
export interface KnownMetric {
  readonly id: number;
  /** Of its series, without `_sum` and the like; '' when it cannot be stored. */
  readonly name: string;
  /** As messages name it. */
  readonly shownName: string;
  readonly problem: string | undefined;
  readonly metadata: MetricMetadata;
}

/** Where a metric's parts are; filled anew for each. */
export class MetricParts {
  kind: MetricKind = 'none';
  temporality = 0;
  isMonotonic = false;
  /** The tag of the fields whose messages hold the data points; 0 when there are none. */
  dataTag = 0;

  get isCumulative(): boolean {
    return this.temporality === CUMULATIVE;
  }

  get isDelta(): boolean {
    return this.temporality === DELTA;
  }

  /** Whether the kind has a temporality at all. */
  get hasTemporality(): boolean {
    return this.kind === 'sum' || this.kind === 'histogram' || this.kind === 'exponential';
  }

  /** Reads the message that the reader is in, to its end; what names the metric goes into `key`. */
  read(reader: ProtobufReader, key: KeyBuffer, scope: number): void {
    this.kind = 'none';
    this.temporality = 0;
    this.isMonotonic = false;
    this.dataTag = 0;
    key.begin(scope);
    while (!reader.isAtEnd) {
      const from = reader.position;
      const tag = reader.readTag();
      if (tag === NAME || tag === DESCRIPTION || tag === UNIT) {
        const end = reader.readLength();
        key.append(reader.bytes, reader.view, from, end);
        reader.position = end;
        continue;
      }
      const kind = (tag & 7) === 2 ? KINDS.get(tag) : undefined;
      if (kind === undefined) reader.skipOther(tag, METRIC_FIELDS);
      else this.#readData(reader, kind, tag);
    }
    key.appendDouble(KIND_NUMBERS[this.kind] * 4 + (this.isMonotonic ? 1 : 0));
  }

  #readData(reader: ProtobufReader, kind: MetricKind, dataTag: number): void {
    // Of several kinds the last counts, as always when protobuf allows only one.
    if (kind !== this.kind) {
      this.temporality = 0;
      this.isMonotonic = false;
    }
    this.kind = kind;
    this.dataTag = dataTag;
    const known = kind === 'sum' ? SUM_FIELDS : this.hasTemporality ? HISTOGRAM_FIELDS : POINTS_FIELDS;
    const outer = reader.enter();
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === DATA_POINT) reader.position = reader.readLength();
      else if (tag === TEMPORALITY && this.hasTemporality) this.temporality = reader.readUint64();
      else if (tag === IS_MONOTONIC && kind === 'sum') this.isMonotonic = reader.readUint64() !== 0;
      else reader.skipOther(tag, known);
    }
    reader.leave(outer);
  }
}

/** Reads what `MetricParts.read` put into the key. */
export function knownMetric(
  id: number,
  key: KeyBuffer,
  { kind, isMonotonic }: MetricParts,
  strategy: TranslationStrategy,
): KnownMetric {
  const texts = new Map<number, string>();
  let problem: string | undefined;
  const reader = new ProtobufReader(key.bytes, key.fieldsStart, key.length - Float64Array.BYTES_PER_ELEMENT);
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    const end = reader.readLength();
    try {
      texts.set(tag, readText(reader, end));
    } catch (error) {
      if (!(error instanceof UnusableValue)) throw error;
      problem = `its ${tag === NAME ? 'name' : tag === UNIT ? 'unit' : 'description'} ${error.message}`;
      reader.position = end;
    }
  }
  const given = texts.get(NAME) ?? '';
  const unit = texts.get(UNIT) ?? '';
  const isCounter = kind === 'sum' && isMonotonic;
  const name = metricName(given, unit, isCounter ? 'counter' : kind === 'gauge' ? 'gauge' : 'other', strategy);
  if (name === '') problem ??= 'nothing is left of its name in letters, digits and underscores: give it such a name';
  return {
    id,
    name,
    shownName: JSON.stringify(given.length > 200 ? `${given.slice(0, 200)}…` : given),
    problem,
    metadata: { name, type: typeOf(kind, isCounter), help: texts.get(DESCRIPTION) ?? '', unit: metadataUnit(unit) },
  };
}

function typeOf(kind: MetricKind, isCounter: boolean): MetricType {
  switch (kind) {
    case 'gauge':
      return 'gauge';
    case 'sum':
      return isCounter ? 'counter' : 'gauge';
    case 'histogram':
    case 'exponential':
      return 'histogram';
    case 'summary':
      return 'summary';
    case 'none':
      return 'unknown';
  }
}
