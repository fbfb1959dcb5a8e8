// The file of format 1 in `format-1/testdata`, and what it holds, by the formula that it was made with: seventy series that
// grow with the step and their index, and one of native histograms.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';
import type { Exemplar, MetricMetadata } from '../../../model/batch.ts';
import { type Labels, labelsFromRecord } from '../../../model/labels.ts';
import type { HistogramSample } from '../../interface.ts';
import { FILE_NAME } from '../open.ts';

const PACKED = new URL('../format-1/testdata/store.db.zst', import.meta.url);
const START_MS = 1_700_000_000_000;
const STEPS = 20;
const STEP_MS = 5000;
const SERIES = 70;
const STALE_HIGH = 0x7ff00000;
const STALE_LOW = 2;

export interface Format1Expected {
  readonly labels: Labels;
  readonly timesMs: readonly number[];
  /** Of values: two words each, the low one first. */
  readonly bits: readonly number[];
  readonly histograms: readonly HistogramSample[];
}

export const FORMAT_1_METADATA: MetricMetadata = {
  name: 'node_height',
  type: 'counter',
  help: 'Height of the chain.',
  unit: '',
};
export const FORMAT_1_EXEMPLAR: Exemplar = {
  labels: labelsFromRecord({ trace_id: 'abc' }),
  value: 4,
  timestampMs: START_MS + 4 * STEP_MS,
};

export function format1Bytes(): Buffer {
  return zstdDecompressSync(readFileSync(PACKED));
}

export function writeFormat1(directory: string): void {
  writeFileSync(join(directory, FILE_NAME), format1Bytes());
}

export function format1Expected(): readonly Format1Expected[] {
  const timesMs = Array.from({ length: STEPS }, (_, step) => START_MS + step * STEP_MS);
  const series = Array.from(
    { length: SERIES },
    (_, index): Format1Expected => ({
      labels: labelsFromRecord({
        __name__: index < 35 ? 'node_height' : 'node_peers',
        job: 'node',
        index: String(index),
        odd: index === 3 ? '\0\ud800ü' : 'x',
      }),
      timesMs,
      bits: timesMs.flatMap((_, step) => bitsAt(step, index)),
      histograms: [],
    }),
  );
  return [
    ...series,
    {
      labels: labelsFromRecord({ __name__: 'node_latency_seconds', job: 'node' }),
      timesMs: [],
      bits: [],
      histograms: timesMs.map((timestampMs, step) => ({ timestampMs, histogram: histogramAt(step) })),
    },
  ];
}

function bitsAt(step: number, index: number): readonly [number, number] {
  if (step === 10 && index === 8) return [STALE_LOW, STALE_HIGH];
  const [low, high] = new Uint32Array(Float64Array.of(valueAt(step, index)).buffer);
  return [low!, high!];
}

function valueAt(step: number, index: number): number {
  if (index === 5) return step * 0.1;
  if (index === 6) return Number.NaN;
  return index === 7 ? -0 : step * index;
}

function histogramAt(step: number): HistogramSample['histogram'] {
  return {
    schema: 3,
    zeroThreshold: 1e-9,
    zeroCount: step,
    count: step * 3,
    sum: step * 1.5,
    positiveSpans: [{ offset: 1, length: 2 }],
    positiveCounts: Float64Array.of(step, step),
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
  };
}
