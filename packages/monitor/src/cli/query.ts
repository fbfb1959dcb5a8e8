// `chainpulse query`: PromQL in the terminal, answered by a running monitor or any other server with Prometheus' API.

import { Command, Option } from 'commander';
import { parseDurationMs } from '../model/duration.ts';
import { ChainpulseError } from '../model/errors.ts';
import { addClientOptions, type ClientOptions, MonitorClient } from './client.ts';
import { type Answer, FORMATS, type Format, formatAnswer } from './query-format.ts';
import { parseTimeMs } from './time-option.ts';
import { UsageError } from './usage-error.ts';

const DEFAULT_STEPS = 120;
/** To learn the monitor's time. */
const TIME_LIMIT_MS = 2000;

interface QueryOptions extends ClientOptions {
  readonly time?: string;
  readonly start?: string;
  readonly end?: string;
  readonly step?: string;
  readonly format?: Format;
}

export function queryCommand(): Command {
  const command = new Command('query')
    .description('Ask a running monitor in PromQL.')
    .argument('<expression>', 'PromQL');
  return addClientOptions(command)
    .option('--time <time>', 'the moment to answer for (default now)')
    .option('--start <time>', 'first moment of a range')
    .option('--end <time>', 'last moment of a range (default now)')
    .option('--step <duration>', `distance of the points of a range (default 1/${DEFAULT_STEPS} of it, at least 1s)`)
    .addOption(
      new Option('--format <format>', 'how to print the answer (default table, chart for a range)').choices(FORMATS),
    )
    .addHelpText(
      'after',
      `
A <time> is a Unix time in seconds (1795181530), a date (2026-11-20T13:00:00Z) or how long ago (-1h).
An <expression> that begins with a minus sign goes to the end, after --.

Examples:
  $ chainpulse query up
  $ chainpulse query 'rate(chain_transactions_processed_total[1m])' --start -1h
  $ chainpulse query chain_blocks_head_height --start -10m --step 30s --format csv
`,
    )
    .action(query);
}

async function query(expression: string, options: QueryOptions): Promise<void> {
  const client = new MonitorClient(options, 'PromQL answer');
  try {
    await printAnswer(client, expression, options);
  } finally {
    client.close();
  }
}

async function printAnswer(client: MonitorClient, expression: string, options: QueryOptions): Promise<void> {
  const nowMs = await serverTimeMs(client);
  const form = new URLSearchParams({ query: expression });
  const isRange = options.start !== undefined;
  if (options.start === undefined) {
    for (const name of ['end', 'step'] as const) {
      if (options[name] !== undefined) throw new UsageError(`--${name} belongs to a range: give --start as well`);
    }
    if (options.time !== undefined) form.set('time', String(parseTimeMs('--time', options.time, nowMs) / 1000));
  } else {
    if (options.time !== undefined)
      throw new UsageError('--time asks for one moment and --start for a range: give one of them');
    const startMs = parseTimeMs('--start', options.start, nowMs);
    const endMs = options.end === undefined ? nowMs : parseTimeMs('--end', options.end, nowMs);
    if (endMs < startMs) throw new UsageError('--end is before --start');
    form.set('start', String(startMs / 1000));
    form.set('end', String(endMs / 1000));
    form.set('step', String(stepSeconds(options.step, endMs - startMs)));
  }
  const answer = await ask(client, isRange ? 'query_range' : 'query', form);
  process.stdout.write(
    formatAnswer(answer, options.format ?? (isRange ? 'chart' : 'table'), process.stdout.columns ?? 100),
  );
  for (const warning of answer.warnings) process.stderr.write(`warning: ${warning}\n`);
}

function stepSeconds(text: string | undefined, rangeMs: number): number {
  if (text === undefined) return Math.max(1, Math.round(rangeMs / DEFAULT_STEPS / 1000));
  const stepMs = parseDurationMs(text);
  if (stepMs === undefined || stepMs === 0)
    throw new UsageError(`--step "${text}" is no duration: write for example 15s`);
  return stepMs / 1000;
}

interface PrometheusAnswer {
  readonly status: 'success' | 'error';
  readonly data?: Omit<Answer, 'warnings'>;
  readonly error?: string;
  readonly warnings?: readonly string[];
}

async function ask(client: MonitorClient, endpoint: string, form: URLSearchParams): Promise<Answer> {
  const answer = (await client.json(`api/v1/${endpoint}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  })) as PrometheusAnswer | null;
  if (answer?.data === undefined) {
    throw new ChainpulseError('query_refused', answer?.error ?? `${client.shownUrl} refused the query`);
  }
  return { ...answer.data, warnings: answer.warnings ?? [] } as Answer;
}

/** The monitor's time, which a replay or a clock that was set back parts from this machine's; its own where there is none. */
async function serverTimeMs(client: MonitorClient): Promise<number> {
  try {
    const snapshot = await client.json('api/chain/v1/snapshot', { signal: AbortSignal.timeout(TIME_LIMIT_MS) });
    const { timeMs } = snapshot as { timeMs?: unknown };
    return typeof timeMs === 'number' ? timeMs : Date.now();
  } catch {
    // Another server with Prometheus' API has no such address; one that is not there is told of by the query.
    return Date.now();
  }
}
