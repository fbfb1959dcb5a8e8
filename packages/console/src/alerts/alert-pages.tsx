// The pages about alerts: the list and one alert closely, the rules behind them, and a runbook by itself.

import type { AlertsNow } from '../live/use-alerts.ts';
import type { Route, RunbookRoute } from '../route.ts';
import { AlertDetail } from './alert-detail.tsx';
import { AlertList } from './alert-list.tsx';
import { PageHead } from './page-head.tsx';
import { Rules } from './rules.tsx';
import { Runbook } from './runbook.tsx';
import '../theme/explorer.css';
import '../theme/alerts.css';

export interface AlertPagesProps {
  readonly route: Extract<Route, { page: 'alerts' | 'rules' | 'runbook' }>;
  readonly alerts: AlertsNow;
}

const NO_LABELS = {};

export function AlertPages({ route, alerts }: AlertPagesProps) {
  switch (route.page) {
    case 'alerts':
      return route.id === undefined ? (
        <AlertList alerts={alerts} />
      ) : (
        <AlertDetail key={route.id} id={route.id} alerts={alerts} />
      );
    case 'rules':
      return <Rules />;
    case 'runbook':
      return <RunbookPage key={route.name} route={route} />;
  }
}

function RunbookPage({ route }: { readonly route: RunbookRoute }) {
  return (
    <section aria-labelledby="runbook-title" class="narrow">
      <PageHead id="runbook-title" title={route.name} back="Alerts" />
      <div class="panel">
        <Runbook name={route.name} labels={NO_LABELS} topLevel={2} />
      </div>
    </section>
  );
}
