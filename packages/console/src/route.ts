// The address of what is shown, after the `#`: reading it back gives the same view, so that a view can be kept,
// reloaded and sent to somebody. What cannot be read is left out, and the default takes its place.

export const OVERVIEW_WINDOWS_S = [300, 900, 3600, 21_600];
export const EXPLORER_WINDOWS_S = [300, 900, 3600, 21_600, 86_400];

type TimeRange =
  | { readonly kind: 'last'; readonly windowS: number }
  /** Unix seconds. */
  | { readonly kind: 'fixed'; readonly startS: number; readonly endS: number };

export interface ExplorerRoute {
  readonly page: 'explore';
  readonly expression: string;
  readonly range: TimeRange;
  readonly isLive: boolean;
  readonly scale: 'linear' | 'log';
}

interface OverviewRoute {
  readonly page: 'overview';
  readonly windowS: number;
}

interface AlertsRoute {
  readonly page: 'alerts';
  /** The alert that is looked at closely; undefined shows all. */
  readonly id: string | undefined;
}

interface RulesRoute {
  readonly page: 'rules';
}

export interface RunbookRoute {
  readonly page: 'runbook';
  readonly name: string;
}

export type Route = OverviewRoute | ExplorerRoute | AlertsRoute | RulesRoute | RunbookRoute;

const DEFAULT_WINDOW_S = 900;
const DURATION = /^(\d{1,7})(s|m|h|d)$/;
const ALERT_ID = /^alerts\/([\da-f]{1,64}(?:-\d{1,15})?)$/;
const RUNBOOK_NAME = /^runbooks\/([A-Za-z][A-Za-z0-9]{0,99})$/;
const SECONDS_IN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

export function parseRoute(hash: string): Route {
  const [path, search = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(search);
  if (path === 'rules') return { page: 'rules' };
  const runbook = RUNBOOK_NAME.exec(path ?? '')?.[1];
  if (runbook !== undefined) return { page: 'runbook', name: runbook };
  const id = ALERT_ID.exec(path ?? '')?.[1];
  if (path === 'alerts' || id !== undefined) return { page: 'alerts', id };
  if (path !== 'explore') {
    const windowS = parseDuration(parameters.get('window')) ?? DEFAULT_WINDOW_S;
    return { page: 'overview', windowS: OVERVIEW_WINDOWS_S.includes(windowS) ? windowS : DEFAULT_WINDOW_S };
  }
  const range = parseRange(parameters);
  return {
    page: 'explore',
    expression: parameters.get('q') ?? '',
    range,
    isLive: range.kind === 'last' && parameters.get('live') !== '0',
    scale: parameters.get('scale') === 'log' ? 'log' : 'linear',
  };
}

export function formatRoute(route: Route): string {
  if (route.page === 'overview') {
    return route.windowS === DEFAULT_WINDOW_S ? '#/' : `#/?window=${formatWindow(route.windowS)}`;
  }
  if (route.page === 'rules') return '#/rules';
  if (route.page === 'runbook') return `#/runbooks/${route.name}`;
  if (route.page === 'alerts') return route.id === undefined ? '#/alerts' : `#/alerts/${route.id}`;
  const parameters = new URLSearchParams();
  if (route.expression !== '') parameters.set('q', route.expression);
  if (route.range.kind === 'fixed') {
    parameters.set('from', String(route.range.startS));
    parameters.set('to', String(route.range.endS));
  } else {
    if (route.range.windowS !== DEFAULT_WINDOW_S) parameters.set('range', formatWindow(route.range.windowS));
    if (!route.isLive) parameters.set('live', '0');
  }
  if (route.scale === 'log') parameters.set('scale', 'log');
  const search = parameters.toString();
  return search === '' ? '#/explore' : `#/explore?${search}`;
}

/** The address of an expression in the explorer, with everything else as it comes. */
export function explorerLink(expression: string, windowS: number): string {
  const range = { kind: 'last', windowS } as const;
  return formatRoute({ page: 'explore', expression, range, isLive: true, scale: 'linear' });
}

/** 300 → 5m: the largest unit that divides the duration. */
export function formatWindow(windowS: number): string {
  for (const [suffix, seconds] of Object.entries(SECONDS_IN).reverse()) {
    if (windowS % seconds === 0 && (suffix !== 'd' || windowS > seconds)) return `${windowS / seconds}${suffix}`;
  }
  return `${windowS}s`;
}

function parseRange(parameters: URLSearchParams): TimeRange {
  const startS = Number(parameters.get('from') ?? Number.NaN);
  const endS = Number(parameters.get('to') ?? Number.NaN);
  if (Number.isFinite(startS) && Number.isFinite(endS) && startS < endS) return { kind: 'fixed', startS, endS };
  const windowS = parseDuration(parameters.get('range'));
  return { kind: 'last', windowS: windowS === undefined || windowS === 0 ? DEFAULT_WINDOW_S : windowS };
}

function parseDuration(text: string | null): number | undefined {
  const match = DURATION.exec(text ?? '');
  const factor = SECONDS_IN[match?.[2] ?? ''];
  return match === null || factor === undefined ? undefined : Number(match[1]) * factor;
}
