// The monitor's state for components: hooks over the one `MonitorStore` that `main.tsx` provides.

import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { stepFor } from '../chart/step.ts';
import { type LiveAnswer, LiveQuery } from './live-query.ts';
import type { MonitorState, MonitorStore } from './monitor-store.ts';
import { Refresher } from './refresher.ts';

export const MonitorContext = createContext<MonitorStore | undefined>(undefined);

const REFRESH_INTERVAL_MS = 1000;

export function useMonitorStore(): MonitorStore {
  const store = useContext(MonitorContext);
  if (store === undefined) throw new Error('MonitorContext has no store: render inside its Provider');
  return store;
}

export function useMonitor(): MonitorState {
  const store = useMonitorStore();
  const [state, setState] = useState(store.state);
  useEffect(() => {
    setState(store.state);
    return store.subscribe(() => setState(store.state));
  }, [store]);
  return state;
}

/** The server's time, unix milliseconds, renewed each second; undefined until the server was heard. */
export function useServerTime(): number | undefined {
  const store = useMonitorStore();
  const [nowMs, setNowMs] = useState(store.nowMs());
  useEffect(() => {
    const renew = (): void => setNowMs(store.nowMs());
    const timer = setInterval(renew, 1000);
    const unsubscribe = store.subscribe(renew);
    return () => {
      clearInterval(timer);
      unsubscribe();
    };
  }, [store]);
  return nowMs;
}

export function usePageIsVisible(): boolean {
  const [isVisible, setIsVisible] = useState(!document.hidden);
  useEffect(() => {
    const listen = (): void => setIsVisible(!document.hidden);
    document.addEventListener('visibilitychange', listen);
    return () => document.removeEventListener('visibilitychange', listen);
  }, []);
  return isVisible;
}

export interface LiveAnswers {
  /** By expression; the last good answer stays when a later one fails. */
  readonly byExpression: ReadonlyMap<string, LiveAnswer>;
  /** Of the last round; undefined when every expression was answered. */
  readonly error: Error | undefined;
}

const NO_ANSWERS: LiveAnswers = { byExpression: new Map(), error: undefined };

/** Keeps the expressions up to date over the last `windowS` seconds, as long as `isShown` and the tab is in front. */
export function useLiveQueries(
  expressions: readonly string[],
  windowS: number,
  points: number,
  isShown: boolean,
): LiveAnswers {
  const store = useMonitorStore();
  const isVisible = usePageIsVisible();
  const [answers, setAnswers] = useState(NO_ANSWERS);
  const refresher = useRef<Refresher>(undefined);
  const identity = JSON.stringify([expressions, windowS, points]);

  // `identity` stands for the expressions, the window and the points.
  useEffect(() => {
    const stepS = stepFor(windowS, points);
    const queries = expressions.map((expression) => new LiveQuery(expression, windowS, stepS));
    const own = new Refresher((signal) => refreshAll(queries, store, setAnswers, signal), REFRESH_INTERVAL_MS);
    refresher.current = own;
    own.request();
    const unsubscribe = store.subscribe(() => own.request());
    return () => {
      unsubscribe();
      own.stop();
    };
  }, [identity, store]);

  // A new refresher comes with a new identity.
  useEffect(() => refresher.current?.setActive(isShown && isVisible), [isShown, isVisible, identity]);

  return answers;
}

async function refreshAll(
  queries: readonly LiveQuery[],
  store: MonitorStore,
  setAnswers: (update: (before: LiveAnswers) => LiveAnswers) => void,
  signal: AbortSignal,
): Promise<void> {
  const nowMs = store.nowMs();
  if (nowMs === undefined || store.state.connection !== 'live') return;
  const settled = await Promise.allSettled(queries.map((query) => query.refresh(nowMs, signal)));
  if (signal.aborted) return;
  setAnswers((before) => {
    const byExpression = new Map<string, LiveAnswer>();
    let error: Error | undefined;
    settled.forEach((result, index) => {
      const expression = queries[index]?.expression ?? '';
      const kept = before.byExpression.get(expression);
      if (result.status === 'fulfilled') byExpression.set(expression, result.value);
      else {
        error ??= result.reason instanceof Error ? result.reason : new Error(String(result.reason));
        if (kept !== undefined) byExpression.set(expression, kept);
      }
    });
    return { byExpression, error };
  });
}
