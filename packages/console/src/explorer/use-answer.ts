// The answer to what the explorer's address asks: kept up to date when it is live, else asked once. What was asked before
// is dropped the moment something else is asked.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/prometheus.ts';
import { stepFor } from '../chart/step.ts';
import { type LiveAnswer, LiveQuery, queryWindow } from '../live/live-query.ts';
import { Refresher } from '../live/refresher.ts';
import { useMonitorStore, usePageIsVisible } from '../live/use-monitor.ts';
import type { ExplorerRoute } from '../route.ts';

export interface AnswerState {
  /** The expression that the answer or the error belongs to. */
  readonly expression: string;
  readonly answer: LiveAnswer | undefined;
  readonly error: Error | undefined;
  readonly isPending: boolean;
}

const POINTS = 300;
const REFRESH_INTERVAL_MS = 1000;
const NOTHING: AnswerState = { expression: '', answer: undefined, error: undefined, isPending: false };

/** `run` rises when the same is asked again. */
export function useAnswer(route: ExplorerRoute, run: number): AnswerState {
  const store = useMonitorStore();
  const isVisible = usePageIsVisible();
  const [state, setState] = useState(NOTHING);
  const refresher = useRef<Refresher>(undefined);
  const { expression, range, isLive } = route;
  const identity = JSON.stringify([expression, range, isLive, run]);

  // `identity` stands for what is asked.
  useEffect(() => {
    if (expression.trim() === '') {
      setState(NOTHING);
      return;
    }
    setState((before) => ({ ...(before.expression === expression ? before : NOTHING), expression, isPending: true }));
    const ask = asker(route);
    let isRefused = false;
    const own = new Refresher(async (signal) => {
      const nowMs = store.nowMs();
      if (nowMs === undefined) return;
      try {
        const answer = await ask(nowMs, signal);
        if (!signal.aborted) setState({ expression, answer, error: undefined, isPending: false });
      } catch (error) {
        if (signal.aborted) return;
        const reason = error instanceof Error ? error : new Error(String(error));
        setState((before) => ({ ...before, error: reason, isPending: false }));
        isRefused = reason instanceof ApiError && reason.type === 'bad_data';
      }
    }, REFRESH_INTERVAL_MS);
    refresher.current = own;
    own.request();
    let wasAsked = store.nowMs() !== undefined;
    const unsubscribe = store.subscribe(() => {
      const isConnected = store.state.connection === 'live';
      if (isConnected && !isRefused && (isLive || !wasAsked)) own.request();
      wasAsked ||= isConnected;
    });
    return () => {
      unsubscribe();
      own.stop();
    };
  }, [identity, store]);

  // A new refresher comes with a new identity.
  useEffect(() => refresher.current?.setActive(isVisible), [isVisible, identity]);
  return state;
}

function asker({ expression, range }: ExplorerRoute): (nowMs: number, signal: AbortSignal) => Promise<LiveAnswer> {
  if (range.kind === 'fixed') {
    const window = { startS: range.startS, endS: range.endS, stepS: stepFor(range.endS - range.startS, POINTS) };
    return (_, signal) => queryWindow(expression, window, signal);
  }
  const query = new LiveQuery(expression, range.windowS, stepFor(range.windowS, POINTS));
  return (nowMs, signal) => query.refresh(nowMs, signal);
}
