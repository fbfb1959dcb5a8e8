// One push from its request to its end: its turn in the gate, its end when the sender hangs up, and what is reported of it.
// What is written on the wire is the route's.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import type { PushTotals } from '../../sources/push/interface.ts';
import { discardRest } from './body.ts';
import { type PushRouteLimits, RETRY_AFTER_SECONDS } from './limits.ts';
import { failureOf, type PushFailure } from './push-failure.ts';
import type { PushGate } from './push-gate.ts';
import type { PushEndedAs, PushKind, PushObserver } from './push-observer.ts';

export interface PushDeps {
  readonly engine: Pick<Engine, 'push'>;
  readonly clock: Clock;
  readonly pushObserver: PushObserver;
}

export interface PushParts {
  readonly deps: PushDeps;
  readonly gate: PushGate;
  readonly limits: PushRouteLimits;
}

/** What a route does with a push that has its turn. */
export interface PushWork {
  readonly signal: AbortSignal;
  /** Adds to what is reported. */
  readonly count: (totals: PushTotals, bodyBytes: number) => void;
}

export interface PushAnswered {
  readonly outcome: PushEndedAs;
  readonly send: () => FastifyReply;
}

export interface PushRun {
  readonly kind: PushKind;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly parts: PushParts;
  readonly work: (work: PushWork) => Promise<PushAnswered>;
  /** The answer to a push that could not be finished. */
  readonly fail: (failure: PushFailure) => FastifyReply;
}

export async function runPush({ kind, request, reply, parts, work, fail }: PushRun): Promise<FastifyReply> {
  const { deps, gate } = parts;
  const startedMs = performance.now();
  const counts = newCounts();
  const hungUp = new AbortController();
  reply.raw.once('close', () => {
    // So it is too when all is answered; an abort makes an error with its stack.
    if (!reply.raw.writableFinished) hungUp.abort();
  });
  const ended = (outcome: PushEndedAs) =>
    deps.pushObserver.pushEnded({ kind, outcome, durationSeconds: (performance.now() - startedMs) / 1000, ...counts });
  let leave: (() => void) | undefined;
  try {
    leave = await gate.enter(hungUp.signal);
    const { outcome, send } = await work({
      signal: hungUp.signal,
      count: (totals, bytes) => add(counts, totals, bytes),
    });
    ended(outcome);
    return send();
  } catch (error) {
    const failure = failureOf(error);
    ended(outcomeOf(failure, hungUp.signal.aborted));
    if (failure.status >= 500 && failure.code !== 'busy' && !hungUp.signal.aborted) {
      request.log.error({ err: error }, 'a push failed');
      deps.pushObserver.appendFailed(failure);
    }
    discardRest(request.raw);
    if (failure.status === 503) reply.header('retry-after', String(RETRY_AFTER_SECONDS));
    return fail(failure);
  } finally {
    leave?.();
  }
}

function outcomeOf({ status, code }: PushFailure, isAborted: boolean): PushEndedAs {
  if (isAborted || code === 'aborted') return 'aborted';
  if (code === 'busy') return 'busy';
  return status >= 500 ? 'failed' : 'invalid';
}

function newCounts() {
  return {
    bodyBytes: 0,
    samples: 0,
    histograms: 0,
    exemplars: 0,
    rejected: {} as Record<string, number>,
    newestTimeMs: undefined as number | undefined,
  };
}

function add(counts: ReturnType<typeof newCounts>, totals: PushTotals, bodyBytes: number): void {
  counts.bodyBytes += bodyBytes;
  counts.samples += totals.samples;
  counts.histograms += totals.histograms;
  counts.exemplars += totals.exemplars;
  for (const [reason, count] of Object.entries(totals.rejected)) {
    counts.rejected[reason] = (counts.rejected[reason] ?? 0) + count;
  }
  const newest = Math.max(
    counts.newestTimeMs ?? Number.NEGATIVE_INFINITY,
    totals.newestTimeMs ?? Number.NEGATIVE_INFINITY,
  );
  counts.newestTimeMs = Number.isFinite(newest) ? newest : undefined;
}
