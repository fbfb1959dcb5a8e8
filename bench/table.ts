// How every benchmark here measures and prints. Contenders of one comparison run in turn, round after round, in an order
// that rotates, so that a machine that slows down slows all of them; what counts is the median round of each. Every
// contender hands back a number made from its results, and all of them are kept, so that no compiler may leave work out.

export interface BenchTable {
  readonly title: string;
  readonly note?: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Contender {
  readonly name: string;
  /** Operations in one call of `run`. */
  readonly operations: number;
  /** Does them, and answers with a number that depends on what they did. */
  run(): number | Promise<number>;
  /** Before each `run`, not measured. */
  prepare?(): void;
}

export interface Measurement {
  readonly name: string;
  /** Nanoseconds an operation, the median of the rounds. */
  readonly medianNs: number;
  /** Times the first contender's median. */
  readonly ratio: number;
}

let kept = 0;

/** Measures all contenders in interleaved rounds, after as many unmeasured ones as `warmups` says. The first is "us". */
export async function measure(
  contenders: readonly Contender[],
  { rounds = 15, warmups = 5 }: { readonly rounds?: number; readonly warmups?: number } = {},
): Promise<Measurement[]> {
  const times = contenders.map((): number[] => []);
  for (let round = -warmups; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const i = (turn + round + warmups) % contenders.length;
      const contender = contenders[i]!;
      contender.prepare?.();
      const startMs = performance.now();
      const result = contender.run();
      kept += typeof result === 'number' ? result : await result;
      const elapsedMs = performance.now() - startMs;
      if (round >= 0) times[i]!.push((elapsedMs * 1e6) / contender.operations);
    }
  }
  if (Number.isNaN(kept)) throw new Error('A contender of this benchmark handed back no number.');
  const medians = times.map(median);
  return contenders.map(({ name }, i) => ({ name, medianNs: medians[i]!, ratio: medians[i]! / medians[0]! }));
}

/** The middle value, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The first column is text and stands left, the others are figures and stand right. */
export function printTable(table: BenchTable, write: (line: string) => void = console.log): void {
  const lines = [table.columns, ...table.rows];
  const widths = table.columns.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)));
  const lineOf = (cells: readonly string[]): string =>
    widths
      .map((width, column) => (column === 0 ? (cells[0] ?? '').padEnd(width) : (cells[column] ?? '').padStart(width)))
      .join('  ')
      .trimEnd();
  write('');
  write(table.title);
  if (table.note !== undefined) write(table.note);
  write('');
  write(`  ${lineOf(table.columns)}`);
  write(`  ${widths.map((width) => '-'.repeat(width)).join('  ')}`);
  for (const cells of table.rows) write(`  ${lineOf(cells)}`);
}
