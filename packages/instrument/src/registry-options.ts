// What instruments and registries are made from.

import type { ExponentialLayoutOptions } from './exponential/layout.ts';
import type { LabelSchema } from './labels.ts';
import type { RegistryMemory } from './series/registry-memory.ts';
import type { MergeMode } from './snapshot/snapshot.ts';

export interface RegistryOptions {
  /**
   * Series that the registry may show (default 10,000; a histogram counts its buckets, sum and count). An instrument with
   * closed labels that does not fit is refused when it is made; what a bounded label's new series would record goes to the
   * metric's series `overflow` and is counted.
   */
  readonly maxSeries?: number | undefined;
  /**
   * What becomes of names, units and labels that are legal and yet unwise: `collect` (default) keeps them in
   * `Registry.lintFindings`, `error` throws, `off` does not look.
   */
  readonly lint?: 'collect' | 'error' | 'off' | undefined;
  /** Unix time in milliseconds; the system's by default. */
  readonly nowMs?: (() => number) | undefined;
  /** Memory that others can read; see `@chainpulse/instrument/runtime`. */
  readonly memory?: RegistryMemory | undefined;
}

export interface InstrumentOptions {
  /** Prometheus's rules; a counter ends in `_total`. */
  readonly name: string;
  /** One sentence. */
  readonly help: string;
  /** The base unit of the values, such as `seconds`, `bytes` or `ratio`. */
  readonly unit?: string | undefined;
  readonly labels?: undefined;
}

export interface LabelledOptions<S extends LabelSchema> extends Omit<InstrumentOptions, 'labels'> {
  /** For each label its closed list of values, or `bounded(N)`. */
  readonly labels: S;
  /** Series that this metric may show (default: as many as the registry); as with the registry's own limit. */
  readonly maxSeries?: number | undefined;
  /**
   * Of metrics with a bounded label: a series that was not recorded for so long is removed at the next collection; recorded
   * again, it begins anew. More than 0; default: never.
   */
  readonly expireAfterSeconds?: number | undefined;
}

export interface GaugeOptions {
  /** How the values of several threads or processes become one (default `last`, the latest set). */
  readonly merge?: MergeMode | undefined;
}

export interface BucketOptions {
  /** Finite upper bounds, ascending, 1 to 256 of them; `+Inf` is always there. */
  readonly buckets: readonly number[];
}

export type ExponentialOptions = ExponentialLayoutOptions;

export interface InfoOptions {
  /** Labels of which each combination is shown once; default: one series in all. */
  readonly by?: readonly string[] | undefined;
}
