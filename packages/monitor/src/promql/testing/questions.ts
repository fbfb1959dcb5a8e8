// Short ways to fill a store in memory, ask it, and write down what is expected, for tests of the engine.

import assert from 'node:assert/strict';
import type { labelsToRecord } from '../../model/labels.ts';
import { createQueryEngine } from '../engine.ts';
import { QueryError, type QueryResult } from '../interface.ts';
import { InMemoryQueryable } from './in-memory-queryable.ts';

export type Samples = Parameters<InMemoryQueryable['addSeries']>[1];

/** A store from `name{a="b"}`-like keys: labels as `name a=b c=d`. */
export function storeOf(series: Record<string, Samples>): InMemoryQueryable {
  const store = new InMemoryQueryable();
  for (const [key, samples] of Object.entries(series)) {
    const [name = '', ...pairs] = key.split(' ');
    const labels = Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));
    store.addSeries({ __name__: name, ...labels }, samples);
  }
  return store;
}

/** The answer as `name a=b` → value. */
export async function instant(
  store: InMemoryQueryable,
  expression: string,
  seconds: number,
): Promise<Record<string, unknown>> {
  return asRecord(await createQueryEngine({ queryable: store }).instant({ expression, timeMs: seconds * 1000 }));
}

/** The answer as `name a=b` → [seconds, value][]. */
export async function range(
  store: InMemoryQueryable,
  expression: string,
  [start, end, step]: readonly [number, number, number],
): Promise<Record<string, unknown>> {
  const engine = createQueryEngine({ queryable: store });
  const query = { expression, startMs: start * 1000, endMs: end * 1000, stepMs: step * 1000 };
  return asRecord(await engine.range(query));
}

export function asRecord(result: QueryResult): Record<string, unknown> {
  if (result.type === 'scalar' || result.type === 'string') return { [result.type]: result.value };
  const key = (labels: Parameters<typeof labelsToRecord>[0]): string =>
    labels.map(({ name, value }) => (name === '__name__' ? value : `${name}=${value}`)).join(' ');
  if (result.type === 'vector') {
    return Object.fromEntries(result.samples.map(({ labels, value }) => [key(labels), value]));
  }
  return Object.fromEntries(
    result.series.map(({ labels, timestampsMs, values }) => [
      key(labels),
      Array.from(values, (value, index) => [timestampsMs[index]! / 1000, value]),
    ]),
  );
}

export function failure(type: QueryError['type'], message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof QueryError, String(error));
    assert.equal(error.type, type);
    assert.match(error.message, message);
    return true;
  };
}
