// The metrics that every Node program has without doing anything: of its process and of Node.js.

import { isMainThread } from 'node:worker_threads';
import type { Registry } from '../registry.ts';
import { collectNodejsMetrics, type NodejsMetricsOptions } from './nodejs-metrics.ts';
import { collectProcessMetrics } from './process-metrics.ts';
import type { PidSource } from './watched-pid.ts';

export interface RuntimeMetricsOptions extends NodejsMetricsOptions {
  /** `process_…`; default: in the main thread alone, since they are of all threads. */
  readonly process?: boolean | undefined;
  /** `nodejs_…`; default: unless `pid` names another process. */
  readonly nodejs?: boolean | undefined;
  /** Shows this process as `process_…` instead of the own one, on Linux. For one beside the own one see `watchProcess`. */
  readonly pid?: PidSource | undefined;
}

/**
 * Shows this process and Node.js in a registry: values are read when the registry is, and only the event loop's delay and
 * garbage collections are watched in between. Nothing of it keeps the process alive. Once a registry and thread. Answers with
 * a function that ends it; the series stay as they are then.
 *
 * @example
 * const stop = collectRuntimeMetrics(registry);
 *
 * @throws {InstrumentError} `option_invalid`, and `name_duplicate` when it was called before
 */
export function collectRuntimeMetrics(registry: Registry, options: RuntimeMetricsOptions = {}): () => void {
  const { pid, process = isMainThread || pid !== undefined, nodejs = pid === undefined } = options;
  const stops: (() => void)[] = [];
  if (process) stops.push(collectProcessMetrics(registry, pid));
  if (nodejs) stops.push(collectNodejsMetrics(registry, options));
  return () => {
    for (const stop of stops) stop();
  };
}
