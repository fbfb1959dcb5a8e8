// The first page: what is watched, how each chain does, how the machines do.

import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { WireTarget } from '../../../monitor/src/server/wire.ts';
import { formatClock, formatMoment, zoneName } from '../format/time.ts';
import { useLiveQueries, useMonitor, useServerTime } from '../live/use-monitor.ts';
import { explorerLink, formatRoute, formatWindow, OVERVIEW_WINDOWS_S } from '../route.ts';
import { chainFigures, chainQueries } from './chain.ts';
import { ChainCard } from './chain-card.tsx';
import { firstTimeOf, nameOf, selectorOf, withoutEmptyStart } from './figures.ts';
import { machineFigures, machineQueries } from './machine.ts';
import { MachineCard } from './machine-card.tsx';
import { pushedLink } from './pushed-link.ts';
import { countsOf, sortTargets } from './target-order.ts';
import { Targets } from './targets.tsx';

const POINTS = 200;
/** Charts of a young monitor begin with its first sample, but are never shorter than this. */
const SPAN_MIN_S = 60;
const RATE_WINDOW_MIN_S = 60;
/** A rate needs two samples in its window; four intervals leave room for one that failed. */
const RATE_WINDOW_INTERVALS = 4;

export function Overview({ windowS }: { readonly windowS: number }) {
  const targets = useMonitor().snapshot?.targets;
  if (targets === undefined) return <p class="hint">Waiting for the monitor…</p>;
  const sorted = sortTargets(targets);
  return (
    <>
      <section aria-labelledby="targets-title">
        <div class="section-head">
          <h2 id="targets-title">Targets</h2>
          <p class="section-note">{countsOf(targets)}</p>
          <WindowChoice windowS={windowS} />
        </div>
        <Targets targets={targets} windowS={windowS} />
      </section>
      <Chains targets={sorted} windowS={windowS} />
      <Machines targets={sorted} windowS={windowS} />
    </>
  );
}

interface GroupProps {
  readonly targets: readonly WireTarget[];
  readonly windowS: number;
}

function Chains({ targets, windowS }: GroupProps) {
  const [rateWindow, setRateWindow] = useState(rateWindowOf([]));
  const queries = useMemo(() => chainQueries(rateWindow), [rateWindow]);
  const [box, isOnScreen] = useOnScreen();
  const answers = useLiveQueries(Object.values(queries), windowS, POINTS, isOnScreen);
  const byExpression = useMemo(() => withoutEmptyStart(answers.byExpression, SPAN_MIN_S), [answers.byExpression]);
  const all = targets.map((target) => chainFigures(byExpression, queries, target));
  const figures = all.filter((figure) => figure !== undefined);
  const wantedWindow = rateWindowOf(figures.map((figure) => figure.target));
  useEffect(() => setRateWindow(wantedWindow), [wantedWindow]);
  const isAnswered = answers.byExpression.has(queries.gauges);
  return (
    <Group
      title="Chains"
      box={box}
      fromS={figures.length === 0 ? undefined : firstTimeOf(byExpression)}
      error={answers.error}
    >
      {figures.map((figure) => (
        <ChainCard key={figure.target.id} figures={figure} windowS={windowS} />
      ))}
      {figures.length === 0 && isAnswered ? <NoChain targets={targets} windowS={windowS} /> : null}
    </Group>
  );
}

function Machines({ targets, windowS }: GroupProps) {
  const [rateWindow, setRateWindow] = useState(rateWindowOf([]));
  const queries = useMemo(() => machineQueries(rateWindow), [rateWindow]);
  const [box, isOnScreen] = useOnScreen();
  const answers = useLiveQueries(Object.values(queries), windowS, POINTS, isOnScreen);
  const byExpression = useMemo(() => withoutEmptyStart(answers.byExpression, SPAN_MIN_S), [answers.byExpression]);
  const all = targets.map((target) => machineFigures(byExpression, queries, target));
  const figures = all.filter((figure) => figure !== undefined);
  const wantedWindow = rateWindowOf(figures.map((figure) => figure.target));
  useEffect(() => setRateWindow(wantedWindow), [wantedWindow]);
  return (
    <Group
      title="Machines"
      box={box}
      fromS={firstTimeOf(byExpression)}
      error={answers.error}
      isEmpty={figures.length === 0}
    >
      {figures.map((figure) => (
        <MachineCard key={figure.target.id} figures={figure} windowS={windowS} />
      ))}
    </Group>
  );
}

interface SectionProps {
  readonly title: string;
  readonly box: (element: HTMLElement | null) => void;
  /** Unix seconds at which the charts begin. */
  readonly fromS: number | undefined;
  readonly error: Error | undefined;
  readonly isEmpty?: boolean;
  readonly children: ComponentChildren;
}

function Group({ title, box, fromS, error, isEmpty = false, children }: SectionProps) {
  const nowMs = useServerTime();
  const { connection } = useMonitor();
  const isTimed = nowMs !== undefined && fromS !== undefined;
  const span = isTimed ? `${formatMoment(fromS * 1000, nowMs)} to ${formatClock(nowMs)} ${zoneName(nowMs)}` : '';
  return (
    <section ref={box} aria-label={title} class={isEmpty && error === undefined ? 'empty' : ''}>
      <div class="section-head">
        <h2>{title}</h2>
        <p class="section-note">{span}</p>
      </div>
      {error === undefined || connection === 'lost' ? null : (
        <p class="problem">Some figures could not be renewed: {error.message}</p>
      )}
      {children}
    </section>
  );
}

/** Said once to who watches a node whose metrics have other names: they are there, and where. */
function NoChain({ targets, windowS }: { readonly targets: readonly WireTarget[]; readonly windowS: number }) {
  const pushedSamples = useMonitor().snapshot?.pushedSamplesLastMinute ?? 0;
  const nodes = targets.filter((target) => target.type !== 'machine');
  const reporting = nodes.filter((target) => target.lastSampleCount !== null && target.lastSampleCount > 0);
  if (nodes.length === 0 && pushedSamples > 0) {
    return (
      <p class="hint">
        No node is watched here. Look at what is pushed in the <a href={pushedLink(windowS)}>explorer</a>.
      </p>
    );
  }
  if (nodes.length === 0) {
    return (
      <p class="hint">
        No node is watched yet. Start the monitor with the address of one, such as{' '}
        <code>chainpulse watch evm+http://127.0.0.1:8545</code>.
      </p>
    );
  }
  if (reporting.length === 0) {
    return <p class="hint">No node has reported its chain in the time shown. Its card appears here when one does.</p>;
  }
  return (
    <div class="hint">
      <p>
        No target reports a chain under the canonical names (chain_blocks_head_height and others). Explore what it does
        report:
      </p>
      <ul>
        {reporting.slice(0, 8).map((target) => (
          <li key={target.id}>
            <a href={explorerLink(`count by (__name__) (${selectorOf(target)})`, windowS)}>
              Metrics of {nameOf(target)}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

function WindowChoice({ windowS }: { readonly windowS: number }) {
  return (
    <nav class="choice" aria-label="Time shown">
      {OVERVIEW_WINDOWS_S.map((choice) => (
        <a
          key={choice}
          href={formatRoute({ page: 'overview', windowS: choice })}
          {...(choice === windowS ? { 'aria-current': 'true' as const } : {})}
        >
          {formatWindow(choice)}
        </a>
      ))}
    </nav>
  );
}

/** Whether the element is on the screen or close to it, and the ref that says which element. */
function useOnScreen(): [ref: (element: HTMLElement | null) => void, isOnScreen: boolean] {
  const [isOnScreen, setIsOnScreen] = useState(true);
  const observer = useRef<IntersectionObserver>(undefined);
  useEffect(() => () => observer.current?.disconnect(), []);
  const ref = useRef((element: HTMLElement | null) => {
    observer.current?.disconnect();
    if (element === null) return;
    observer.current = new IntersectionObserver(
      (entries) => setIsOnScreen(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: '200px' },
    );
    observer.current.observe(element);
  });
  return [ref.current, isOnScreen];
}

/** A PromQL duration that holds several collections of each of the targets, however slow one is. */
function rateWindowOf(targets: readonly WireTarget[]): string {
  const longestS = Math.max(0, ...targets.map((target) => target.intervalMs / 1000));
  return `${Math.max(RATE_WINDOW_MIN_S, Math.ceil(longestS * RATE_WINDOW_INTERVALS))}s`;
}
