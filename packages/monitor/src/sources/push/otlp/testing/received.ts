// What a receiver makes of requests, in a form that a test can read and compare: samples, histograms and exemplars by the
// text of their series, metadata by name.

import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../../../../model/batch.ts';
import type { Labels } from '../../../../model/labels.ts';
import { bitsOf, isStaleAt } from '../../../../model/staleness.ts';
import type { Appender } from '../../../../storage/interface.ts';
import { MemoryAppender, seriesText } from '../../../testing/memory-appender.ts';
import type { PushTotals } from '../../interface.ts';
import { DEFAULT_PUSH_LIMITS } from '../../limits.ts';
import { Slices } from '../../pacing.ts';
import { PushBatch } from '../../push-batch.ts';
import type { OtlpLimits } from '../limits.ts';
import { OtlpReceiver } from '../otlp-receiver.ts';
import type { OtlpOutcome } from '../outcome.ts';
import type { OtlpSettings } from '../settings.ts';
import { encodeOtlp, type OtlpObject } from './official-otlp.ts';

export interface Received {
  readonly samples: ReadonlyMap<string, readonly (readonly [timeMs: number, value: number | 'stale'])[]>;
  readonly histograms: ReadonlyMap<string, readonly (readonly [timeMs: number, histogram: NativeHistogram])[]>;
  readonly exemplars: ReadonlyMap<string, readonly Exemplar[]>;
  readonly metadata: ReadonlyMap<string, MetricMetadata>;
  readonly totals: PushTotals;
  readonly outcome: OtlpOutcome & { readonly refusedDataPoints: number };
}

export const NOW_MS = 1_700_000_000_000;

/** A receiver with its store. */
export class Receiving {
  readonly appender = new MemoryAppender();
  readonly #receiver: OtlpReceiver;
  readonly #labels = new Map<number, Labels>();

  constructor(settings: Partial<OtlpSettings> = {}, limits: Partial<OtlpLimits> = {}) {
    this.#receiver = new OtlpReceiver(settings, limits);
  }

  /** What this request alone made. */
  async receive(body: Uint8Array, format: 'protobuf' | 'json' = 'protobuf', nowMs = NOW_MS): Promise<Received> {
    const { appender } = this;
    const batchesBefore = appender.batches.length;
    appender.metadata.clear();
    const appenderWithLabels: Appender = {
      resolveSeries: async (series) => {
        const refs = await appender.resolveSeries(series);
        for (const [at, ref] of refs.entries()) this.#labels.set(ref, series[at]!);
        return refs;
      },
      append: (each) => appender.append(each),
    };
    const batch = new PushBatch({ appender: appenderWithLabels, limits: DEFAULT_PUSH_LIMITS, nowMs });
    const outcome = await this.#receiver.receive({ body, format, receivedMs: nowMs }, batch, new Slices());
    await batch.flush();
    const content = contentOf(appender.batches.slice(batchesBefore), (ref) => seriesText(this.#labels.get(ref) ?? []));
    const refusedDataPoints = outcome.passedOverDataPoints + batch.refusedUnits;
    const told = { ...outcome, refusedDataPoints };
    return { ...content, metadata: new Map(appender.metadata), totals: batch.totals(), outcome: told };
  }
}

/** By a receiver of its own. */
export function receive(request: OtlpObject, settings: Partial<OtlpSettings> = {}): Promise<Received> {
  return new Receiving(settings).receive(encodeOtlp(request));
}

function contentOf(
  batches: readonly Batch[],
  textOf: (ref: number) => string,
): Pick<Received, 'samples' | 'histograms' | 'exemplars'> {
  const samples = new Map<string, [number, number | 'stale'][]>();
  const histograms = new Map<string, [number, NativeHistogram][]>();
  const exemplars = new Map<string, Exemplar[]>();
  for (const batch of batches) {
    const timeOf = (row: number): number =>
      typeof batch.timestampsMs === 'number' ? batch.timestampsMs : batch.timestampsMs[row]!;
    const bits = bitsOf(batch.values);
    const withHistogram = new Map((batch.histograms ?? []).map(({ row, histogram }) => [row, histogram]));
    for (const [row, ref] of batch.refs.entries()) {
      const histogram = withHistogram.get(row);
      const value = isStaleAt(bits, row) ? 'stale' : batch.values[row]!;
      if (histogram === undefined) listIn(samples, textOf(ref)).push([timeOf(row), value]);
      else listIn(histograms, textOf(ref)).push([timeOf(row), histogram]);
    }
    for (const { ref, exemplar } of batch.seriesExemplars ?? []) listIn(exemplars, textOf(ref)).push(exemplar);
  }
  return { samples, histograms, exemplars };
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  let list = lists.get(key);
  if (list === undefined) lists.set(key, (list = []));
  return list;
}
