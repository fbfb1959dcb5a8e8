// The event loop of this thread: how late and how busy it is, over windows that follow each other without a gap. A window
// ends at the first collection that comes a while after it began, and is shown until the next one has ended, so that several
// readers at a time take nothing from each other. Only the first window is shown before it has ended.

import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';
import type { InstrumentsOf } from '../domains/metric-definition.ts';
import type { NODEJS_METRICS } from '../domains/table/runtime.ts';
import { type DelaySummary, EventLoopDelay } from './event-loop-delay.ts';
import { setOrClear } from './set-or-clear.ts';

/** Seldom enough for two readers at a time, and often enough for everybody who reads in turn. */
const MIN_WINDOW_MS = 1000;
/** Threads are collected each second for a reader who comes less often: what it is to see has to stay until then. */
const MIN_WORKER_WINDOW_MS = 15_000;

export interface EventLoopOptions {
  readonly thread: string;
  readonly resolutionMs: number;
  /** Milliseconds; default: those above. */
  readonly minWindowMs?: number;
  /** Monotonic. */
  readonly nowMs?: () => number;
}

export class EventLoop {
  readonly #gauges: ReturnType<typeof gaugesOf>;
  readonly #minWindowMs: number;
  readonly #nowMs: () => number;
  readonly #delay: EventLoopDelay;
  #windowStartMs: number;
  #utilizationAtStart: EventLoopUtilization;
  #hasWholeWindow = false;
  #turn: NodeJS.Immediate | undefined;

  constructor(instruments: InstrumentsOf<typeof NODEJS_METRICS>, options: EventLoopOptions) {
    const { thread, resolutionMs, nowMs = () => performance.now() } = options;
    this.#gauges = gaugesOf(instruments, thread);
    this.#minWindowMs = options.minWindowMs ?? (isMainThread ? MIN_WINDOW_MS : MIN_WORKER_WINDOW_MS);
    this.#nowMs = nowMs;
    this.#delay = new EventLoopDelay(resolutionMs, nowMs);
    this.#windowStartMs = nowMs();
    this.#utilizationAtStart = performance.eventLoopUtilization();
  }

  collect(): void {
    this.#measureTurn();
    const nowMs = this.#nowMs();
    const isOver = nowMs - this.#windowStartMs >= this.#minWindowMs;
    if (!isOver && this.#hasWholeWindow) return;
    const utilization = performance.eventLoopUtilization();
    this.#show(this.#delay.read(), performance.eventLoopUtilization(utilization, this.#utilizationAtStart));
    if (!isOver) return;
    this.#hasWholeWindow = true;
    this.#windowStartMs = nowMs;
    this.#utilizationAtStart = utilization;
    this.#delay.reset();
  }

  stop(): void {
    this.#delay.stop();
    clearImmediate(this.#turn);
  }

  #show(delays: DelaySummary | undefined, { idle, active, utilization }: EventLoopUtilization): void {
    for (const part of DELAY_PARTS) setOrClear(this.#gauges[part], delays?.[part]);
    setOrClear(this.#gauges.utilization, idle + active > 0 ? utilization : undefined);
  }

  /** How long the loop takes to come round from here; not known before it has, so it is shown by the next collection. */
  #measureTurn(): void {
    if (this.#turn !== undefined) return;
    const startMs = this.#nowMs();
    // It does hold the process, for a moment: one that did not would wait for whatever comes next.
    this.#turn = setImmediate(() => {
      this.#turn = undefined;
      this.#gauges.latest.set((this.#nowMs() - startMs) / 1000);
    });
  }
}

const DELAY_PARTS = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'] as const;

function gaugesOf(instruments: InstrumentsOf<typeof NODEJS_METRICS>, thread: string) {
  return {
    latest: instruments.nodejsEventloopLag.handle({ thread }),
    min: instruments.nodejsEventloopLagMin.handle({ thread }),
    max: instruments.nodejsEventloopLagMax.handle({ thread }),
    mean: instruments.nodejsEventloopLagMean.handle({ thread }),
    stddev: instruments.nodejsEventloopLagStdDev.handle({ thread }),
    p50: instruments.nodejsEventloopLagP50.handle({ thread }),
    p90: instruments.nodejsEventloopLagP90.handle({ thread }),
    p99: instruments.nodejsEventloopLagP99.handle({ thread }),
    utilization: instruments.nodejsEventloopUtilization.handle({ thread }),
  };
}
