// `chainpulse import`: history from a file, or from what is piped in, into a running monitor or into a folder that no monitor
// has open. It goes on where it was interrupted.

import { mkdirSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command, Option } from 'commander';
import { openHistory } from '../app/open-history.ts';
import { RemoteWriteAppender } from '../app/remote-write-appender.ts';
import { detectFormat } from '../import/detect-format.ts';
import { importLines, type LinePosition } from '../import/import-lines.ts';
import { importRecording } from '../import/import-recording.ts';
import { type ImportTotals, rejectedCount } from '../import/import-totals.ts';
import { IMPORT_FORMATS, type ImportFormat, type LineFormat } from '../import/interface.ts';
import { type Input, openInput, standardInput } from '../import/open-input.ts';
import { chunksBehind, PositionFile } from '../import/position-file.ts';
import { ChainpulseError } from '../model/errors.ts';
import { type Labels, labelsFrom } from '../model/labels.ts';
import { ExpositionError } from '../sources/scrape/line-cursor.ts';
import type { Appender } from '../storage/interface.ts';
import { addClientOptions, type ClientOptions, MonitorClient } from './client.ts';
import { problemsOf, summaryOf } from './import-report.ts';
import { INTERRUPTED_EXIT_CODE, type Interruption, onInterruption } from './interruption.ts';
import { countText, Progress, type ProgressState } from './progress.ts';
import { keepHeapsSmall } from './small-heaps.ts';
import { UsageError } from './usage-error.ts';

/** Everything was read, and the store refused some of it. */
const REFUSED_EXIT_CODE = 3;
const SAVE_EVERY_MS = 500;
const MAINTAIN_EVERY_MS = 5_000;
const TAIL_BYTES = 65_536;

interface ImportOptions extends ClientOptions {
  readonly data?: string;
  readonly retention: string;
  readonly format?: ImportFormat;
  readonly label: readonly string[];
  readonly skipBadLines?: boolean;
  readonly restart?: boolean;
  readonly quiet?: boolean;
}

export function importCommand(): Command {
  const command = new Command('import')
    .description('Put history from a file into a monitor.')
    .argument('<file>', 'what to import, plain or packed with gzip or zstd; - for what is piped in')
    .option('--data <folder>', 'import into this folder, which no monitor has open, instead of into a running monitor');
  return addClientOptions(command)
    .addOption(
      new Option('--format <format>', 'what the file holds (default: told by how it begins)').choices(IMPORT_FORMATS),
    )
    .option('--retention <duration>', 'with --data: what is older is refused, as the monitor does', '30d')
    .option('--label <name=value>', 'of a recording: a label of its targets, such as job=node; repeatable', collect, [])
    .option('--skip-bad-lines', 'pass over lines that cannot be read, and count them')
    .option('--restart', 'begin at the beginning of a file that was imported in part')
    .option('-q, --quiet', 'show no progress')
    .addHelpText(
      'after',
      `
Formats:
  openmetrics   OpenMetrics text; times in seconds        text       Prometheus text; times in milliseconds
  tsdb-dump     what "promtool tsdb dump" prints          recording  a recording of a node (.rec.zst)
  json, csv, influx   what "chainpulse export" writes; VictoriaMetrics' exports are json, and any line protocol is influx

What is interrupted goes on where it was when the same command is run again. Samples that are there already are not
stored twice.

Exit codes: 0 everything is stored, 1 failed, 2 wrong usage, 3 the store refused some samples (their kind is named),
130 interrupted.

Examples:
  $ chainpulse import history.om.gz
  $ promtool tsdb dump /var/lib/prometheus | chainpulse import - --data chainpulse-data --retention unlimited
  $ chainpulse import node.rec.zst --label job=lodestar
`,
    )
    .action((file: string, options: ImportOptions, self: Command) => {
      if (options.data !== undefined && self.getOptionValueSource('url') === 'cli') {
        throw new UsageError('--url and --data are two places: give one of them');
      }
      return runImport(file, options);
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function runImport(file: string, options: ImportOptions): Promise<void> {
  keepHeapsSmall();
  const labels = labelsOf(options.label);
  const input = await openInput(file === '-' ? standardInput() : file);
  const interruption = onInterruption();
  try {
    const format = formatOf(input, options.format);
    if (labels.length > 0 && format !== 'recording') throw new UsageError('--label is for recordings alone');
    const target = await openTarget(options, interruption.signal);
    try {
      const job = { file, input, options, target, interruption, progress: progressOf(file, options) };
      const totals =
        format === 'recording' ? await importOneRecording(job, labels) : await importFileOfLines(job, format);
      report(totals, job, interruption.signal.aborted);
    } finally {
      await target.close();
    }
  } finally {
    interruption.dispose();
    input.close();
  }
}

interface ImportJob {
  readonly file: string;
  readonly input: Input;
  readonly options: ImportOptions;
  readonly target: Target;
  readonly interruption: Interruption;
  readonly progress: Progress;
}

interface Target {
  readonly appender: Appender;
  /** Tells this place from others. */
  readonly name: string;
  /** Where positions are kept. */
  readonly stateDirectory: string;
  close(): Promise<void>;
}

function progressOf(file: string, { quiet = false }: ImportOptions): Progress {
  return new Progress({ title: `importing ${file === '-' ? 'from a pipe' : file}`, isQuiet: quiet });
}

/** @throws {ChainpulseError} `format_unknown`, `input_empty` */
function formatOf({ begin, name }: Input, given: ImportFormat | undefined): ImportFormat {
  if (begin.length === 0) throw new ChainpulseError('input_empty', `There is nothing in ${name}.`);
  const format = given ?? detectFormat(begin);
  if (format !== undefined) return format;
  throw new ChainpulseError(
    'format_unknown',
    `${name} begins like no format that can be imported: name its format with --format (${IMPORT_FORMATS.join(', ')}).`,
  );
}

function labelsOf(texts: readonly string[]): Labels {
  return labelsFrom(
    texts.map((given) => {
      const at = given.indexOf('=');
      if (at < 1) throw new UsageError(`--label ${JSON.stringify(given)} is no label: write name=value`);
      return [given.slice(0, at), given.slice(at + 1)];
    }),
  );
}

async function openTarget(options: ImportOptions, signal: AbortSignal): Promise<Target> {
  if (options.data !== undefined) return openFolder(options.data, options.retention);
  const client = new MonitorClient(options, 'answer to a write');
  const post = async (body: Uint8Array, headers: Readonly<Record<string, string>>) => {
    const answer = await client.send('api/v1/write', { method: 'POST', headers, body });
    return { status: answer.status, headers: answer.headers, text: await text(answer.body) };
  };
  const stateHome = process.env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state');
  return {
    appender: new RemoteWriteAppender(post, signal),
    name: client.shownUrl,
    stateDirectory: join(stateHome, 'chainpulse', 'imports'),
    close: async () => client.close(),
  };
}

async function openFolder(directory: string, retention: string): Promise<Target> {
  mkdirSync(directory, { recursive: true });
  const onNotice = (message: string) => void process.stderr.write(`chainpulse: ${message}\n`);
  const engine = await openHistory({ directory, retention, isMade: true, onNotice });
  let maintaining: Promise<void> | undefined;
  const timer = setInterval(() => {
    // What fails here fails for the samples too, and is told there.
    maintaining ??= engine
      .maintain(Date.now())
      .catch(() => {})
      .finally(() => (maintaining = undefined));
  }, MAINTAIN_EVERY_MS);
  return {
    appender: engine,
    name: realpathSync(directory),
    stateDirectory: join(directory, 'imports'),
    close: async () => {
      clearInterval(timer);
      await maintaining;
      await engine.close();
    },
  };
}

async function importFileOfLines(job: ImportJob, format: LineFormat): Promise<ImportTotals> {
  const { file, input, options, target, interruption, progress } = job;
  // What is piped in cannot be asked for again from the middle.
  const positions = input.sizeBytes === undefined ? undefined : positionsOf(job, format);
  if (options.restart === true) positions?.remove();
  const kept = positions?.load();
  if (kept !== undefined && options.quiet !== true) {
    process.stderr.write(`going on after line ${countText(kept.lines)}, ${countText(kept.samples)} samples\n`);
  }
  const before = kept?.samples ?? 0;
  const keeper = new PositionKeeper(positions, before);
  const show = (samples: number) => progress.update(stateOf(input, before + samples));
  let samples = 0;
  const timer = setInterval(() => show(samples), 100);
  try {
    const totals = await importLines({
      chunks: kept === undefined ? input.chunks() : chunksBehind(kept, input.chunks()),
      format,
      from: kept ?? { offset: 0, lines: 0, header: undefined },
      appender: target.appender,
      nowMs: Date.now(),
      skipsBadLines: options.skipBadLines === true,
      signal: interruption.signal,
      onStored: (position, totals, tail) => {
        samples = totals.samples + totals.histograms;
        keeper.stored(position, samples, tail);
      },
    });
    if (interruption.signal.aborted) keeper.save();
    else positions?.remove();
    return totals;
  } catch (error) {
    keeper.save();
    if (!(error instanceof ExpositionError)) throw error;
    throw new ChainpulseError(
      'line_malformed',
      `${file === '-' ? 'What is piped in' : file}, ${error.message}. What stands before is stored. Mend the line and run the same command again, or pass over such lines with --skip-bad-lines.`,
      { cause: error },
    );
  } finally {
    clearInterval(timer);
    progress.end();
  }
}

function positionsOf({ file, input, target }: ImportJob, format: string): PositionFile {
  const { name, stateDirectory } = target;
  return new PositionFile({ directory: stateDirectory, file, target: name, format, begin: input.begin });
}

function stateOf({ takenBytes, sizeBytes }: Input, samples: number): ProgressState {
  return { done: takenBytes, total: sizeBytes, unit: 'bytes', samples };
}

/** The latest position, written down now and then and at the end. */
class PositionKeeper {
  readonly #file: PositionFile | undefined;
  readonly #samplesBefore: number;
  #latest: { position: LinePosition; samples: number; tail: Uint8Array } | undefined;
  #savedMs = performance.now();

  constructor(file: PositionFile | undefined, samplesBefore: number) {
    this.#file = file;
    this.#samplesBefore = samplesBefore;
  }

  stored(position: LinePosition, samples: number, tail: Uint8Array): void {
    if (this.#file === undefined) return;
    this.#latest = { position, samples, tail: tail.slice(-TAIL_BYTES) };
    if (performance.now() - this.#savedMs >= SAVE_EVERY_MS) this.save();
  }

  save(): void {
    if (this.#latest === undefined) return;
    const { position, samples, tail } = this.#latest;
    this.#file?.save(position, this.#samplesBefore + samples, tail);
    this.#savedMs = performance.now();
  }
}

async function importOneRecording(
  { file, input, options, target, interruption, progress }: ImportJob,
  labels: Labels,
): Promise<ImportTotals> {
  if (file === '-') throw new UsageError('a recording is read twice: name its file');
  input.close();
  let total = 0;
  try {
    return await importRecording({
      file,
      labels,
      appender: target.appender,
      skipsBadRecords: options.skipBadLines === true,
      signal: interruption.signal,
      onOpen: (records) => {
        total = records;
      },
      onRecord: (done, { samples }) => progress.update({ done, total, unit: 'records', samples }),
    });
  } finally {
    progress.end();
  }
}

function report(totals: ImportTotals, { options, progress, file }: ImportJob, isInterrupted: boolean): void {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  if (options.quiet !== true) say(summaryOf(totals, progress.elapsedMs / 1000));
  const keptFor = options.data === undefined ? undefined : options.retention;
  for (const line of problemsOf(totals, keptFor)) say(line);
  if (rejectedCount(totals) > 0) process.exitCode = REFUSED_EXIT_CODE;
  if (!isInterrupted) return;
  say(file === '-' ? 'interrupted: what was stored stays.' : 'interrupted: run the same command again to go on.');
  process.exitCode = INTERRUPTED_EXIT_CODE;
}
