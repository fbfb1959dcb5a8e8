// Keeps a monitor running until Ctrl-C, a signal or a failure, and stops it in order.

import type { Monitor } from '../app/start-monitor.ts';
import { formatDuration } from '../model/duration.ts';
import { withoutCredentials } from '../model/errors.ts';
import { labelValue } from '../model/labels.ts';
import type { TargetStatus } from '../sources/interface.ts';
import { VERSION } from '../version.ts';

const STOP_LIMIT_MS = 10_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Stoppable {
  stop(): Promise<void>;
  /** What SIGHUP asks for, where no terminal can have been closed. */
  reload?(): Promise<unknown>;
}

/**
 * Starts, waits for a signal or a failure, and stops. A second signal ends the process at once.
 * @throws what `start` throws, and the failure that ended the run.
 */
export async function runUntilStopped(start: (onFailure: (error: Error) => void) => Promise<Stoppable>): Promise<void> {
  const ended = Promise.withResolvers<void>();
  // A failure may come before anybody waits for it.
  ended.promise.catch(() => {});
  let stopping = false;
  let reload: (() => Promise<unknown>) | undefined;
  const onSignal = (signal: NodeJS.Signals) => {
    // The end of a terminal sends it too.
    if (signal === 'SIGHUP' && !process.stdout.isTTY && !process.stdin.isTTY && reload !== undefined) {
      void reload().catch((error: Error) => ended.reject(error));
      return;
    }
    if (stopping) process.exit(130);
    stopping = true;
    ended.resolve();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const running = await start((error) => ended.reject(error));
    reload = running.reload?.bind(running);
    try {
      await ended.promise;
    } finally {
      stopping = true;
      await stopInTime(running);
    }
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

async function stopInTime(running: Stoppable): Promise<void> {
  const limit = setTimeout(() => {
    process.stderr.write(`chainpulse: did not stop within ${STOP_LIMIT_MS / 1000} s; ending now\n`);
    process.exit(1);
  }, STOP_LIMIT_MS);
  try {
    await running.stop();
  } finally {
    clearTimeout(limit);
  }
}

export function announce(monitor: Monitor): void {
  const { engine, retention, directory, remote } = monitor.config.storage;
  const watched = watchedLines(monitor.targets());
  const kept = retention === undefined ? 'kept for ever' : `kept ${formatDuration(retention)}`;
  const server = remote.url === undefined ? '' : withoutCredentials(remote.url);
  const history = {
    embedded: `${directory} (${kept})`,
    mirror: `${directory} (${kept}), and ${server}`,
    remote: `${server}; what waits to be sent is in ${directory}`,
  };
  process.stdout.write(`Chainpulse ${VERSION}
  page      ${monitor.url}
  watching  ${watched.join('\n            ') || 'nothing yet'}
  history   ${history[engine]}
Ctrl-C stops.
`);
}

/** An address a line; behind a recording the nodes that it holds. */
function watchedLines(targets: readonly TargetStatus[]): string[] {
  const byAddress = Map.groupBy(targets, ({ address }) => address);
  return [...byAddress].map(([address, alike]) => {
    const nodes = alike.map(({ labels }) => labelValue(labels, 'instance'));
    return alike.length === 1 ? address : `${address} (${nodes.join(', ')})`;
  });
}
