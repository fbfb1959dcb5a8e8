// History as InfluxDB's line protocol: the measurement is the metric's name, tags are labels, the one field is `value`, times are
// nanoseconds. Of what the protocol has not (NaN, infinities, stale markers, times after 2262) there is no line; names and values of tags are written as
// in the format page of a snapshot, docs/formats/influxdb.md, which also says why backslashes are doubled in places.
// Source: docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference

import { labelValue, METRIC_NAME } from '../model/labels.ts';
import type { SeriesSamples } from '../storage/interface.ts';
import { type ExportTotals, SAMPLES_PER_PIECE, type SeriesRenderer } from './interface.ts';
import { leaveOutHistograms } from './left-out.ts';
import { finiteText } from './number-text.ts';

/** Nanoseconds are 64 bits: times to the year 2262. */
const TIME_MAX_MS = 9_223_372_036_854;
/**
 * Names of metrics that readers would take for another name, a comment, or the begin of something else: there is no way to write
 * them that all readers understand.
 */
const UNWRITABLE = /^$|^[#\t\0]|\n|\\(?:[,= "]|$)/;
const NAMED_MAX = 10;
/** InfluxDB drops points with such a tag. */
const RESERVED_TAGS = new Set(['time', '_field', '_measurement']);

export const INFLUX_LINES: SeriesRenderer = { begin: '', end: '', render: renderSeries };

function* renderSeries(series: SeriesSamples, totals: ExportTotals): Generator<string> {
  const { labels, timestampsMs, values } = series;
  leaveOutHistograms(series, totals, "InfluxDB's line protocol");
  const name = labelValue(labels, METRIC_NAME);
  if (UNWRITABLE.test(name)) {
    totals.leftOut += values.length;
    warnOfName(name, totals);
    return;
  }
  const tags = labels.map(({ name, value }) => (name === METRIC_NAME ? '' : tagText(name, value)));
  const start = `${name.replaceAll(/[, ]/g, '\\$&')}${tags.join('')} value=`;
  let count = 0;
  let text = '';
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (Number.isFinite(value) && Math.abs(timestampsMs[at]!) <= TIME_MAX_MS) {
      count++;
      // As text: nanoseconds of our days are no exact doubles.
      text += `${start}${finiteText(value)} ${timeText(timestampsMs[at]!)}\n`;
    }
    if (at % SAMPLES_PER_PIECE !== SAMPLES_PER_PIECE - 1) continue;
    yield text;
    text = '';
  }
  totals.samples += count;
  totals.leftOut += values.length - count;
  yield text;
}

function warnOfName(name: string, { warnings }: ExportTotals): void {
  const text = "series are left out, since InfluxDB's line protocol cannot write the name of their metric";
  // So many names are told at most.
  if (warnings.size < NAMED_MAX) warnings.add(`${text}: ${JSON.stringify(name.slice(0, 200))}`);
  else warnings.add(text);
}

function timeText(timeMs: number): string {
  return timeMs === 0 ? '0' : `${timeMs}000000`;
}

function tagText(name: string, value: string): string {
  const escaped = escapeTag(value);
  return escaped === '' ? '' : `,${escapeTag(RESERVED_TAGS.has(name) ? `${name}_` : name)}=${escaped}`;
}

function escapeTag(text: string): string {
  return text
    .replaceAll('\n', '\\n')
    .replace(/\\+$/, '')
    .replaceAll(/\\+(?=[,= ])/g, '$&$&')
    .replaceAll(/[,= ]/g, '\\$&');
}
