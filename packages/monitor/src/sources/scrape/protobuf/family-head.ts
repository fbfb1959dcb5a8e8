// What a MetricFamily says of itself: name, type, help and unit, which may stand before and behind its metrics.

import type { MetricMetadata, MetricType } from '../../../model/batch.ts';
import { CollectionError } from '../../interface.ts';
import type { FamilyReader } from './family-reader.ts';
import type { FamilyPlace, FamilyType } from './known-metrics.ts';
import { FAMILY, FAMILY_FIELDS } from './messages.ts';
import { readText } from './texts.ts';

/** Of all that is not its metrics. */
const LONGEST_HEAD_BYTES = 64 * 1024;

/** As numbered in the format. */
const TYPES: readonly FamilyType[] = ['counter', 'gauge', 'summary', 'untyped', 'histogram', 'gaugehistogram'];

export interface FamilyHead {
  readonly metadata: MetricMetadata;
  readonly type: FamilyType;
}

interface FamilyScan extends Omit<FamilyPlace, 'family'> {
  /** Whether nothing stands between the metrics. */
  readonly isTogether: boolean;
}

/** Where what lies; the reader is left at the family's end. A metric gives at least one sample. */
export function scanFamily(reader: FamilyReader, metricsMax: number): FamilyScan {
  const headStart = reader.position;
  let headEnd = -1;
  let metricsEnd = reader.end;
  let metrics = 0;
  let otherBytes = 0;
  let isTogether = true;
  while (!reader.isAtEnd) {
    const fieldStart = reader.position;
    const tag = reader.readTag();
    if (tag !== FAMILY.metric) {
      reader.skipOther(tag, FAMILY_FIELDS);
      otherBytes += reader.position - fieldStart;
      if (otherBytes > LONGEST_HEAD_BYTES) {
        reader.fail(`name, help and unit of a metric family are longer than ${LONGEST_HEAD_BYTES} bytes`);
      }
      continue;
    }
    if (headEnd < 0) headEnd = fieldStart;
    else if (metricsEnd !== fieldStart) isTogether = false;
    reader.position = metricsEnd = reader.readLength();
    if (++metrics > metricsMax) {
      throw new CollectionError(
        'too_large',
        `The page has more than ${metricsMax} samples: raise the target's sampleLimit or let the target expose less.`,
      );
    }
  }
  return {
    headStart,
    headEnd: headEnd < 0 ? reader.end : headEnd,
    tailStart: metricsEnd,
    tailEnd: reader.end,
    isTogether,
  };
}

/** The reader stands at the family's begin. */
export function readFamilyHead(reader: FamilyReader): FamilyHead {
  let name = '';
  let help = '';
  let unit = '';
  let typeNumber = 0;
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === FAMILY.name) name = readText(reader, "a metric's name");
    else if (tag === FAMILY.help) help = readText(reader, 'a help');
    else if (tag === FAMILY.unit) unit = readText(reader, 'a unit');
    else if (tag === FAMILY.type) typeNumber = reader.readUint64();
    else reader.skipOther(tag, FAMILY_FIELDS);
  }
  if (name === '') reader.fail('a metric family has no name');
  const type = TYPES[typeNumber];
  if (type === undefined) {
    reader.metric = name;
    reader.fail(
      `there is no type ${typeNumber}: types are ${TYPES.map((known, number) => `${number} ${known}`).join(', ')}`,
    );
  }
  const metricType: MetricType = type === 'untyped' ? 'unknown' : type;
  return { metadata: { name, type: metricType, help, unit }, type };
}
