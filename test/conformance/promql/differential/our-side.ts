// The engine over the embedded store, in this process.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NativeHistogram } from '../../../../packages/monitor/src/model/batch.ts';
import { SteadyClock } from '../../../../packages/monitor/src/model/clock.ts';
import { type QueryEngine, QueryError } from '../../../../packages/monitor/src/promql/interface.ts';
import { boundedNotes } from '../../../../packages/monitor/src/server/prometheus/bounded-notes.ts';
import { renderResult } from '../../../../packages/monitor/src/server/prometheus/render.ts';
import { openEmbeddedStore } from '../../../../packages/monitor/src/storage/embedded/open.ts';
import type { Store } from '../../../../packages/monitor/src/storage/interface.ts';
import type { RawSeries } from '../remote-write.ts';
import { type Answer, type ApiResult, readResult } from './answers.ts';
import { isRangeQuestion, type Question } from './questions.ts';

export interface OpenedStore {
  readonly store: Store;
  close(): Promise<void>;
}

export async function openOurs(): Promise<OpenedStore> {
  const directory = await mkdtemp(join(tmpdir(), 'chainpulse-differential-'));
  const clock = new SteadyClock();
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock });
  return {
    store,
    close: async () => {
      await store.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** So far ahead of now, the store seals what it has in memory. */
const SEALED_AFTER_MS = 4_000_000;

/** The first half of the series is sealed on the disk, the other in memory. */
export async function appendHalfSealed(store: Store, series: readonly RawSeries[]): Promise<void> {
  const half = Math.ceil(series.length / 2);
  await append(store, series.slice(0, half));
  await store.maintain(Date.now() + SEALED_AFTER_MS);
  assert.equal(store.stats().headSamples, 0);
  if (half < series.length) await append(store, series.slice(half));
}

/** Every series as one batch, the bits of its values as they are. */
export async function append(store: Store, series: readonly RawSeries[]): Promise<void> {
  const seriesRefs = await store.resolveSeries(series.map(({ labels }) => labels));
  const count = series.reduce((sum, { values, histograms = [] }) => sum + values.length + histograms.length, 0);
  const refs = new Uint32Array(count);
  const timestampsMs = new Float64Array(count);
  const values = new Float64Array(count);
  const rows: { row: number; histogram: NativeHistogram }[] = [];
  let row = 0;
  for (const [index, one] of series.entries()) {
    const { histograms = [] } = one;
    refs.fill(seriesRefs[index]!, row, row + one.values.length + histograms.length);
    timestampsMs.set(one.timestampsMs, row);
    const bytes = new Uint8Array(one.values.buffer, one.values.byteOffset, one.values.byteLength);
    new Uint8Array(values.buffer).set(bytes, row * 8);
    row += one.values.length;
    for (const { timestampMs, histogram } of histograms) {
      timestampsMs[row] = timestampMs;
      rows.push({ row, histogram });
      row++;
    }
  }
  const batch = rows.length === 0 ? { refs, timestampsMs, values } : { refs, timestampsMs, values, histograms: rows };
  const { acceptedSamples } = await store.append(batch);
  assert.equal(acceptedSamples, count);
}

/** @throws whatever is no {@link QueryError}: a fault of ours that is no answer. */
export async function askOurs(engine: QueryEngine, question: Question): Promise<Answer> {
  try {
    const { expression, lookbackMs } = question;
    const shared = { expression, ...(lookbackMs !== undefined && { lookbackMs }) };
    const result = isRangeQuestion(question)
      ? await engine.range({ ...shared, startMs: question.startMs, endMs: question.endMs, stepMs: question.stepMs })
      : await engine.instant({ ...shared, timeMs: question.timeMs });
    const { warnings, infos } = boundedNotes(result);
    // By way of our own API's JSON, which has to say what the result holds.
    const json = JSON.parse([...renderResult(result)].join('')) as ApiResult;
    return { ...readResult(json), warnings, infos };
  } catch (error) {
    if (!(error instanceof QueryError)) throw error;
    return { type: 'error', errorType: error.type, message: error.message };
  }
}
