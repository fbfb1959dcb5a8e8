// Something about alerts or rules that the monitor is asked for again when the stream says that they changed, and where its
// figures move by themselves, every few seconds as samples come.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Refresher } from './refresher.ts';
import { useMonitorStore, usePageIsVisible } from './use-monitor.ts';

export interface Polled<T> {
  /** The last good answer. */
  readonly value: T | undefined;
  /** Of the last try; undefined when it was answered. */
  readonly error: Error | undefined;
}

const INTERVAL_MS = 500;
const MAX_AGE_MS = 4000;

/** `identity` stands for what `ask` asks. The value of another identity stays until the first of this one comes. */
export function usePolled<T>(
  identity: string,
  ask: (signal: AbortSignal) => Promise<T>,
  movesByItself: boolean,
): Polled<T> {
  const store = useMonitorStore();
  const isVisible = usePageIsVisible();
  const [state, setState] = useState<Polled<T>>({ value: undefined, error: undefined });
  const refresher = useRef<Refresher>(undefined);

  useEffect(() => {
    let askedAtMs = Number.NEGATIVE_INFINITY;
    let { alertNews } = store.state;
    const own = new Refresher(async (signal) => {
      askedAtMs = performance.now();
      try {
        const value = await ask(signal);
        if (!signal.aborted) setState({ value, error: undefined });
      } catch (cause) {
        if (signal.aborted) return;
        const error = cause instanceof Error ? cause : new Error(String(cause));
        setState((before) => ({ ...before, error }));
      }
    }, INTERVAL_MS);
    refresher.current = own;
    own.request();
    const unsubscribe = store.subscribe(() => {
      if (store.state.connection !== 'live') return;
      const isTold = store.state.alertNews !== alertNews;
      alertNews = store.state.alertNews;
      if (isTold || (movesByItself && performance.now() - askedAtMs > MAX_AGE_MS)) own.request();
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
