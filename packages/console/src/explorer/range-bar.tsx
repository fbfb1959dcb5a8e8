// Which stretch of time is shown: the last so many minutes or hours, kept up to date if wanted, or from one moment to
// another.

import { useEffect, useState } from 'preact/hooks';
import { fromLocalInput, toLocalInput, zoneName } from '../format/time.ts';
import { EXPLORER_WINDOWS_S, type ExplorerRoute, formatWindow } from '../route.ts';

export interface RangeBarProps {
  readonly route: ExplorerRoute;
  readonly nowMs: number | undefined;
  readonly onChange: (change: Partial<ExplorerRoute>) => void;
}

export function RangeBar({ route, nowMs, onChange }: RangeBarProps) {
  const { range, isLive, scale } = route;
  const windows =
    range.kind === 'last' && !EXPLORER_WINDOWS_S.includes(range.windowS)
      ? [...EXPLORER_WINDOWS_S, range.windowS].sort((a, b) => a - b)
      : EXPLORER_WINDOWS_S;
  const toFixed = (): void => {
    if (range.kind === 'fixed' || nowMs === undefined) return;
    const endS = Math.floor(nowMs / 1000);
    onChange({ range: { kind: 'fixed', startS: endS - range.windowS, endS }, isLive: false });
  };
  return (
    <div class="range-bar">
      <fieldset class="choice" aria-label="Time range">
        {windows.map((windowS) => (
          <button
            key={windowS}
            type="button"
            aria-pressed={range.kind === 'last' && range.windowS === windowS}
            onClick={() =>
              onChange({ range: { kind: 'last', windowS }, isLive: range.kind === 'fixed' ? true : isLive })
            }
          >
            {formatWindow(windowS)}
          </button>
        ))}
        <button type="button" aria-pressed={range.kind === 'fixed'} onClick={toFixed}>
          Custom
        </button>
      </fieldset>
      {range.kind === 'fixed' ? <FixedRange startS={range.startS} endS={range.endS} onChange={onChange} /> : null}
      <div class="switches">
        <label class="switch">
          <input
            type="checkbox"
            checked={isLive}
            disabled={range.kind === 'fixed'}
            onChange={(event) => onChange({ isLive: event.currentTarget.checked })}
          />
          Live
        </label>
        <label class="switch">
          <input
            type="checkbox"
            checked={scale === 'log'}
            onChange={(event) => onChange({ scale: event.currentTarget.checked ? 'log' : 'linear' })}
          />
          Log scale
        </label>
      </div>
    </div>
  );
}

interface FixedRangeProps {
  readonly startS: number;
  readonly endS: number;
  readonly onChange: RangeBarProps['onChange'];
}

function FixedRange({ startS, endS, onChange }: FixedRangeProps) {
  const [start, setStart] = useState('');
  const [end, setEnd] = useState('');
  useEffect(() => {
    setStart(toLocalInput(startS * 1000));
    setEnd(toLocalInput(endS * 1000));
  }, [startS, endS]);
  const startMs = fromLocalInput(start);
  const endMs = fromLocalInput(end);
  const isUsable = startMs !== undefined && endMs !== undefined && startMs < endMs;
  return (
    <form
      class="fixed-range"
      onSubmit={(event) => {
        event.preventDefault();
        if (isUsable) onChange({ range: { kind: 'fixed', startS: startMs / 1000, endS: endMs / 1000 }, isLive: false });
      }}
    >
      <label>
        From
        <input type="datetime-local" step={1} value={start} onInput={(event) => setStart(event.currentTarget.value)} />
      </label>
      <label>
        to
        <input type="datetime-local" step={1} value={end} onInput={(event) => setEnd(event.currentTarget.value)} />
      </label>
      <span class="muted">{zoneName(endS * 1000)}</span>
      <button type="submit" disabled={!isUsable}>
        Show
      </button>
      {isUsable ? null : <span class="muted">The start must lie before the end.</span>}
    </form>
  );
}
