// `chainpulse query`: PromQL in the terminal, answered by a running monitor, by any other server with Prometheus' API, or from a
// folder of history.

import { Command, InvalidArgumentError, Option } from 'commander';
import { QUERY_FEATURE_FLAGS, type QueryFeature } from '../config/query-schema.ts';
import { parseDurationMs } from '../model/duration.ts';
import { addClientOptions, type ClientOptions, MonitorClient } from './client.ts';
import { formatExplanation } from './explain-format.ts';
import { type Answer, FORMATS, type Format, formatAnswer } from './query-format.ts';
import { openLocalQueries, type Query, type QuerySource, RemoteQueries } from './query-source.ts';
import { parseTimeMs } from './time-option.ts';
import { UsageError } from './usage-error.ts';

const DEFAULT_STEPS = 120;

interface QueryOptions extends ClientOptions {
  readonly time?: string;
  readonly start?: string;
  readonly end?: string;
  readonly step?: string;
  readonly format?: Format;
  readonly explain?: boolean;
  readonly data?: string;
  readonly lookback?: string;
  readonly feature?: readonly QueryFeature[];
}

export function queryCommand(): Command {
  const command = new Command('query')
    .description('Ask a running monitor, or a folder of history, in PromQL.')
    .argument('<expression>', 'PromQL')
    .option(
      '--data <folder>',
      'ask the history in this folder, which no monitor has open, instead of a running monitor',
    );
  return addClientOptions(command)
    .option('--time <time>', 'the moment to answer for (default now)')
    .option('--start <time>', 'first moment of a range')
    .option('--end <time>', 'last moment of a range (default now)')
    .option('--step <duration>', `distance of the points of a range (default 1/${DEFAULT_STEPS} of it, at least 1s)`)
    .addOption(
      new Option('--format <format>', 'how to print the answer (default table, chart for a range)').choices(FORMATS),
    )
    .option(
      '--lookback <duration>',
      'how far back a selector looks for a sample (default 5m; with --url what is set there)',
    )
    .addOption(
      new Option(
        '--feature <name>',
        'with --data: turns a feature of PromQL on, as query.features does for a monitor; may be given several times',
      ).argParser(withFeature),
    )
    .option('--explain', 'tell what the query reads and costs, and not its answer')
    .addHelpText(
      'after',
      `
A <time> is a Unix time in seconds (1795181530), a date (2026-11-20T13:00:00Z) or how long ago (-1h).
A feature is one of:${listOfFeatures()}
An <expression> that begins with a minus sign goes to the end, after --.
With --explain each line is an operation: what came out of it, how long it took by itself, and what was read for it;
below it, indented, is what it is computed from. With --format json it is for another program.

Examples:
  $ chainpulse query up
  $ chainpulse query 'rate(chain_transactions_processed_total[1m])' --start -1h
  $ chainpulse query chain_blocks_head_height --start -10m --step 30s --format csv
  $ chainpulse query 'sum by (job) (rate(http_requests_total[5m]))' --start -1d --explain
  $ chainpulse query up --data chainpulse-data
  $ chainpulse query 'mad_over_time(up[1h])' --data chainpulse-data --feature promql-experimental-functions
`,
    )
    .action((expression: string, options: QueryOptions, self: Command) => {
      if (options.data !== undefined && self.getOptionValueSource('url') === 'cli') {
        throw new UsageError('--url and --data are two places: give one of them');
      }
      if (options.data === undefined && options.feature !== undefined) {
        throw new UsageError(
          '--feature belongs to --data: which features a running server has is its own setting, query.features of a monitor, --enable-feature of Prometheus',
        );
      }
      return query(expression, options);
    });
}

async function query(expression: string, options: QueryOptions): Promise<void> {
  const source =
    options.data === undefined
      ? new RemoteQueries(new MonitorClient(options, 'PromQL answer'))
      : await openLocalQueries(options.data, options.feature ?? []);
  try {
    const asked = { ...(await queryOf(expression, options, source)), ...lookbackOf(options) };
    if (options.explain === true) {
      const explanation = await source.explain(asked);
      if (options.format === 'json') process.stdout.write(`${JSON.stringify(explanation)}\n`);
      else {
        process.stdout.write(formatExplanation(explanation));
        printNotes(explanation);
      }
    } else {
      await printAnswer(source, asked, options);
    }
  } finally {
    await source.close();
  }
}

async function queryOf(expression: string, options: QueryOptions, source: QuerySource): Promise<Query> {
  if (options.start === undefined) {
    for (const name of ['end', 'step'] as const) {
      if (options[name] !== undefined) throw new UsageError(`--${name} belongs to a range: give --start as well`);
    }
    if (options.time === undefined) return { expression, timeMs: undefined };
    return { expression, timeMs: parseTimeMs('--time', options.time, await source.nowMs()) };
  }
  if (options.time !== undefined) {
    throw new UsageError('--time asks for one moment and --start for a range: give one of them');
  }
  const nowMs = await source.nowMs();
  const startMs = parseTimeMs('--start', options.start, nowMs);
  const endMs = options.end === undefined ? nowMs : parseTimeMs('--end', options.end, nowMs);
  if (endMs < startMs) throw new UsageError('--end is before --start');
  return { expression, startMs, endMs, stepMs: 1000 * stepSeconds(options.step, endMs - startMs) };
}

function lookbackOf({ lookback: text }: QueryOptions): { readonly lookbackMs?: number } {
  if (text === undefined) return {};
  const lookbackMs = parseDurationMs(text);
  if (lookbackMs === undefined || lookbackMs === 0) {
    throw new UsageError(`--lookback "${text}" is no duration: write for example 5m`);
  }
  return { lookbackMs };
}

function withFeature(name: string, others: readonly QueryFeature[] = []): readonly QueryFeature[] {
  const feature = QUERY_FEATURE_FLAGS.find((flag) => flag === name);
  if (feature === undefined) throw new InvalidArgumentError(`It is one of: ${QUERY_FEATURE_FLAGS.join(', ')}.`);
  return others.includes(feature) ? others : [...others, feature];
}

/** A line each, for the help. */
function listOfFeatures(): string {
  return QUERY_FEATURE_FLAGS.map((flag) => `\n  ${flag}`).join('');
}

async function printAnswer(source: QuerySource, asked: Query, options: QueryOptions): Promise<void> {
  const answer = await source.ask(asked);
  const format = options.format ?? ('stepMs' in asked ? 'chart' : 'table');
  process.stdout.write(formatAnswer(answer, format, process.stdout.columns ?? 100));
  printNotes(answer);
}

function printNotes({ warnings, infos }: Pick<Answer, 'warnings' | 'infos'>): void {
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  for (const info of infos) process.stderr.write(`info: ${info}\n`);
}

function stepSeconds(text: string | undefined, rangeMs: number): number {
  if (text === undefined) return Math.max(1, Math.round(rangeMs / DEFAULT_STEPS / 1000));
  const stepMs = parseDurationMs(text);
  if (stepMs === undefined || stepMs === 0)
    throw new UsageError(`--step "${text}" is no duration: write for example 15s`);
  return stepMs / 1000;
}
