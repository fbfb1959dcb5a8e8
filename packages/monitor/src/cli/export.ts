// `chainpulse export`: history out of a running monitor, or out of a folder that no monitor has open, as text. It is written
// a family of metrics at a time, in the order of their names, so that an export into a file goes on where it was interrupted.

import { realpathSync } from 'node:fs';
import { Command, Option } from 'commander';
import { openHistory } from '../app/open-history.ts';
import { csvRows } from '../export/csv-rows.ts';
import { familiesOf } from '../export/families.ts';
import {
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportRequest,
  type ExportTotals,
  newTotals,
} from '../export/interface.ts';
import { OPENMETRICS_TEXT } from '../export/openmetrics-text.ts';
import { METRIC_NAME } from '../model/labels.ts';
import type { Matcher } from '../model/matcher.ts';
import { parseSelector } from '../promql/selector.ts';
import { addClientOptions, type ClientOptions, MonitorClient } from './client.ts';
import { type ExportOutput, type ExportSettings, FileOutput, keptExport, StreamOutput } from './export-file.ts';
import { type HistoryReader, RemoteHistory, readerOf } from './history-reader.ts';
import { INTERRUPTED_EXIT_CODE, onInterruption } from './interruption.ts';
import { bytesText, countText, Progress } from './progress.ts';
import { parseTimeMs } from './time-option.ts';
import { UsageError } from './usage-error.ts';

/** As far as times reach in the store. */
const EARLIEST_MS = -(2 ** 50);
const SELECTORS_MAX = 16;
const SELECTORS_PER_REQUEST = 64;

interface ExportOptions extends ClientOptions {
  readonly data?: string;
  readonly format: ExportFormat;
  readonly match: readonly string[];
  readonly start?: string;
  readonly end?: string;
  readonly output?: string;
  readonly restart?: boolean;
  readonly quiet?: boolean;
}

export function exportCommand(): Command {
  const command = new Command('export')
    .description('Write history as text.')
    .option(
      '--data <folder>',
      'take it from this folder, which no monitor has open, instead of from a running monitor',
    );
  return addClientOptions(command)
    .addOption(new Option('--format <format>', 'how to write it').choices(EXPORT_FORMATS).default('json'))
    .option('--match <selector>', 'only these series, such as up{job="node"}; repeatable', collect, [])
    .option('--start <time>', 'only samples from this time on')
    .option('--end <time>', 'only samples up to this time (default now)')
    .option('-o, --output <file>', 'write into this file, and not to stdout')
    .option('--restart', 'begin anew where an export into the file was interrupted')
    .option('-q, --quiet', 'show no progress')
    .addHelpText(
      'after',
      `
Formats:
  json          lines that "chainpulse import" and VictoriaMetrics' /api/v1/import read; everything is in them
  csv           a row a sample, a column a label, for spreadsheets and pandas
  influx        InfluxDB's line protocol, nanoseconds
  openmetrics   for "promtool tsdb create-blocks-from openmetrics"

A <time> is a Unix time in seconds (1795181530), a date (2026-11-20T13:00:00Z) or how long ago (-1h).

An export into a file is FILE.part until it is whole. When it is interrupted, the same command goes on with it.

Exit codes: 0 done, 1 failed, 2 wrong usage, 130 interrupted.

Examples:
  $ chainpulse export --match '{__name__=~"chain_.*"}' --start -7d --output week.json
  $ chainpulse export --data chainpulse-data --format openmetrics | zstd > history.om.zst
`,
    )
    .action((options: ExportOptions, self: Command) => {
      if (options.data !== undefined && self.getOptionValueSource('url') === 'cli') {
        throw new UsageError('--url and --data are two places: give one of them');
      }
      return runExport(options);
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function runExport(options: ExportOptions): Promise<void> {
  if (options.match.length > SELECTORS_MAX) throw new UsageError(`give --match at most ${SELECTORS_MAX} times`);
  const matcherSets = options.match.map(parseMatch);
  const nowMs = Date.now();
  const minTimeMs = options.start === undefined ? EARLIEST_MS : parseTimeMs('--start', options.start, nowMs);
  const maxTimeMs = options.end === undefined ? nowMs : parseTimeMs('--end', options.end, nowMs);
  if (maxTimeMs < minTimeMs) throw new UsageError('--end is before --start');
  const { reader, source } = await openReader(options);
  const interruption = onInterruption();
  try {
    const plan = await planOf(reader, source, options, { matcherSets, minTimeMs, maxTimeMs });
    const output = outputOf(options, plan.settings);
    const totals = newTotals();
    const progress = new Progress({ title: 'exporting', isQuiet: options.quiet === true });
    try {
      await writeAll({ reader, plan, output, totals, progress, signal: interruption.signal });
      output.finish();
    } catch (error) {
      output.stop();
      if (!interruption.signal.aborted) throw error;
      process.exitCode = INTERRUPTED_EXIT_CODE;
    } finally {
      progress.end();
    }
    report(totals, options, progress, interruption.signal.aborted);
  } finally {
    interruption.dispose();
    await reader.close();
  }
}

function parseMatch(text: string): readonly Matcher[] {
  try {
    return parseSelector(text);
  } catch (error) {
    throw new UsageError(`--match ${JSON.stringify(text)}: ${(error as Error).message}`);
  }
}

async function openReader(options: ExportOptions): Promise<{ reader: HistoryReader; source: string }> {
  const { data } = options;
  if (data === undefined) {
    const client = new MonitorClient(options, 'history');
    return { reader: new RemoteHistory(client), source: client.shownUrl };
  }
  const onNotice = (message: string) => void process.stderr.write(`chainpulse: ${message}\n`);
  const engine = await openHistory({ directory: data, retention: 'unlimited', isMade: false, onNotice });
  return { reader: readerOf(engine, () => engine.close()), source: realpathSync(data) };
}

interface ExportPlan {
  readonly settings: ExportSettings;
  readonly matcherSets: readonly (readonly Matcher[])[];
  /** By the first of their names, ascending. */
  readonly families: readonly { readonly name: string; readonly metricNames: readonly string[] }[];
}

type Wanted = Pick<ExportRequest, 'matcherSets' | 'minTimeMs' | 'maxTimeMs'>;

/** What is to be exported; of an export that was interrupted, exactly what was to be exported then. */
async function planOf(
  reader: HistoryReader,
  source: string,
  options: ExportOptions,
  wanted: Wanted,
): Promise<ExportPlan> {
  const { format, match: selectors, output, restart } = options;
  const kept = output === undefined || restart === true ? undefined : keptExport(output)?.settings;
  const isSame =
    kept?.source === source &&
    kept.format === format &&
    kept.selectors.join('\n') === selectors.join('\n') &&
    (options.start === undefined || options.start.startsWith('-') || kept.minTimeMs === wanted.minTimeMs) &&
    (options.end === undefined || options.end.startsWith('-') || kept.maxTimeMs === wanted.maxTimeMs);
  if (kept !== undefined && !isSame) {
    throw new UsageError(`${output}.part is of another export: run that one to its end, or begin anew with --restart`);
  }
  const range = kept ?? wanted;
  const selection = { matcherSets: wanted.matcherSets, minTimeMs: range.minTimeMs, maxTimeMs: range.maxTimeMs };
  const labelNames = kept === undefined && format === 'csv' ? await reader.labelNames(selection) : [];
  const columns = kept?.columns ?? labelNames.filter((name) => name !== METRIC_NAME);
  const families = familiesOf(await reader.metricNames(selection), await reader.metadata());
  return {
    settings: { source, format, selectors, minTimeMs: range.minTimeMs, maxTimeMs: range.maxTimeMs, columns },
    matcherSets: wanted.matcherSets,
    families: families.map(({ metricNames }) => ({ name: metricNames[0]!, metricNames })),
  };
}

function outputOf({ output, restart }: ExportOptions, settings: ExportSettings): ExportOutput {
  if (output === undefined) return new StreamOutput(process.stdout);
  return new FileOutput(output, settings, restart === true ? undefined : keptExport(output));
}

interface ExportRun {
  readonly reader: HistoryReader;
  readonly plan: ExportPlan;
  readonly output: ExportOutput;
  readonly totals: ExportTotals;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

async function writeAll({ reader, plan, output, totals, progress, signal }: ExportRun): Promise<void> {
  const { settings, families } = plan;
  const { kept } = output;
  const { begin, end } = framesOf(settings);
  let sizeBytes = kept?.sizeBytes ?? 0;
  totals.samples = kept?.samples ?? 0;
  if (kept === undefined && begin !== '') await output.write(Buffer.from(begin));
  for (const [place, { name, metricNames }] of families.entries()) {
    if (kept !== undefined && name <= kept.family) continue;
    for (const request of requestsOf(plan, metricNames)) {
      for await (const piece of reader.read(request, totals, signal)) {
        signal.throwIfAborted();
        await output.write(piece);
        sizeBytes += piece.length;
        const note = bytesText(sizeBytes);
        progress.update({ done: place, total: families.length, unit: 'metrics', samples: totals.samples, note });
      }
    }
    output.checkpoint({ family: name, samples: totals.samples });
  }
  await output.write(Buffer.from(end));
}

function framesOf({ format, columns }: ExportSettings): { readonly begin: string; readonly end: string } {
  if (format === 'csv') return csvRows(columns);
  return format === 'openmetrics' ? OPENMETRICS_TEXT : { begin: '', end: '' };
}

/** One, unless the family has more names and selectors than one request takes. */
function* requestsOf({ settings, matcherSets }: ExportPlan, names: readonly string[]): Generator<ExportRequest> {
  const { format, minTimeMs, maxTimeMs, columns } = settings;
  const own = names.flatMap((value) => {
    const named: Matcher = { name: METRIC_NAME, operator: '=', value };
    return matcherSets.length === 0 ? [[named]] : matcherSets.map((matchers) => [...matchers, named]);
  });
  for (let start = 0; start < own.length; start += SELECTORS_PER_REQUEST) {
    yield {
      format: format as ExportFormat,
      matcherSets: own.slice(start, start + SELECTORS_PER_REQUEST),
      minTimeMs,
      maxTimeMs,
      columns: format === 'csv' ? columns : undefined,
      isFragment: true,
    };
  }
}

function report(totals: ExportTotals, options: ExportOptions, progress: Progress, isInterrupted: boolean): void {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  for (const warning of totals.warnings) say(`warning: ${warning}`);
  if (isInterrupted) {
    say(options.output === undefined ? 'interrupted' : 'interrupted: run the same command again to go on.');
  } else if (options.quiet !== true) {
    const seconds = (progress.elapsedMs / 1000).toFixed(1);
    const left = totals.leftOut > 0 ? `, left out ${countText(totals.leftOut)}` : '';
    say(`exported ${countText(totals.samples)} samples${left} in ${seconds} s`);
  }
}
