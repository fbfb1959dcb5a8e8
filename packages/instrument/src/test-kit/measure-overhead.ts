// What recording costs an operation: the same operation with and without it, in rounds that alternate so that a machine that
// slows down slows both, and an interval that says how far the result can be trusted. The interval is a percentile bootstrap
// over the rounds, which are drawn in pairs (Efron and Tibshirani, An Introduction to the Bootstrap, chapter 13).

import { InstrumentError } from '../errors.ts';
import { Random } from './simulation/random.ts';

export type Operation = () => unknown;

export interface OverheadOptions {
  /** The operation with records. It must do the same work as `plain` apart from them. */
  readonly instrumented: Operation;
  /** The operation without, such as the same code with `createNodeMetrics({ registry, off: 'all' })`. */
  readonly plain: Operation;
  /** Records in one operation, for `nanosecondsARecord`; default 1. */
  readonly recordsAnOperation?: number;
  /** Measured rounds of each, 5 to 10,000; default 41. */
  readonly rounds?: number;
  /** Operations in a round, so that it lasts some milliseconds; found by trying when left out. */
  readonly operationsARound?: number;
  /** Rounds before the first one measured; default 5. */
  readonly warmupRounds?: number;
  /** Of the bootstrap; default 1. */
  readonly seed?: number;
  /** A clock that only goes forward, in milliseconds; default `performance.now`. */
  readonly wallMs?: () => number;
}

export interface Overhead {
  /** Median time with records, divided by the median without, less 1: 0.01 is 1 %. May be below 0 by noise. */
  readonly overheadRatio: number;
  /** With 95 % confidence the true ratio is between these two, if the machine treated both alike. */
  readonly low: number;
  readonly high: number;
  /** Difference of the medians for one record. */
  readonly nanosecondsARecord: number;
  /** Median of one operation. */
  readonly plainNanoseconds: number;
  readonly instrumentedNanoseconds: number;
  readonly rounds: number;
  readonly operationsARound: number;
}

const MIN_ROUNDS = 5;
const MAX_ROUNDS = 10_000;
/** Shorter rounds would measure the clock. */
const ROUND_MS = 3;
const TRIES = 5;
const MAX_OPERATIONS_A_ROUND = 2 ** 24;
const RESAMPLES = 2000;
const CONFIDENCE = 0.95;

/**
 * Measures what records cost an operation, synchronous or asynchronous. It takes some seconds at most: twice `rounds` rounds
 * of three milliseconds, or of one operation where that takes longer.
 *
 * Do not assert a small limit in a test: on a shared machine the interval is easily ±5 %, and only a quiet one tells
 * less than 1 % from nothing. What can be asserted is that `low` is below a limit, so that noise alone never fails.
 * @throws {InstrumentError} `option_invalid` for options out of range
 */
export async function measureOverhead(options: OverheadOptions): Promise<Overhead> {
  const { instrumented, plain, recordsAnOperation = 1, rounds = 41, warmupRounds = 5, seed = 1 } = options;
  const { wallMs = () => performance.now() } = options;
  checkWhole('rounds', rounds, MIN_ROUNDS, MAX_ROUNDS);
  checkWhole('warmupRounds', warmupRounds, 0, MAX_ROUNDS);
  if (!(recordsAnOperation > 0)) {
    throw new InstrumentError('option_invalid', `recordsAnOperation is ${recordsAnOperation}: give a number above 0.`);
  }
  const operationsARound = options.operationsARound ?? (await fittingOperations(plain, wallMs));
  checkWhole('operationsARound', operationsARound, 1, MAX_OPERATIONS_A_ROUND);
  const timed = (operation: Operation) => timeOf(operation, operationsARound, wallMs);
  const pairs: Pair[] = [];
  for (let round = -warmupRounds; round < rounds; round++) {
    // Who is first changes, as the second may find warmer caches or a fuller heap.
    const isPlainFirst = round % 2 === 0;
    const first = await timed(isPlainFirst ? plain : instrumented);
    const second = await timed(isPlainFirst ? instrumented : plain);
    if (round < 0) continue;
    pairs.push(isPlainFirst ? { plain: first, instrumented: second } : { plain: second, instrumented: first });
  }
  const nanoseconds = (ms: number) => (ms * 1e6) / operationsARound;
  const plainNanoseconds = nanoseconds(median(pairs.map((pair) => pair.plain)));
  const instrumentedNanoseconds = nanoseconds(median(pairs.map((pair) => pair.instrumented)));
  return {
    overheadRatio: ratioOf(pairs),
    ...bootstrap(pairs, new Random(seed)),
    nanosecondsARecord: (instrumentedNanoseconds - plainNanoseconds) / recordsAnOperation,
    plainNanoseconds,
    instrumentedNanoseconds,
    rounds,
    operationsARound,
  };
}

interface Pair {
  readonly plain: number;
  readonly instrumented: number;
}

/** Milliseconds. What is asynchronous is awaited, one after the other. */
async function timeOf(operation: Operation, count: number, wallMs: () => number): Promise<number> {
  const startMs = wallMs();
  for (let i = 0; i < count; i++) {
    const result = operation();
    if (result instanceof Promise) await result;
  }
  return wallMs() - startMs;
}

async function fittingOperations(operation: Operation, wallMs: () => number): Promise<number> {
  let count = 1;
  // The first calls are slow, as nothing is compiled yet: a count must be long enough several times.
  for (let longEnough = 0; longEnough < TRIES && count < MAX_OPERATIONS_A_ROUND; ) {
    if ((await timeOf(operation, count, wallMs)) >= ROUND_MS) {
      longEnough++;
    } else {
      longEnough = 0;
      count *= 2;
    }
  }
  return count;
}

function bootstrap(pairs: readonly Pair[], random: Random): { readonly low: number; readonly high: number } {
  const ratios = Array.from({ length: RESAMPLES }, () => ratioOf(pairs.map(() => random.pick(pairs))));
  ratios.sort((a, b) => a - b);
  const tail = Math.floor(((1 - CONFIDENCE) / 2) * RESAMPLES);
  return { low: ratios[tail]!, high: ratios[RESAMPLES - 1 - tail]! };
}

function ratioOf(pairs: readonly Pair[]): number {
  return median(pairs.map((pair) => pair.instrumented)) / median(pairs.map((pair) => pair.plain)) - 1;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function checkWhole(name: string, value: number, min: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return;
  throw new InstrumentError(
    'option_invalid',
    `${name} is ${String(value)}: give a whole number from ${min} to ${max}.`,
  );
}
