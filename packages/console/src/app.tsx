// The whole page: what the monitor says of itself on top, then the overview or the explorer.

import type { ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ExplorerProps } from './explorer/explorer.tsx';
import { Announcer, ConnectionBanner, HealthBand, TopBar } from './header.tsx';
import { useMonitor } from './live/use-monitor.ts';
import { Overview } from './overview/overview.tsx';
import { formatRoute, parseRoute, type Route } from './route.ts';

export function App() {
  const [route, setRoute] = useRoute();
  const { connection } = useMonitor();
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to content
      </button>
      <TopBar route={route} />
      <HealthBand />
      <ConnectionBanner />
      <main id="content" tabIndex={-1} class={connection === 'lost' ? 'content old' : 'content'}>
        {route.page === 'overview' ? (
          <Overview windowS={route.windowS} />
        ) : (
          <LazyExplorer route={route} onRoute={setRoute} />
        )}
      </main>
      <Announcer />
    </>
  );
}

/** The explorer's code comes when it is first opened: most looks at the page are at the overview. */
function LazyExplorer(props: ExplorerProps) {
  const [Explorer, setExplorer] = useState<ComponentType<ExplorerProps>>();
  const [failure, setFailure] = useState<Error>();
  useEffect(() => {
    import('./explorer/explorer.tsx').then((module) => setExplorer(() => module.Explorer), setFailure);
  }, []);
  if (failure !== undefined) return <p class="problem">The explorer could not be loaded: reload the page.</p>;
  return Explorer === undefined ? <p class="hint">Loading…</p> : <Explorer {...props} />;
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
