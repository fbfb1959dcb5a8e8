// Prints samples with their times as text (the Prometheus text format), more than ten million lines a second, to load a store with:
//   node bench/storage/generate.ts --series 1000 --interval 5 --days 30 --end 2026-11-20 | chainpulse import -

import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Labels, METRIC_NAME } from '../../packages/monitor/src/model/labels.ts';
import { syntheticSeries } from './synthetic-node.ts';

const MS_A_DAY = 86_400_000;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** A line beyond its series: a blank, the value's digits, a blank, the time's digits, the end. */
const LINE_REST_BYTES = 64;
const ZERO = 0x30;
const DIGITS_AT_ONCE = 1e9;

/** The series of a line, labels and all, with the blank after it. */
function prefixOf(labels: Labels): Buffer {
  const name = labels.find((label) => label.name === METRIC_NAME)?.value ?? '';
  const pairs = labels.filter((label) => label.name !== METRIC_NAME).map(({ name: key, value }) => `${key}="${value}"`);
  return Buffer.from(`${name}{${pairs.join(',')}} `);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      series: { type: 'string', default: '1000' },
      interval: { type: 'string', default: '5' },
      days: { type: 'string', default: '1' },
      end: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      seed: { type: 'string', default: '1' },
    },
  });
  const intervalMs = 1000 * Number(values.interval);
  const scrapes = Math.round((Number(values.days) * MS_A_DAY) / intervalMs);
  const startMs = Date.parse(values.end) - scrapes * intervalMs;
  const series = Number(values.series);
  if (![intervalMs, scrapes, startMs, series, Number(values.seed)].every(Number.isSafeInteger)) {
    process.stderr.write(
      'generate: --series, --interval (s), --days and --seed take numbers, --end a day such as 2026-11-20\n',
    );
    process.exitCode = 2;
    return;
  }
  await print(syntheticSeries({ series, intervalMs, startMs, scrapes, seed: Number(values.seed) }));
}

async function print({ labels, decimals, scrapes }: ReturnType<typeof syntheticSeries>): Promise<void> {
  const prefixes = labels.map(prefixOf);
  const longest = prefixes.reduce((most, { length }) => Math.max(most, length), 0) + LINE_REST_BYTES;
  const chunk = Buffer.alloc(CHUNK_BYTES + longest);
  let at = 0;
  for (const { timestampMs, units } of scrapes()) {
    const end = Buffer.from(` ${timestampMs}\n`);
    for (let index = 0; index < units.length; index++) {
      const prefix = prefixes[index]!;
      chunk.set(prefix, at);
      at = writeDecimal(chunk, at + prefix.length, units[index]!, decimals[index]!);
      for (let byte = 0; byte < end.length; byte++) chunk[at + byte] = end[byte]!;
      at += end.length;
      if (at < CHUNK_BYTES) continue;
      await writeOut(chunk.subarray(0, at));
      at = 0;
    }
  }
  await writeOut(chunk.subarray(0, at));
}

/** A whole number of 0 or more, the point so many digits from its end. */
function writeDecimal(output: Buffer, start: number, units: number, decimals: number): number {
  if (decimals === 0) return writeDigits(output, start, units, 1);
  const scale = 10 ** decimals;
  const whole = Math.floor(units / scale);
  const at = writeDigits(output, start, whole, 1);
  output[at] = 0x2e;
  return writeDigits(output, at + 1, units - whole * scale, decimals);
}

function writeDigits(output: Buffer, start: number, value: number, least: number): number {
  if (value >= DIGITS_AT_ONCE) {
    const high = Math.floor(value / DIGITS_AT_ONCE);
    return writeDigits(output, writeDigits(output, start, high, 1), value - high * DIGITS_AT_ONCE, 9);
  }
  let digits = least;
  for (let bound = 10 ** least; value >= bound; bound *= 10) digits++;
  let rest = value | 0;
  for (let at = start + digits - 1; at >= start; at--) {
    const tenth = (rest / 10) | 0;
    output[at] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
  return start + digits;
}

/** A pipe that is full is waited for; one that is closed ends the program, as `head` does to any. */
async function writeOut(bytes: Buffer): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') process.exit(0);
      if (code !== 'EAGAIN') throw error;
      await sleep(1);
    }
  }
}

await main();
