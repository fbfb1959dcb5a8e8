// What a collector and its metrics are made from.

import { InstrumentError } from '../errors.ts';
import type { LabelSchema } from '../labels.ts';
import type { Registry } from '../registry.ts';
import type {
  BucketOptions,
  ExponentialOptions,
  GaugeOptions,
  InfoOptions,
  InstrumentOptions,
  LabelledOptions,
} from '../registry-options.ts';
import { type CollectorClock, PLATFORM_CLOCK } from './collector-clock.ts';
import type { BatchLimits } from './record-batch.ts';

export interface MetricsCollectorOptions {
  /** Where its metrics are made and looked up. */
  readonly registry: Registry;
  /** True by default; see `enable` and `disable`. */
  readonly enabled?: boolean | undefined;
  /** Groups of metrics that can be switched off and on: for each the beginnings of the names of its metrics. At most 256. */
  readonly sections?: Readonly<Record<string, readonly string[]>> | undefined;
  /**
   * By the name of a counter or histogram, the share of its records to make, from 0.001 to 1: one of each `round(1 / share)`
   * is made and counts for all of those. The count is exact after each full stride and otherwise off by less than one;
   * what is not recorded by name (handles, the instruments themselves) is not sampled.
   */
  readonly sampling?: Readonly<Record<string, number>> | undefined;
  /**
   * Lets increments and observations with labels wait, and applies them together: when there are `maxRecords` (default 1,024,
   * 1 to 65,536), after `maxDelayMs` (default 1,000, 1 to 60,000), at `flush`, and whenever the registry is read. By default
   * they are applied at once, which is less work in all, since labels that wait are copied unless they are frozen: a batch is
   * for code that must not pay for finding a series at that moment.
   */
  readonly batch?: Partial<BatchLimits> | undefined;
  /**
   * The memory that the registry's series may take, in bytes, estimated by their number at 512 bytes each; at least that. Past it
   * no record by this collector makes a new series. No limit but the registry's own by default.
   */
  readonly maxMemoryBytes?: number | undefined;
  /** The platform's by default. */
  readonly clock?: CollectorClock | undefined;
}

type Described<O> = (InstrumentOptions & O) | (LabelledOptions<LabelSchema> & O);

/** A metric of any kind; the options are those of the registry's method for it. */
export type CollectorMetric =
  | ({ readonly type: 'counter' } & Described<unknown>)
  | ({ readonly type: 'gauge' } & Described<GaugeOptions>)
  | ({ readonly type: 'histogram' } & Described<BucketOptions>)
  | ({ readonly type: 'exponential' } & Described<ExponentialOptions>)
  | ({ readonly type: 'info' } & LabelledOptions<LabelSchema> & InfoOptions)
  | ({ readonly type: 'stateset' } & LabelledOptions<LabelSchema> & { readonly stateLabel?: string });

export interface CheckedCollectorOptions {
  readonly registry: Registry;
  readonly enabled: boolean;
  readonly sections: Readonly<Record<string, readonly string[]>>;
  /** By name. */
  readonly strides: ReadonlyMap<string, number>;
  readonly batch: BatchLimits | undefined;
  readonly maxMemoryBytes: number | undefined;
  readonly clock: CollectorClock;
}

const MAX_STRIDE = 1000;
const DEFAULT_BATCH: BatchLimits = { maxRecords: 1024, maxDelayMs: 1000 };
const MAX_BATCH: BatchLimits = { maxRecords: 65_536, maxDelayMs: 60_000 };

/** @throws {InstrumentError} `option_invalid` */
export function checkedCollectorOptions(
  options: MetricsCollectorOptions,
  minMemoryBytes: number,
): CheckedCollectorOptions {
  const { registry, enabled = true, sections = {}, sampling = {}, batch, maxMemoryBytes } = options;
  if (maxMemoryBytes !== undefined && !(maxMemoryBytes >= minMemoryBytes)) {
    throw new InstrumentError(
      'option_invalid',
      `maxMemoryBytes is ${String(maxMemoryBytes)}: give ${minMemoryBytes} bytes or more.`,
    );
  }
  const strides = new Map(Object.entries(sampling).map(([name, share]) => [name, strideOf(name, share)]));
  return {
    registry,
    enabled,
    sections,
    strides,
    batch: batch === undefined ? undefined : checkedBatch({ ...DEFAULT_BATCH, ...batch }),
    maxMemoryBytes,
    clock: options.clock ?? PLATFORM_CLOCK,
  };
}

function strideOf(name: string, share: unknown): number {
  if (typeof share === 'number' && share >= 1 / MAX_STRIDE && share <= 1) return Math.round(1 / share);
  throw new InstrumentError(
    'option_invalid',
    `sampling of ${name} is ${String(share)}: give a share from ${1 / MAX_STRIDE} to 1; to record nothing, disable a section.`,
  );
}

function checkedBatch(batch: BatchLimits): BatchLimits {
  for (const key of ['maxRecords', 'maxDelayMs'] as const) {
    const value = batch[key];
    if (Number.isInteger(value) && value >= 1 && value <= MAX_BATCH[key]) continue;
    throw new InstrumentError(
      'option_invalid',
      `batch.${key} is ${String(value)}: give a whole number from 1 to ${MAX_BATCH[key]}.`,
    );
  }
  return batch;
}
