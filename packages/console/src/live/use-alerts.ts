// What is wrong by the rules, kept up to date: asked for when the stream says that alerts changed, and now and then while a
// list is shown, because values move without that.

import type { WireAlerts } from '../../../monitor/src/server/wire.ts';
import { readAlerts } from '../api/alerts.ts';
import { usePolled } from './use-polled.ts';

/** Alerts that the page asks for; of more it says how many there are. */
export const LISTED_MAX = 500;

export interface AlertsNow {
  /** The last answer, whatever its limit was: its counts are of all alerts. */
  readonly latest: WireAlerts | undefined;
  /** The last answer that has a list. */
  readonly listed: WireAlerts | undefined;
  readonly error: Error | undefined;
}

/** With a limit of 0 the counts alone, which change with the alerts and not by themselves. */
export function useAlerts(limit: number): AlertsNow {
  const { value, error } = usePolled(
    `alerts ${limit}`,
    async (signal) => ({
      answer: await readAlerts(limit, signal),
      limit,
    }),
    limit > 0,
  );
  return { latest: value?.answer, listed: value !== undefined && value.limit > 0 ? value.answer : undefined, error };
}
