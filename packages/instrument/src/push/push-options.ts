// What a push can be told, its defaults and its bounds.

import { InstrumentError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { type PushClock, SYSTEM_CLOCK } from './push-clock.ts';
import type { PushTarget } from './push-target.ts';

export interface PushOptions {
  readonly registry: Registry;
  /** One of `remoteWrite(…)`, `otlpHttp(…)`, `influx(…)`, `pushgateway(…)`; not to be shared between pushes. */
  readonly to: PushTarget;
  /** Between two snapshots; 100 ms to a day, default 15 s. The first one is taken at a random moment of the first interval. */
  readonly intervalMs?: number;
  /** For one request with its answer, and for what `registry.refresh()` may take; 1 ms to 10 minutes, default 10 s. */
  readonly timeoutMs?: number;
  /** Samples in one request, 1 to 1,000,000, default 2,000. A series is never cut. */
  readonly maxSamplesPerRequest?: number;
  /** Requests that wait, 1 to 100,000, default 200; when there are more the oldest are dropped. */
  readonly maxQueuedRequests?: number;
  /** Bytes that wait, 1 KiB to 1 GiB, default 16 MiB; as above. */
  readonly maxQueuedBytes?: number;
  /** For how long a request is tried again before it is dropped; 0 to a day, default one hour. */
  readonly retryForMs?: number;
  /** Is told of every failed request and everything dropped. What it throws is ignored. */
  readonly onError?: (failure: PushFailure) => void;
  /** For tests. */
  readonly clock?: PushClock;
  /** From 0 to below 1; for tests. */
  readonly random?: () => number;
}

export interface PushFailure {
  /** Unix time in milliseconds. */
  readonly atMs: number;
  /** What happened, without any credential. */
  readonly message: string;
  /** Samples that will never arrive because of it. */
  readonly droppedSamples: number;
}

export type CheckedPushOptions = Required<Omit<PushOptions, 'onError'>> & Pick<PushOptions, 'onError'>;

const DAY_MS = 86_400_000;
const MEBIBYTE = 1_048_576;

/** @throws {InstrumentError} `option_invalid` */
export function checkedPushOptions(options: PushOptions): CheckedPushOptions {
  const { registry, to, clock = SYSTEM_CLOCK, random = Math.random, onError } = options;
  return {
    registry,
    to,
    clock,
    random,
    ...(onError === undefined ? {} : { onError }),
    intervalMs: whole('intervalMs', options.intervalMs ?? 15_000, [100, DAY_MS]),
    timeoutMs: whole('timeoutMs', options.timeoutMs ?? 10_000, [1, 600_000]),
    maxSamplesPerRequest: whole('maxSamplesPerRequest', options.maxSamplesPerRequest ?? 2000, [1, 1_000_000]),
    maxQueuedRequests: whole('maxQueuedRequests', options.maxQueuedRequests ?? 200, [1, 100_000]),
    maxQueuedBytes: whole('maxQueuedBytes', options.maxQueuedBytes ?? 16 * MEBIBYTE, [1024, 1024 * MEBIBYTE]),
    retryForMs: whole('retryForMs', options.retryForMs ?? 3_600_000, [0, DAY_MS]),
  };
}

function whole(name: string, value: number, [min, max]: readonly [number, number]): number {
  if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
  throw new InstrumentError(
    'option_invalid',
    `${name} is ${String(value)}: give a whole number from ${min} to ${max}.`,
  );
}
