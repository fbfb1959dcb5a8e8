// The data that both sides get: the recording with synthetic series of its time, and synthetic series of the minutes before and
// after the beginning of 1970, written in any order.

import { join } from 'node:path';
import { compareLabels } from '../../../../packages/monitor/src/model/label-order.ts';
import { readRecordedSeries } from '../recorded-series.ts';
import type { RawSeries } from '../remote-write.ts';
import { classicHistograms } from './data/classic-histograms.ts';
import { floatSeries, type Span } from './data/float-series.ts';
import { nativeHistograms } from './data/native-histograms.ts';
import { Dice } from './dice.ts';
import { type Families, RECORDED_NAMES, WITH_RECORDING, WITHOUT_RECORDING } from './vocabulary.ts';

const RECORDING = join(import.meta.dirname, '../../../../testdata/recordings/lodestar-calm.rec.zst');
const RECORDING_START_MS = 1_795_181_530_000;
const SYNTHETIC_SECONDS = 600;
const DATA_SEED = 20_261_121;

export type DataSetName = 'recorded' | '1970';

export interface DataSet {
  readonly name: DataSetName;
  readonly span: Span;
  readonly families: Families;
  /** Each is written once the one before it is there. */
  readonly parts: readonly (readonly RawSeries[])[];
}

const made = new Map<DataSetName, Promise<DataSet>>();

/** Made once and never changed. */
export function makeDataSet(name: DataSetName): Promise<DataSet> {
  const known = made.get(name);
  if (known !== undefined) return known;
  const dataSet = name === 'recorded' ? recordedSet() : Promise.resolve(epochSet());
  made.set(name, dataSet);
  return dataSet;
}

async function recordedSet(): Promise<DataSet> {
  const span = { startMs: RECORDING_START_MS, durationMs: SYNTHETIC_SECONDS * 1000 };
  const recorded = await readRecordedSeries(RECORDING, 'lodestar');
  const wanted = recorded.filter(({ labels }) =>
    labels.some(({ name, value }) => name === '__name__' && RECORDED_NAMES.has(value)),
  );
  const parts = [inOrder([...wanted, ...syntheticSeries(span)])];
  return { name: 'recorded', span, families: WITH_RECORDING, parts };
}

/** Half of it before 1970; each sample goes into one of a few parts, so that late ones come early. */
function epochSet(): DataSet {
  const span = { startMs: -500 * SYNTHETIC_SECONDS, durationMs: 1000 * SYNTHETIC_SECONDS };
  const dice = new Dice(DATA_SEED + 1);
  const count = 4;
  const series = inOrder(syntheticSeries(span));
  const chosen = series.map((one) => ({
    floats: Array.from(one.values, () => dice.below(count)),
    histograms: (one.histograms ?? []).map(() => dice.below(count)),
  }));
  const parts = Array.from({ length: count }, (_, part) =>
    series.flatMap((one, index) => {
      const { floats, histograms } = chosen[index]!;
      return partOf(
        one,
        (at) => floats[at] === part,
        (at) => histograms[at] === part,
      );
    }),
  );
  return { name: '1970', span, families: WITHOUT_RECORDING, parts };
}

type IsIn = (index: number) => boolean;

function partOf(series: RawSeries, hasFloat: IsIn, hasHistogram: IsIn): RawSeries[] {
  const indices = Array.from(series.values.keys()).filter(hasFloat);
  const histograms = (series.histograms ?? []).filter((_, index) => hasHistogram(index));
  if (indices.length + histograms.length === 0) return [];
  const timestampsMs = Float64Array.from(indices, (index) => series.timestampsMs[index]!);
  const values = new Float64Array(indices.length);
  // As bytes, so that stale markers stay what they are.
  const [from, to] = [new Uint8Array(series.values.buffer, series.values.byteOffset), new Uint8Array(values.buffer)];
  for (const [at, index] of indices.entries()) to.set(from.subarray(8 * index, 8 * index + 8), 8 * at);
  return [{ labels: series.labels, timestampsMs, values, ...(histograms.length > 0 && { histograms }) }];
}

function syntheticSeries(span: Span): RawSeries[] {
  const dice = new Dice(DATA_SEED);
  return [...floatSeries(dice, span), ...classicHistograms(dice, span), ...nativeHistograms(dice, span)];
}

/** Both sides then hold them in the order of their labels, in which the first of something is looked for. */
function inOrder(series: readonly RawSeries[]): RawSeries[] {
  return series.toSorted((a, b) => compareLabels(a.labels, b.labels));
}
