// What is always in sight: whether all is well, whether the page is live, and the server's time.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { formatClock, formatDuration, zoneName } from './format/time.ts';
import type { MonitorState } from './live/monitor-store.ts';
import { useMonitor, useServerTime } from './live/use-monitor.ts';
import { formatRoute, type Route } from './route.ts';
import { type ThemeChoice, useTheme } from './theme/theme.ts';

const THEME_NAMES: Readonly<Record<ThemeChoice, string>> = { system: 'Auto', light: 'Light', dark: 'Dark' };

const ALERT_PAGES: ReadonlySet<Route['page']> = new Set(['alerts', 'rules', 'runbook']);

export interface TopBarProps {
  readonly route: Route;
  /** Alerts that fire; undefined until that is known. */
  readonly firing: number | undefined;
}

export function TopBar({ route, firing = 0 }: TopBarProps) {
  return (
    <header class="top">
      <a class="brand" href="#/" aria-label="Chainpulse">
        <PulseMark />
        <span>Chainpulse</span>
      </a>
      <nav class="pages" aria-label="Pages">
        <PageLink
          href={formatRoute({ page: 'overview', windowS: 900 })}
          isCurrent={route.page === 'overview'}
          name="Overview"
        />
        <PageLink href="#/explore" isCurrent={route.page === 'explore'} name="Explore" />
        <PageLink href="#/alerts" isCurrent={ALERT_PAGES.has(route.page)} name="Alerts">
          {firing === 0 ? null : (
            <>
              {' '}
              <span class="firing-count" data-testid="firing-count">
                {firing}
                <span class="hidden"> firing</span>
              </span>
            </>
          )}
        </PageLink>
      </nav>
      <Connection />
      <ThemeButton />
    </header>
  );
}

/** The sentence to read first. */
export function HealthBand({ firing = 0 }: { readonly firing: number | undefined }) {
  const { snapshot, connection } = useMonitor();
  const status = snapshot?.health.status;
  const isOld = connection === 'lost';
  const downCount = snapshot?.targets.filter(({ health }) => health === 'down').length ?? 0;
  useEffect(() => {
    const critical = downCount === 0 ? 'Critical' : `Critical: ${downCount} down`;
    const wrong = isOld ? 'No answer' : status === 'critical' ? critical : firing > 0 ? `${firing} firing` : '';
    document.title = wrong === '' ? 'Chainpulse' : `${wrong} – Chainpulse`;
  }, [status, isOld, downCount, firing]);
  if (snapshot === undefined) return <div class="health health-waiting">Connecting to the monitor…</div>;
  return (
    <div class={isOld ? 'health health-old' : `health health-${status}`}>
      <HealthMark isHealthy={status === 'healthy'} />
      <h1 data-testid="health">
        {isOld ? 'Before: ' : ''}
        {snapshot.health.summary}
      </h1>
    </div>
  );
}

/** Said large when the monitor is gone: everything below is then history. */
export function ConnectionBanner() {
  const { connection, heardMs } = useMonitor();
  if (connection !== 'lost') return null;
  const since = heardMs === undefined ? '' : ` Everything shown is as of ${formatClock(heardMs)} ${zoneName(heardMs)}.`;
  return (
    <p class="gone" data-testid="gone">
      <b>The monitor does not answer.</b>
      {since} Trying again every few seconds; if it was stopped, start it again.
    </p>
  );
}

/** Tells a screen reader when the state changed, and nothing else: durations that grow each second would drown it. */
export function Announcer({ firing = 0 }: { readonly firing: number | undefined }) {
  const { connection, snapshot } = useMonitor();
  const down = snapshot?.targets.filter(({ health }) => health === 'down').map(({ id }) => id);
  const summary = useSummaryAt(JSON.stringify([snapshot?.health.status, down]));
  const alerts = firing === 0 ? '' : firing === 1 ? ' One alert is firing.' : ` ${firing} alerts are firing.`;
  return (
    <p class="hidden" role="status" aria-live="polite">
      {connection === 'lost' ? 'The monitor does not answer.' : summary + alerts}
    </p>
  );
}

/** The health's sentence as it was when the state became what it is. */
function useSummaryAt(state: string): string {
  const { snapshot } = useMonitor();
  const summary = snapshot?.health.summary ?? '';
  const [said, setSaid] = useState({ state, summary });
  if (said.state !== state) setSaid({ state, summary });
  return said.summary;
}

interface PageLinkProps {
  readonly href: string;
  readonly isCurrent: boolean;
  readonly name: string;
  readonly children?: ComponentChildren;
}

function PageLink({ href, isCurrent, name, children }: PageLinkProps) {
  return (
    <a href={href} {...(isCurrent ? { 'aria-current': 'page' as const } : {})}>
      {name}
      {children}
    </a>
  );
}

function Connection() {
  const { connection, heardMs, news } = useMonitor();
  const nowMs = useServerTime();
  const lostForMs = useLostFor(connection);
  return (
    <div class={`connection connection-${connection}`} data-testid="connection">
      <span class={news % 2 === 0 ? 'beat' : 'beat beat-odd'} aria-hidden="true" />
      {connection === 'live' && nowMs !== undefined ? (
        <>
          Live{' '}
          <time>
            {formatClock(nowMs)} {zoneName(nowMs)}
          </time>
        </>
      ) : null}
      {connection === 'connecting' ? 'Connecting…' : null}
      {connection === 'lost' ? (
        <>
          Reconnecting for {formatDuration(lostForMs)}
          {heardMs === undefined ? null : <time> last heard {formatClock(heardMs)}</time>}
        </>
      ) : null}
    </div>
  );
}

/** How long the page has been trying, by the reader's own stopwatch: the server's clock cannot be heard. */
function useLostFor(connection: MonitorState['connection']): number {
  const sinceMs = useRef<number>(undefined);
  const [lostForMs, setLostForMs] = useState(0);
  useEffect(() => {
    if (connection !== 'lost') {
      sinceMs.current = undefined;
      setLostForMs(0);
      return;
    }
    sinceMs.current ??= performance.now();
    const timer = setInterval(() => setLostForMs(performance.now() - (sinceMs.current ?? performance.now())), 1000);
    return () => clearInterval(timer);
  }, [connection]);
  return lostForMs;
}

function ThemeButton() {
  const { choice, next } = useTheme();
  return (
    <button type="button" class="theme" onClick={next} aria-label={`Colours: ${THEME_NAMES[choice]}. Change`}>
      <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
        <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" stroke-width="1.4" />
        <path d="M8 1.6a6.4 6.4 0 0 1 0 12.8z" fill="currentColor" />
      </svg>
      <span>{THEME_NAMES[choice]}</span>
    </button>
  );
}

function PulseMark() {
  return (
    <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      <path
        d="M1 13h5l3-8 5 15 3-7h6"
        fill="none"
        stroke="currentColor"
        stroke-width="2.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}

/** A tick in a disc, or an exclamation mark in an octagon: told apart without colours. */
function HealthMark({ isHealthy }: { readonly isHealthy: boolean }) {
  return (
    <svg viewBox="0 0 24 24" width="26" height="26" role="img" aria-label={isHealthy ? 'Healthy' : 'Critical'}>
      {isHealthy ? (
        <>
          <circle cx="12" cy="12" r="11" fill="currentColor" />
          <path
            d="M6.8 12.4l3.6 3.6 7-7.6"
            fill="none"
            stroke="var(--health-on)"
            stroke-width="2.4"
            stroke-linecap="round"
            stroke-linejoin="round"
          />
        </>
      ) : (
        <>
          <path d="M7.5 1h9L23 7.5v9L16.5 23h-9L1 16.5v-9z" fill="currentColor" />
          <path
            d="M12 6v7.5M12 17v.6"
            fill="none"
            stroke="var(--health-on)"
            stroke-width="2.8"
            stroke-linecap="round"
          />
        </>
      )}
    </svg>
  );
}
