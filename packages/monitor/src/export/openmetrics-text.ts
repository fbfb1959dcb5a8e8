// History as OpenMetrics 1.0 text: families with type, unit and help, then their series, each with all of its samples in the order of
// time, in seconds. This is what `promtool tsdb create-blocks-from openmetrics` reads. Stale markers and native histograms, which
// the text has no form for, are left out.
// Format page: docs/formats/history.md.

import { type Labels, labelValue, METRIC_NAME } from '../model/labels.ts';
import { bitsOf, isStaleAt } from '../model/staleness.ts';
import type { SeriesSamples } from '../storage/interface.ts';
import type { MetricFamily } from './families.ts';
import { type ExportTotals, SAMPLES_PER_PIECE, type SeriesRenderer } from './interface.ts';
import { leaveOutHistograms } from './left-out.ts';
import { numberText } from './number-text.ts';

const BARE_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const BARE_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export const OPENMETRICS_TEXT: SeriesRenderer = { begin: '', end: '# EOF\n', render: renderSeries };

export function renderFamilyHead({ name, type, help, unit }: MetricFamily): string {
  const shown = BARE_METRIC.test(name) ? name : quoted(name);
  const lines = [`# TYPE ${shown} ${type}\n`];
  if (unit !== '') lines.push(`# UNIT ${shown} ${unit}\n`);
  if (help !== '') lines.push(`# HELP ${shown} ${escaped(help)}\n`);
  return lines.join('');
}

function* renderSeries(series: SeriesSamples, totals: ExportTotals): Generator<string> {
  const { labels, timestampsMs, values } = series;
  leaveOutHistograms(series, totals, 'OpenMetrics');
  const start = `${seriesText(labels)} `;
  const bits = bitsOf(values);
  let count = 0;
  let text = '';
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    // A NaN that marks the end would become one that is shown.
    if (!Number.isNaN(value) || !isStaleAt(bits, at)) {
      count++;
      text += `${start}${numberText(value)} ${timestampsMs[at]! / 1000}\n`;
    }
    if (at % SAMPLES_PER_PIECE !== SAMPLES_PER_PIECE - 1) continue;
    yield text;
    text = '';
  }
  totals.samples += count;
  yield text;
}

function seriesText(labels: Labels): string {
  const name = labelValue(labels, METRIC_NAME);
  const pairs = labels
    .filter((label) => label.name !== METRIC_NAME)
    .map((label) => `${BARE_LABEL.test(label.name) ? label.name : quoted(label.name)}=${quoted(label.value)}`);
  if (!BARE_METRIC.test(name)) return `{${[quoted(name), ...pairs].join(',')}}`;
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\"\n]/g, (found) => (found === '\n' ? '\\n' : `\\${found}`));
}
