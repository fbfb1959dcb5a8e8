// Ctrl-C and other signals for a command that works and does not wait: the first asks it to stop where it can go on later, the
// second ends the process at once.

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** As shells count it: 128 and the number of SIGINT. */
export const INTERRUPTED_EXIT_CODE = 130;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Signals mean again what they meant before. */
  dispose(): void;
}

export function onInterruption(): Interruption {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
