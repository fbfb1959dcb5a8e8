// Every alert: what fires first, then what is about to, then what is over. The sentence of each comes first, because it says
// what is wrong with which node and what to do.

import { useEffect, useRef, useState } from 'preact/hooks';
import type {
  AlertState,
  WireAlert,
  WireAlerts,
  WireRuleCounts,
  WireRuleFailure,
} from '../../../monitor/src/server/wire.ts';
import { formatText } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { unitOfExpression } from '../format/unit.ts';
import type { AlertsNow } from '../live/use-alerts.ts';
import { useServerTime } from '../live/use-monitor.ts';
import { formatRoute } from '../route.ts';
import { alertValue, chosenAlerts, fileText, isSignal, nodeOf, STATES } from './alert-figures.ts';
import { AlertTabs } from './alert-tabs.tsx';
import { SeverityMark } from './severity-mark.tsx';
import { Since } from './since.tsx';

const FILTERED_FROM = 9;
/** Of what is over, so many are shown until all are asked for. */
const RESOLVED_FIRST = 8;
/** The alert that was looked at last: who comes back finds the focus on it. */
let lastOpened: string | undefined;

type GroupName = AlertState | 'signals';

const TITLES: Readonly<Record<GroupName, string>> = {
  firing: 'Firing',
  pending: 'Pending',
  resolved: 'Resolved lately',
  signals: 'Always firing, as a sign that alerting works',
};

export function AlertList({ alerts }: { readonly alerts: AlertsNow }) {
  const { listed, error } = alerts;
  const [filter, setFilter] = useState('');
  const chosen = chosenAlerts(listed?.alerts ?? [], filter);
  return (
    <section aria-labelledby="alerts-title">
      <div class="section-head">
        <h2 id="alerts-title">Alerts</h2>
        {listed === undefined ? null : <p class="section-note">{countsText(listed)}</p>}
        <AlertTabs current="alerts" />
      </div>
      {error === undefined ? null : <p class="problem">{error.message}</p>}
      {listed === undefined && error === undefined ? <p class="hint">Asking…</p> : null}
      {listed === undefined ? null : (
        <>
          <Failures failures={listed.failures} failing={listed.rules.failing} />
          {listed.alerts.length >= FILTERED_FROM ? (
            <input
              class="filter"
              type="search"
              placeholder="Filter by name, node or label"
              aria-label="Filter alerts"
              value={filter}
              onInput={(event) => setFilter(event.currentTarget.value)}
            />
          ) : null}
          {listed.counts.firing + listed.counts.pending === 0 ? <Calm rules={listed.rules} /> : null}
          {STATES.map((state) => (
            <Group
              key={state}
              name={state}
              alerts={chosen.filter((alert) => alert.state === state && !isSignal(alert))}
              isWhole={filter !== ''}
            />
          ))}
          <Group name="signals" alerts={chosen.filter(isSignal)} isWhole />
          {filter !== '' && chosen.length === 0 ? <p class="hint">No alert matches “{filter}”.</p> : null}
          {listed.matched > listed.alerts.length ? (
            <p class="hint">
              Showing {listed.alerts.length} of {formatText(listed.matched, 'count')} alerts, the gravest first.
            </p>
          ) : null}
        </>
      )}
    </section>
  );
}

function countsText({ counts }: WireAlerts): string {
  const parts = STATES.filter((state) => counts[state] > 0).map(
    (state) => `${formatText(counts[state], 'count')} ${state}`,
  );
  return parts.join(', ');
}

/** What was looked at, where nothing was found: an empty page alone does not say that. */
function Calm({ rules }: { readonly rules: WireRuleCounts }) {
  const nowMs = useServerTime();
  const { groups, alerting, recording, failing, lastEvaluationMs } = rules;
  if (alerting === 0) {
    return (
      <p class="hint">
        No alerting rule is in force, so nothing can alert. Name rule files under <code>rules.files</code> in the
        configuration, or let <code>rules.shipped</code> be true.
      </p>
    );
  }
  const what = `${counted(alerting + recording, 'rule')} in ${counted(groups, 'group')}`;
  if (lastEvaluationMs === null)
    return <p class="hint calm">No alert is active yet. {what} wait for their first evaluation.</p>;
  const ago = nowMs === undefined ? '' : `; last ${formatDuration(nowMs - lastEvaluationMs)} ago`;
  return (
    <p class="hint calm" data-testid="calm">
      <b>No alert is active.</b> {what} {alerting + recording === 1 ? 'was' : 'were'} evaluated{ago}.
      {failing === 0 ? null : ' Those that fail see nothing.'}
    </p>
  );
}

function Failures({ failures, failing }: { readonly failures: readonly WireRuleFailure[]; readonly failing: number }) {
  if (failing === 0) return null;
  return (
    <div class="problem failures" role="alert">
      <p>
        <b>{failing === 1 ? 'A rule fails' : `${failing} rules fail`}</b>: what{' '}
        {failing === 1 ? 'it watches' : 'they watch'} is not known now, and {failing === 1 ? 'its' : 'their'} alerts
        neither come nor go.
      </p>
      <ul>
        {failures.slice(0, 5).map(({ name, group, file, line, error }) => (
          <li key={`${file} ${group} ${name} ${line}`}>
            <b>{name}</b> <span class="muted">{fileText(file, line)}</span> {error}
          </li>
        ))}
      </ul>
      {failing > 5 ? <a href="#/rules">All rules</a> : null}
    </div>
  );
}

interface GroupProps {
  readonly name: GroupName;
  readonly alerts: readonly WireAlert[];
  readonly isWhole: boolean;
}

function Group({ name, alerts, isWhole }: GroupProps) {
  const [isComplete, setIsComplete] = useState(false);
  if (alerts.length === 0) return null;
  const isCut = name === 'resolved' && !isWhole && alerts.length > RESOLVED_FIRST;
  const shown = isCut && !isComplete ? alerts.slice(0, RESOLVED_FIRST) : alerts;
  return (
    <section class="alert-group" aria-labelledby={`${name}-title`}>
      <h3 id={`${name}-title`}>
        {TITLES[name]} {name === 'signals' ? null : <span class="muted">{alerts.length}</span>}
      </h3>
      <ul class={`alerts alerts-${name}`} data-testid={`alerts-${name}`}>
        {shown.map((alert) => (
          <Row key={alert.id} alert={alert} />
        ))}
      </ul>
      {isCut ? (
        <button type="button" class="plain" onClick={() => setIsComplete(!isComplete)}>
          {isComplete ? 'Show fewer' : `Show all ${alerts.length} resolved`}
        </button>
      ) : null}
    </section>
  );
}

function Row({ alert }: { readonly alert: WireAlert }) {
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    if (lastOpened !== alert.id) return;
    lastOpened = undefined;
    link.current?.focus();
  }, [alert.id]);
  const { id, name, severity, severityLevel, summary, state, rule } = alert;
  const node = nodeOf(alert);
  return (
    <li class={`alert alert-level-${severityLevel}`}>
      <SeverityMark severity={severity} level={severityLevel} isOver={state === 'resolved'} />
      <div class="alert-what">
        <a
          ref={link}
          href={formatRoute({ page: 'alerts', id })}
          onClick={() => {
            lastOpened = id;
          }}
        >
          {summary}
        </a>
        <p class="alert-of">
          {[summary === name ? '' : name, node, alert.component]
            .filter((part) => part !== '')
            .map((part) => (
              <bdi key={part}>{part}</bdi>
            ))}
        </p>
      </div>
      <span class="alert-value" title={alert.value}>
        <span class="hidden">Value </span>
        {formatText(alertValue(alert), unitOfExpression(rule.chartExpression))}
      </span>
      <Since alert={alert} />
    </li>
  );
}

function counted(count: number, what: string): string {
  return `${formatText(count, 'count')} ${what}${count === 1 ? '' : 's'}`;
}
