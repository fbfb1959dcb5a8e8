// What a rule writes into the store: its series at each evaluation, and a stale marker for each that was there before and is
// no more, so that nothing that has ended lives on for the lookback.

import type { Batch, NativeHistogram } from '../../model/batch.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import { bitsOf, writeStaleAt } from '../../model/staleness.ts';
import type { Appender, AppendOutcome } from '../../storage/interface.ts';

export interface ResultRow {
  readonly labels: Labels;
  readonly value: number;
  readonly histogram?: NativeHistogram;
}

interface Written {
  readonly labels: Labels;
  readonly ref: number;
}

/** The series of one rule, as the evaluation before left them. */
export class ResultSeries {
  #written = new Map<string, Written>();

  continueFrom(other: ResultSeries): void {
    this.#written = other.#written;
  }

  /**
   * Stores the rows at one time; undefined where there was nothing to store.
   * @throws {ChainpulseError} of the store: then the series before are still those that are marked later.
   */
  async write(appender: Appender, rows: readonly ResultRow[], timeMs: number): Promise<AppendOutcome | undefined> {
    const now = new Map<string, Written>();
    const gone = new Map(this.#written);
    const unknown: ResultRow[] = [];
    const keys = rows.map(({ labels }) => labelsKey(labels));
    for (const [at, key] of keys.entries()) {
      const known = gone.get(key);
      if (known === undefined) unknown.push(rows[at]!);
      else now.set(key, known);
      gone.delete(key);
    }
    const refs = unknown.length === 0 ? [] : await appender.resolveSeries(unknown.map(({ labels }) => labels));
    for (const [at, { labels }] of unknown.entries()) now.set(labelsKey(labels), { labels, ref: refs[at]! });
    const total = rows.length + gone.size;
    if (total === 0) return undefined;
    const outcome = await appender.append(batchOf(rows, keys, now, [...gone.values()], timeMs));
    // A series that idled too long has another reference now: the next evaluation asks for it.
    this.#written = outcome.rejectedSamples.unknown_series > 0 ? new Map() : now;
    return outcome;
  }

  /** Ends all series. */
  async end(appender: Appender, timeMs: number): Promise<void> {
    await this.write(appender, [], timeMs);
  }
}

function batchOf(
  rows: readonly ResultRow[],
  keys: readonly string[],
  written: ReadonlyMap<string, Written>,
  gone: readonly Written[],
  timeMs: number,
): Batch {
  const refs = new Uint32Array(rows.length + gone.length);
  const values = new Float64Array(refs.length);
  const bits = bitsOf(values);
  const histograms: { row: number; histogram: NativeHistogram }[] = [];
  for (const [row, { value, histogram }] of rows.entries()) {
    refs[row] = written.get(keys[row]!)!.ref;
    values[row] = value;
    if (histogram !== undefined) histograms.push({ row, histogram });
  }
  for (const [at, { ref }] of gone.entries()) {
    refs[rows.length + at] = ref;
    writeStaleAt(bits, rows.length + at);
  }
  return { refs, timestampsMs: timeMs, values, ...(histograms.length === 0 ? {} : { histograms }) };
}
