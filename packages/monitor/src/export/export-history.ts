// Takes history out of a store as text, piece by piece: a piece is made when the one before was taken, series are read as they are
// needed, and the event loop turns between slices. Memory is a piece and what the store hands out at once, whatever the range.

import { setImmediate as eventLoopTurn } from 'node:timers/promises';
import { METRIC_NAME } from '../model/labels.ts';
import { labelsPredicate, type Matcher } from '../model/matcher.ts';
import type { SeriesSamples } from '../storage/interface.ts';
import { csvRows } from './csv-rows.ts';
import { familiesOf } from './families.ts';
import { INFLUX_LINES } from './influx-lines.ts';
import type { ExportRequest, ExportTotals, HistorySource, SeriesRenderer } from './interface.ts';
import { JSON_LINES } from './json-lines.ts';
import { OPENMETRICS_TEXT, renderFamilyHead } from './openmetrics-text.ts';

/** The event loop turns at the first look at the clock after so many milliseconds. */
const SLICE_MS = 5;
const PIECE_CHARACTERS = 65_536;

/** As UTF-8. What is counted in `totals` is right when the last piece was taken. */
export async function* exportHistory(
  source: HistorySource,
  request: ExportRequest,
  totals: ExportTotals,
): AsyncGenerator<Buffer> {
  const renderer = await rendererOf(source, request);
  const slice = new Slice();
  let text = request.isFragment ? '' : renderer.begin;
  for await (const part of partsOf(source, request, totals)) {
    for (const piece of typeof part === 'string' ? [part] : renderer.render(part, totals)) {
      text += piece;
      if (text.length >= PIECE_CHARACTERS) {
        yield Buffer.from(text);
        text = '';
      }
      if (slice.isOver()) await slice.rest();
    }
  }
  if (!request.isFragment) text += renderer.end;
  yield Buffer.from(text);
}

async function rendererOf(source: HistorySource, request: ExportRequest): Promise<SeriesRenderer> {
  switch (request.format) {
    case 'json':
      return JSON_LINES;
    case 'influx':
      return INFLUX_LINES;
    case 'openmetrics':
      return OPENMETRICS_TEXT;
    case 'csv':
      return csvRows(request.columns ?? (await columnsOf(source, request)));
  }
}

/** The labels that the series have, without the metric's name. */
async function columnsOf(source: HistorySource, request: ExportRequest): Promise<readonly string[]> {
  const { matcherSets, minTimeMs, maxTimeMs } = request;
  const names = await source.labelNames({ matcherSets, minTimeMs, maxTimeMs, limit: 0 });
  return names.filter((name) => name !== METRIC_NAME);
}

/** Series, and texts that stand between them. */
async function* partsOf(
  source: HistorySource,
  request: ExportRequest,
  totals: ExportTotals,
): AsyncGenerator<SeriesSamples | string> {
  if (request.format !== 'openmetrics') {
    yield* seriesOf(source, request, [], totals);
    return;
  }
  const { matcherSets, minTimeMs, maxTimeMs } = request;
  const names = await source.labelValues(METRIC_NAME, { matcherSets, minTimeMs, maxTimeMs, limit: 0 });
  for (const family of familiesOf(names, await source.metadata('', 0))) {
    yield renderFamilyHead(family);
    for (const value of family.metricNames) {
      yield* seriesOf(source, request, [{ name: METRIC_NAME, operator: '=', value }], totals);
    }
  }
}

/** Those that match any of the lists, each once, and all of `also`. */
async function* seriesOf(
  source: HistorySource,
  { matcherSets, minTimeMs, maxTimeMs }: ExportRequest,
  also: readonly Matcher[],
  totals: ExportTotals,
): AsyncGenerator<SeriesSamples> {
  const warn = (message: string) => void totals.warnings.add(message);
  const sets = matcherSets.length === 0 ? [[]] : matcherSets;
  const tests = sets.map(labelsPredicate);
  for (const [place, matchers] of sets.entries()) {
    const before = tests.slice(0, place);
    const request = { matchers: [...matchers, ...also], minTimeMs, maxTimeMs, warn };
    for await (const series of source.select(request)) {
      if (before.some((test) => test(series.labels))) continue;
      totals.series++;
      yield series;
    }
  }
}

class Slice {
  #endMs = performance.now() + SLICE_MS;

  isOver(): boolean {
    return performance.now() >= this.#endMs;
  }

  async rest(): Promise<void> {
    await eventLoopTurn();
    this.#endMs = performance.now() + SLICE_MS;
  }
}
