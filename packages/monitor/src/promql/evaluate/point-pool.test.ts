// The memory that queries have together, from a query's side: asked over a store whose series the test makes, and which it can stop.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NativeHistogram } from '../../model/batch.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import type { Queryable, SelectRequest, SeriesSamples } from '../../storage/interface.ts';
import { createQueryEngine } from '../engine.ts';
import { MEMORY_SHORT, type QueryEngine } from '../interface.ts';
import type { QueryLimits } from '../limits.ts';
import { POINTS_A_SERIES, POINTS_OF_ITS_OWN, PointPool } from './point-pool.ts';

const STEPS = 1000;
const RANGE = { startMs: 0, endMs: (STEPS - 1) * 1000, stepMs: 1000 };
/** Their points are twice what a query may have beside the pool. */
const SERIES = (2 * POINTS_OF_ITS_OWN) / STEPS;
const POOL = 150_000;
const UNCLEAR = new Error('the disk is gone');

const HISTOGRAM: NativeHistogram = {
  schema: 0,
  zeroThreshold: 0,
  zeroCount: 1,
  count: 1,
  sum: 1,
  positiveSpans: [],
  positiveCounts: new Float64Array(0),
  negativeSpans: [],
  negativeCounts: new Float64Array(0),
};

interface Held {
  readonly engine: QueryEngine;
  readonly pool: PointPool;
  /** Of each series that a query comes to: may hold the query there, and may fail. */
  atSeries: (index: number) => Promise<void> | void;
}

interface Made {
  readonly pool?: PointPool;
  readonly limits?: Partial<QueryLimits>;
  readonly series?: number;
  readonly hasHistograms?: boolean;
}

function engineOf({
  pool = new PointPool(POOL),
  limits = {},
  series = SERIES,
  hasHistograms = false,
}: Made = {}): Held {
  const held: Held = { pool, atSeries: () => {}, engine: undefined as never };
  const queryable = {
    select: async function* ({ matchers }: SelectRequest): AsyncGenerator<SeriesSamples> {
      const isSmall = matchers.some(({ value }) => value === 'small');
      for (let index = 0; index < (isSmall ? 1 : series); index++) {
        await held.atSeries(index);
        yield {
          labels: labelsFromRecord({ __name__: isSmall ? 'small' : 'm', index: String(index) }),
          timestampsMs: hasHistograms ? new Float64Array(0) : Float64Array.of(0),
          values: hasHistograms ? new Float64Array(0) : Float64Array.of(index),
          ...(hasHistograms ? { histograms: [{ timestampMs: 0, histogram: HISTOGRAM }] } : {}),
        };
      }
    },
  } as Pick<Queryable, 'select'> as Queryable;
  const features = { experimentalFunctions: true };
  const lookbackMs = 10_000_000;
  return Object.assign(held, { engine: createQueryEngine({ queryable, pool, limits, features, lookbackMs }) });
}

const IS_SHORT = { code: MEMORY_SHORT, type: 'execution', message: /query\.maxPointsHeldByAll.*ask again when others/ };

test('a query that needs what others hold is refused, small ones are answered, and room that is given back is taken', async () => {
  const { engine, pool } = engineOf();
  const sent = Promise.withResolvers<void>();
  const first = await engine.range({ expression: 'm', ...RANGE }, undefined, sent.promise);
  assert.ok(first.type === 'matrix' && first.series.length === SERIES);
  // The points of the answer and what its series weigh.
  assert.equal(pool.held, SERIES * (STEPS + POINTS_A_SERIES) - POINTS_OF_ITS_OWN);
  await assert.rejects(engine.range({ expression: 'm', ...RANGE }), IS_SHORT);
  assert.equal((await engine.range({ expression: 'small', ...RANGE })).type, 'matrix');
  assert.equal((await engine.instant({ expression: 'm', timeMs: 0 })).type, 'vector');
  sent.resolve();
  await sent.promise;
  await new Promise(setImmediate);
  assert.equal(pool.held, 0);
  await engine.range({ expression: 'm', ...RANGE });
  assert.equal(pool.held, 0);
});

const EXPRESSIONS = [
  'm',
  '-m',
  'm + on (index) m',
  'm * on () group_left () small',
  'm unless on (index) small',
  'm and m',
  'm or small',
  'sort(m)',
  'topk(1000, m)',
  'quantile(0.5, m)',
  'count_values("value", m)',
  'sum by (index) (m)',
  'limitk(1000, m)',
  'label_replace(m, "is", "$1", "index", "(.*)")',
  'histogram_quantile(0.5, label_replace(m, "le", "$1", "index", "(.*)"))',
  'max_over_time(m[1000s:1s])',
  'absent(m)',
  'scalar(m) + vector(1)',
] as const;

for (const expression of EXPRESSIONS) {
  test(`${expression} gives its memory back however it ends`, async () => {
    const large = engineOf({ pool: new PointPool(10_000_000) });
    const limited = engineOf({ pool: large.pool, limits: { maxPointsHeld: 60_000 } });
    const small = engineOf({ pool: large.pool, limits: { maxSamples: 50 } });
    const sent = Promise.withResolvers<void>();
    const answer = await large.engine.range({ expression, ...RANGE }, undefined, sent.promise);
    // By then it holds its answer, and columns of scalars.
    const weight = answer.type === 'matrix' ? answer.series.length * (STEPS + POINTS_A_SERIES) : 0;
    const beside = large.pool.held - Math.max(0, weight - POINTS_OF_ITS_OWN);
    assert.ok(beside >= 0 && beside <= 3 * STEPS, `${beside} points more than the answer are held`);
    sent.resolve();
    await new Promise(setImmediate);
    assert.equal(large.pool.held, 0, 'answered');

    // What fails in the middle of reading, what is abandoned there, and what comes to its own bounds.
    large.atSeries = (index) => {
      if (index === SERIES - 1) throw UNCLEAR;
    };
    await assert.rejects(large.engine.range({ expression, ...RANGE }), UNCLEAR);
    assert.equal(large.pool.held, 0, 'failed');
    const gone = new AbortController();
    large.atSeries = (index) => {
      if (index === SERIES - 1) gone.abort();
    };
    await assert.rejects(large.engine.range({ expression, ...RANGE }, gone.signal), { type: 'canceled' });
    assert.equal(large.pool.held, 0, 'abandoned');
    await limited.engine.range({ expression, ...RANGE }).catch(() => {});
    await assert.rejects(small.engine.range({ expression, ...RANGE }), /too many samples/);
    assert.equal(large.pool.held, 0, 'at a bound');

    // What the pool itself refuses, and what waits for nobody to be sent.
    const short = engineOf({ pool: new PointPool(1000) });
    await short.engine.range({ expression, ...RANGE }).catch((error) => assert.equal(error.code, MEMORY_SHORT));
    await large.engine.range({ expression, ...RANGE }, AbortSignal.abort(), new Promise(() => {})).catch(() => {});
    assert.equal(short.pool.held + large.pool.held, 0, 'refused');
  });
}

test('labels that a query makes weigh in the pool, and series do', async () => {
  const expression = `label_replace(m, "long", "${'x'.repeat(60_000)}", "", "")`;
  const labels = engineOf({ pool: new PointPool(POOL) });
  await assert.rejects(labels.engine.instant({ expression, timeMs: 0 }), { code: MEMORY_SHORT });
  assert.equal(labels.pool.held, 0);
  const many = engineOf({ series: 10_000 });
  await assert.rejects(many.engine.instant({ expression: 'sort(m)', timeMs: 0 }), { code: MEMORY_SHORT });
  assert.equal(many.pool.held, 0);
});

test('native histograms of an answer weigh more than points', async () => {
  const { engine, pool } = engineOf({ hasHistograms: true });
  const sent = Promise.withResolvers<void>();
  await engine.instant({ expression: 'm[1000s]', timeMs: 0 }, undefined, sent.promise);
  assert.equal(pool.held, 0);
  await assert.rejects(engine.range({ expression: 'small', ...RANGE, endMs: 4 * RANGE.endMs }), { code: MEMORY_SHORT });
  sent.resolve();
});

test('explain holds no more when it has told', async () => {
  const { engine, pool } = engineOf();
  await engine.explain({ expression: 'topk(3, m)', ...RANGE }).catch(() => {});
  assert.equal(pool.held, 0);
});
