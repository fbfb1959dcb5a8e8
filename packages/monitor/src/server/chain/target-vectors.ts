// Latest values of metrics, by target: what instant queries answer, put together under the target that each series
// belongs to. A series belongs to the target with the same `job` and `instance`.

import { type Labels, labelValue, METRIC_NAME } from '../../model/labels.ts';
import { type QueryEngine, QueryError, type VectorSample } from '../../promql/interface.ts';

/** Identifies a target by the labels that each of its series carries. */
export function targetKey(labels: Labels): string {
  return `${labelValue(labels, 'job')}\xff${labelValue(labels, 'instance')}`;
}

/** The answer of an expression whose values are a vector. @throws {QueryError} */
export async function queryVector(
  engine: QueryEngine,
  expression: string,
  timeMs: number,
): Promise<readonly VectorSample[]> {
  const result = await engine.instant({ expression, timeMs });
  if (result.type !== 'vector') throw new QueryError('internal', `${expression} does not give a vector`);
  return result.samples;
}

export function groupByTarget(samples: readonly VectorSample[]): Map<string, VectorSample[]> {
  return Map.groupBy(samples, ({ labels }) => targetKey(labels));
}

/** The values of one metric among the samples of a target, not numbers left out. */
export function valuesOf(
  samples: readonly VectorSample[],
  metric: string,
  label?: readonly [string, string],
): number[] {
  const found: number[] = [];
  for (const { labels, value } of samples) {
    if (labelValue(labels, METRIC_NAME) !== metric || !Number.isFinite(value)) continue;
    if (label !== undefined && labelValue(labels, label[0]) !== label[1]) continue;
    found.push(value);
  }
  return found;
}

/** The sum of some values; undefined when there are none, for what was not measured is not 0. */
export function sumOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}

/** Matches the metrics with exactly these names. */
export function selectorOf(names: readonly string[]): string {
  return `{${METRIC_NAME}=~"${names.join('|')}"}`;
}
