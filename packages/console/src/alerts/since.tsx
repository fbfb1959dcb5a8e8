// How long an alert is as it is, and what comes next, by the server's time.

import type { WireAlert } from '../../../monitor/src/server/wire.ts';
import { formatClock, formatDuration, formatMoment } from '../format/time.ts';
import { useServerTime } from '../live/use-monitor.ts';
import { firesInMs } from './alert-figures.ts';

export function Since({ alert }: { readonly alert: WireAlert }) {
  const nowMs = useServerTime();
  if (nowMs === undefined) return <span class="alert-since" />;
  const { state, activeAtMs, firedAtMs, resolvedAtMs, keepFiringSinceMs } = alert;
  if (state === 'resolved') {
    const firedMs = (resolvedAtMs ?? nowMs) - (firedAtMs ?? activeAtMs);
    return (
      <span class="alert-since">
        <b>{formatDuration(nowMs - (resolvedAtMs ?? nowMs))} ago</b>
        <span>fired for {formatDuration(firedMs)}</span>
      </span>
    );
  }
  if (state === 'pending') {
    const dueMs = firesInMs(alert, nowMs) ?? 0;
    return (
      <span class="alert-since">
        <b>{dueMs > 0 ? `fires in ${formatDuration(dueMs + 999)}` : 'fires next'}</b>
        <span>pending for {formatDuration(nowMs - activeAtMs)}</span>
      </span>
    );
  }
  const sinceMs = firedAtMs ?? activeAtMs;
  return (
    <span class="alert-since">
      <b>for {formatDuration(nowMs - sinceMs)}</b>
      <span>
        {keepFiringSinceMs === null
          ? `since ${formatMoment(sinceMs, nowMs)}`
          : `kept since ${formatClock(keepFiringSinceMs)}`}
      </span>
    </span>
  );
}
