// `status/queries`: what is asked at the moment and what of the last took long; what is held in memory for all that. A route of our own; the list itself is not in it.

import type { HeldByReads } from '../../engine/interface.ts';
import type { ActiveQuery, QueryLog, SlowQuery } from './query-log.ts';
import type { Answer } from './render.ts';
import { renderJson } from './render-json.ts';

export function answerQueryLog(log: QueryLog, nowMs: number, held: HeldByReads): Answer {
  const active = log.active().map(({ startedMs, isWaiting, ...asked }: ActiveQuery) => ({
    ...asked,
    startedMs,
    durationSeconds: Math.max(0, (nowMs - startedMs) / 1000),
    state: isWaiting ? 'waiting' : 'running',
  }));
  const slow = log.slow().map(({ startedMs, durationSeconds, outcome, ...asked }: SlowQuery) => ({
    ...asked,
    startedMs,
    durationSeconds,
    outcome,
  }));
  return { data: [renderJson({ active, slow, held })] };
}
