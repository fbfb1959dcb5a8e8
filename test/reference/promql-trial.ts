// What the query engine does with an expression, found out by asking it: over a small store that has a counter, gauges, histograms
// of both kinds and an info metric. The page of the language says nothing of the engine's abilities that did not come from here.

import { featuresOf } from '../../packages/monitor/src/app/query-options.ts';
import { QUERY_FEATURE_FLAGS, query as querySection } from '../../packages/monitor/src/config/query-schema.ts';
import { labelsFromRecord, METRIC_NAME } from '../../packages/monitor/src/model/labels.ts';
import { labelsPredicate } from '../../packages/monitor/src/model/matcher.ts';
import { createQueryEngine } from '../../packages/monitor/src/promql/engine.ts';
import { QueryError, type QueryResult } from '../../packages/monitor/src/promql/interface.ts';
import { InMemoryQueryable } from '../../packages/monitor/src/promql/testing/in-memory-queryable.ts';
import { nativeHistogram } from '../../packages/monitor/src/promql/testing/native-histograms.ts';
import type { SelectRequest, SeriesSamples } from '../../packages/monitor/src/storage/interface.ts';

export type Flag = (typeof QUERY_FEATURE_FLAGS)[number];

export type State =
  | { readonly kind: 'stable' }
  | { readonly kind: 'feature'; readonly flag: Flag }
  | { readonly kind: 'refused'; readonly message: string };

const STEP_MS = 15_000;
const END_MS = 600_000;

class TrialStore extends InMemoryQueryable {
  constructor() {
    super();
    const samples = Array.from({ length: END_MS / STEP_MS + 1 }, (_, at) => [(at * STEP_MS) / 1000, at] as const);
    for (const instance of ['1', '2']) {
      for (const name of ['requests_total', 'queue', 'limit', 'http.requests']) {
        this.addSeries({ [METRIC_NAME]: name, job: 'api', instance }, samples);
      }
      this.addSeries({ [METRIC_NAME]: 'target_info', job: 'api', instance, version: '1' }, samples);
    }
    this.addSeries({ [METRIC_NAME]: 'build', job: 'api', version: '1' }, samples);
    for (const le of ['0.1', '1', '+Inf']) this.addSeries({ [METRIC_NAME]: 'classic_bucket', job: 'api', le }, samples);
  }

  override async *select(request: SelectRequest): AsyncGenerator<SeriesSamples> {
    yield* super.select(request);
    const labels = labelsFromRecord({ [METRIC_NAME]: 'latency_seconds', job: 'api', instance: '1' });
    if (!labelsPredicate(request.matchers)(labels)) return;
    const histograms: { timestampMs: number; histogram: ReturnType<typeof nativeHistogram> }[] = [];
    for (let timestampMs = 0; timestampMs <= END_MS; timestampMs += STEP_MS) {
      if (timestampMs < request.minTimeMs || timestampMs > request.maxTimeMs) continue;
      const seen = timestampMs / STEP_MS;
      const histogram = nativeHistogram({ sum: 3 * seen, positive: { 0: seen, 1: 2 * seen } });
      histograms.push({ timestampMs, histogram });
    }
    yield { labels, timestampsMs: new Float64Array(0), values: new Float64Array(0), histograms };
  }
}

const STORE = new TrialStore();

function engineWith(features: readonly Flag[]) {
  return createQueryEngine({
    queryable: STORE,
    features: featuresOf({ ...querySection.parse({}), features: [...features] }),
  });
}

const PLAIN = engineWith([]);

/** Stable, or behind which one feature, or refused with all of them on. */
export async function stateOf(expression: string): Promise<State> {
  if ((await refusalOf([], expression)) === undefined) return { kind: 'stable' };
  for (const flag of QUERY_FEATURE_FLAGS) {
    if ((await refusalOf([flag], expression)) === undefined) return { kind: 'feature', flag };
  }
  return { kind: 'refused', message: (await refusalOf(QUERY_FEATURE_FLAGS, expression)) ?? '' };
}

async function refusalOf(features: readonly Flag[], expression: string): Promise<string | undefined> {
  const span = { startMs: END_MS / 2, endMs: END_MS, stepMs: 60_000 };
  try {
    await engineWith(features).range({ expression, ...span });
    return undefined;
  } catch (error) {
    if (error instanceof QueryError) return error.message;
    throw error;
  }
}

/** At one moment, with the feature that it needs. */
export async function answerOf(expression: string, state: State): Promise<QueryResult> {
  const engine = state.kind === 'feature' ? engineWith([state.flag]) : PLAIN;
  return engine.instant({ expression, timeMs: END_MS });
}
