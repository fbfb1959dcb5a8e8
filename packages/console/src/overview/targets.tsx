// Every target with its state. What is down comes first and is always shown; of many healthy ones only the first few,
// until all are asked for.

import { useState } from 'preact/hooks';
import type { WireTarget } from '../../../monitor/src/server/wire.ts';
import { formatText } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { useMonitor, useServerTime } from '../live/use-monitor.ts';
import { nameOf } from './figures.ts';
import { pushedLink } from './pushed-link.ts';
import { StateMark } from './state-mark.tsx';
import { chosenTargets, sortTargets } from './target-order.ts';

const SHOWN_FIRST = 8;

interface TargetsProps {
  readonly targets: readonly WireTarget[];
  readonly windowS: number;
}

export function Targets({ targets, windowS }: TargetsProps) {
  const [isComplete, setIsComplete] = useState(false);
  const [filter, setFilter] = useState('');
  const nowMs = useServerTime();
  const sorted = sortTargets(targets);
  const chosen = chosenTargets(sorted, filter, isComplete ? Number.POSITIVE_INFINITY : SHOWN_FIRST);
  const pushedSamples = useMonitor().snapshot?.pushedSamplesLastMinute ?? 0;
  if (targets.length === 0 && pushedSamples > 0) {
    return (
      <p class="hint">
        No target is watched here; samples are pushed: {formatText(pushedSamples, 'count')} in the last minute.{' '}
        <a href={pushedLink(windowS)}>Metrics that were pushed</a>
      </p>
    );
  }
  if (targets.length === 0) {
    return (
      <p class="hint">
        No target yet. Start the monitor with one, such as <code>chainpulse watch http://127.0.0.1:8008/metrics</code>,
        or push to it.
      </p>
    );
  }
  return (
    <>
      {targets.length > SHOWN_FIRST ? (
        <input
          class="filter"
          type="search"
          placeholder="Filter by name, address or label"
          aria-label="Filter targets"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      ) : null}
      <ul class="targets">
        {chosen.map((target) => (
          <Target key={target.id} target={target} nowMs={nowMs} />
        ))}
      </ul>
      {filter === '' && sorted.length > SHOWN_FIRST ? (
        <button type="button" class="plain" onClick={() => setIsComplete(!isComplete)}>
          {isComplete ? 'Show fewer' : `Show all ${sorted.length} targets`}
        </button>
      ) : null}
      {filter !== '' && chosen.length === 0 ? <p class="hint">No target matches “{filter}”.</p> : null}
    </>
  );
}

function Target({ target, nowMs }: { readonly target: WireTarget; readonly nowMs: number | undefined }) {
  const labels = Object.entries(target.labels).filter(
    ([name, value]) => name !== 'instance' && value !== nameOf(target),
  );
  return (
    <li class={`target target-${target.health}`}>
      <span class="target-state">
        <StateMark target={target} />
        <span class="target-since">{nowMs === undefined ? '' : `for ${formatDuration(nowMs - target.sinceMs)}`}</span>
      </span>
      <span class="target-name">
        <b>{nameOf(target)}</b>
        {target.address === nameOf(target) ? null : <span class="target-address">{target.address}</span>}
      </span>
      <span class="target-labels">
        {labels.map(([name, value]) => (
          <span key={name} class="label">
            {name}={value}
          </span>
        ))}
      </span>
      <span class="target-collection">{collectionOf(target, nowMs)}</span>
      {target.reason === '' ? null : <p class="target-reason">{target.reason}</p>}
    </li>
  );
}

function collectionOf(target: WireTarget, nowMs: number | undefined): string {
  const parts: string[] = [];
  if (target.lastSampleCount !== null) parts.push(`${formatText(target.lastSampleCount, 'count')} samples`);
  if (target.lastDurationMs !== null) parts.push(`${formatText(target.lastDurationMs / 1000, 'seconds')}`);
  if (target.lastCollectionMs !== null && nowMs !== undefined) {
    parts.push(`${formatDuration(nowMs - target.lastCollectionMs)} ago`);
  }
  return parts.length === 0 ? 'not collected yet' : parts.join(' · ');
}
