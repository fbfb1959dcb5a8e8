// The formats in which metrics can be had, and how each is chosen: by `Accept` where it has a media type of its own, and by
// `?format=` in any case.

import { CSV_CONTENT_TYPE, renderCsv } from '../exposition/csv.ts';
import { INFLUX_CONTENT_TYPE, renderInflux } from '../exposition/influx.ts';
import { JSON_CONTENT_TYPE, renderJson } from '../exposition/json.ts';
import { OPENMETRICS_CONTENT_TYPE, renderOpenMetrics } from '../exposition/openmetrics.ts';
import { OTLP_JSON_CONTENT_TYPE, renderOtlpJson } from '../exposition/otlp-json.ts';
import { OTLP_PROTOBUF_CONTENT_TYPE, renderOtlpProtobuf } from '../exposition/otlp-protobuf.ts';
import { PROTOBUF_CONTENT_TYPE, renderProtobuf } from '../exposition/protobuf.ts';
import { renderSnapshotText } from '../exposition/snapshot-text.ts';
import { TEXT_CONTENT_TYPE } from '../exposition/text.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { chooseOffer, type Offer } from './negotiation.ts';

export const FORMAT_NAMES = [
  'text',
  'openmetrics',
  'protobuf',
  'json',
  'csv',
  'influx',
  'otlp',
  'otlp-protobuf',
] as const;
/** `otlp` is OTLP as JSON. */
export type FormatName = (typeof FORMAT_NAMES)[number];

export interface Format {
  readonly contentType: string;
  render(snapshot: Snapshot): Uint8Array;
}

const FORMATS: Readonly<Record<FormatName, Format>> = {
  text: { contentType: TEXT_CONTENT_TYPE, render: renderSnapshotText },
  openmetrics: { contentType: OPENMETRICS_CONTENT_TYPE, render: renderOpenMetrics },
  protobuf: { contentType: PROTOBUF_CONTENT_TYPE, render: renderProtobuf },
  json: { contentType: JSON_CONTENT_TYPE, render: renderJson },
  csv: { contentType: CSV_CONTENT_TYPE, render: renderCsv },
  influx: { contentType: INFLUX_CONTENT_TYPE, render: renderInflux },
  otlp: { contentType: OTLP_JSON_CONTENT_TYPE, render: (snapshot) => Buffer.from(renderOtlpJson(snapshot)) },
  'otlp-protobuf': { contentType: OTLP_PROTOBUF_CONTENT_TYPE, render: (snapshot) => renderOtlpProtobuf(snapshot) },
};

/** In the order in which we prefer them. */
const OFFERS: readonly Offer<FormatName>[] = [
  { format: 'text', mediaType: 'text/plain', parameters: { version: '0.0.4' } },
  { format: 'openmetrics', mediaType: 'application/openmetrics-text', parameters: { version: '1.0.0' } },
  {
    format: 'protobuf',
    mediaType: 'application/vnd.google.protobuf',
    parameters: { proto: 'io.prometheus.client.MetricFamily', encoding: 'delimited' },
  },
  { format: 'json', mediaType: 'application/json', parameters: {} },
  { format: 'csv', mediaType: 'text/csv', parameters: {} },
];

export function formatOf(name: FormatName): Format {
  return FORMATS[name];
}

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(FORMATS, name);
}

/** What a request wants that names no format; see `chooseOffer`. */
export function acceptedFormat(accept: string | undefined): FormatName {
  return chooseOffer(accept, OFFERS);
}
