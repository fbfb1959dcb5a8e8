// The whole page: what the monitor says of itself on top, then the overview, the explorer, or alerts and their rules.

import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { AlertPagesProps } from './alerts/alert-pages.tsx';
import type { ExplorerProps } from './explorer/explorer.tsx';
import { Announcer, ConnectionBanner, HealthBand, TopBar } from './header.tsx';
import { LISTED_MAX, useAlerts } from './live/use-alerts.ts';
import { useMonitor } from './live/use-monitor.ts';
import { Overview } from './overview/overview.tsx';
import { formatRoute, parseRoute, type Route } from './route.ts';

export function App() {
  const [route, setRoute] = useRoute();
  const { connection } = useMonitor();
  // Every page tells how many alerts fire; their pages alone need more.
  const alerts = useAlerts(route.page === 'alerts' ? LISTED_MAX : 0);
  const firing = alerts.latest?.counts.firing;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to content
      </button>
      <TopBar route={route} firing={firing} />
      <HealthBand firing={firing} />
      <ConnectionBanner />
      <main id="content" tabIndex={-1} class={connection === 'lost' ? 'content old' : 'content'}>
        {route.page === 'overview' ? <Overview windowS={route.windowS} /> : null}
        {route.page === 'explore' ? <LazyExplorer route={route} onRoute={setRoute} /> : null}
        {route.page === 'alerts' || route.page === 'rules' || route.page === 'runbook' ? (
          <LazyAlerts route={route} alerts={alerts} />
        ) : null}
      </main>
      <Announcer firing={firing} />
    </>
  );
}

/** The code of the explorer and of alerts comes when they are first opened: most looks at the page are at the overview. */
function LazyExplorer(props: ExplorerProps) {
  return <Lazy name="explorer" load={loadExplorer} props={props} />;
}

function LazyAlerts(props: AlertPagesProps) {
  return <Lazy name="alerts" load={loadAlerts} props={props} />;
}

const loadExplorer = () => import('./explorer/explorer.tsx').then(({ Explorer }) => Explorer);
const loadAlerts = () => import('./alerts/alert-pages.tsx').then(({ AlertPages }) => AlertPages);

interface LazyProps<Props> {
  readonly name: string;
  readonly load: () => Promise<FunctionComponent<Props>>;
  readonly props: Props;
}

function Lazy<Props extends object>({ name, load, props }: LazyProps<Props>) {
  const [Loaded, setLoaded] = useState<FunctionComponent<Props>>();
  const [failure, setFailure] = useState<Error>();
  useEffect(() => {
    load().then((component) => setLoaded(() => component), setFailure);
  }, [load]);
  if (failure !== undefined) return <p class="problem">The code of the {name} could not be loaded: reload the page.</p>;
  return Loaded === undefined ? <p class="hint">Loading…</p> : <Loaded {...props} />;
}

/** The route lives in the address; going back and forth in the browser walks through the views. */
function useRoute(): [Route, (route: Route) => void] {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const listen = (): void => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', listen);
    return () => removeEventListener('hashchange', listen);
  }, []);
  const go = (next: Route): void => {
    const hash = formatRoute(next);
    if (hash !== location.hash) location.hash = hash;
  };
  return [route, go];
}
