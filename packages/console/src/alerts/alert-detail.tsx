// One alert closely: what is wrong, its values around the moment, what to do, and the rule that says so.

import type { WireAlert, WireAlertRule } from '../../../monitor/src/server/wire.ts';
import { formatText } from '../format/number.ts';
import { formatDuration, formatMoment, zoneName } from '../format/time.ts';
import { unitOfExpression } from '../format/unit.ts';
import type { AlertsNow } from '../live/use-alerts.ts';
import { useServerTime } from '../live/use-monitor.ts';
import { formatWindow } from '../route.ts';
import { AlertChart } from './alert-chart.tsx';
import { alertValue, fileText, findAlert, nodeOf } from './alert-figures.ts';
import { PageHead } from './page-head.tsx';
import { Health } from './rule-health.tsx';
import { Runbook } from './runbook.tsx';
import { SeverityMark } from './severity-mark.tsx';
import { Since } from './since.tsx';

export interface AlertDetailProps {
  readonly id: string;
  readonly alerts: AlertsNow;
}

export function AlertDetail({ id, alerts }: AlertDetailProps) {
  const { listed, error } = alerts;
  const alert = findAlert(listed?.alerts ?? [], id);
  if (alert !== undefined) return <Detail alert={alert} />;
  if (listed === undefined)
    return error === undefined ? <p class="hint">Asking…</p> : <p class="problem">{error.message}</p>;
  return (
    <section aria-labelledby="alert-title">
      <PageHead id="alert-title" title="This alert is not known any more" back="Alerts" />
      <p class="hint">
        It is over, and of each rule only the latest ends are kept, until the monitor restarts. Its history is in the
        store: <code>ALERTS</code> in the explorer.
      </p>
    </section>
  );
}

function Detail({ alert }: { readonly alert: WireAlert }) {
  const { name, state, severity, severityLevel, summary, annotations, rule } = alert;
  const description = annotations['description'] ?? '';
  const node = nodeOf(alert);
  return (
    <section aria-labelledby="alert-title" class="detail">
      <PageHead id="alert-title" title={summary} back="Alerts">
        <p class="detail-marks">
          <SeverityMark severity={severity} level={severityLevel} isOver={state === 'resolved'} />
          <StateBadge state={state} />
          <span class="muted">{[name, node].filter((part) => part !== '' && part !== summary).join(' · ')}</span>
        </p>
      </PageHead>
      {description === '' || description === summary ? null : <p class="description">{description}</p>}
      <dl class="facts">
        <div>
          <dt>Value</dt>
          <dd title={alert.value}>{formatText(alertValue(alert), unitOfExpression(rule.chartExpression))}</dd>
        </div>
        <div>
          <dt>{state === 'resolved' ? 'Resolved' : state === 'pending' ? 'Pending' : 'Firing'}</dt>
          <dd>
            <Since alert={alert} />
          </dd>
        </div>
        <Began alert={alert} />
      </dl>
      <div class="detail-columns">
        <div class="detail-main">
          <AlertChart alert={alert} />
          <RunbookPanel alert={alert} />
        </div>
        <aside class="detail-side" aria-label="Rule and labels">
          <RulePanel rule={rule} name={name} />
          <Pairs title="Labels" pairs={alert.labels} />
          <Pairs title="Annotations" pairs={otherAnnotations(annotations)} />
        </aside>
      </div>
    </section>
  );
}

/** Those that are not shown already. */
function otherAnnotations(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const { summary: _, description: __, runbook_url: ___, ...others } = annotations;
  return others;
}

function StateBadge({ state }: { readonly state: WireAlert['state'] }) {
  return <span class={`badge badge-${state}`}>{state}</span>;
}

function Began({ alert }: { readonly alert: WireAlert }) {
  const nowMs = useServerTime() ?? alert.activeAtMs;
  const { activeAtMs, firedAtMs, resolvedAtMs } = alert;
  const moments: [string, number | null][] = [
    ['Active since', activeAtMs],
    // Without `for` it is the same moment.
    ['Fired at', firedAtMs === activeAtMs ? null : firedAtMs],
    ['Resolved at', resolvedAtMs],
  ];
  return (
    <>
      {moments.map(([title, timeMs]) =>
        timeMs === null ? null : (
          <div key={title}>
            <dt>{title}</dt>
            <dd>
              {formatMoment(timeMs, nowMs)} <span class="unit">{zoneName(timeMs)}</span>
            </dd>
          </div>
        ),
      )}
    </>
  );
}

function RunbookPanel({ alert }: { readonly alert: WireAlert }) {
  const { runbookUrl, runbookName, labels } = alert;
  return (
    <section class="panel" aria-labelledby="runbook-title" data-testid="runbook">
      <h3 id="runbook-title">What to do</h3>
      {runbookName !== null ? (
        <Runbook name={runbookName} labels={labels} topLevel={3} />
      ) : (
        <OtherRunbook url={runbookUrl} />
      )}
    </section>
  );
}

function OtherRunbook({ url }: { readonly url: string | null }) {
  if (url === null) {
    return (
      <p class="hint">
        The rule names no runbook. Give it the annotation <code>runbook_url</code>, and it is linked here.
      </p>
    );
  }
  if (!/^https?:\/\//i.test(url)) return <p class="hint">The runbook is named as {url}.</p>;
  return (
    <p>
      <a href={url} target="_blank" rel="noreferrer">
        {url}
      </a>
    </p>
  );
}

function RulePanel({ rule, name }: { readonly rule: WireAlertRule; readonly name: string }) {
  const nowMs = useServerTime();
  const { expression, state, forMs, keepFiringForMs, intervalMs, health, lastError, lastEvaluationMs, lastDurationMs } =
    rule;
  return (
    <section class="panel" aria-labelledby="rule-title" data-testid="rule">
      <h3 id="rule-title">
        Rule {name} <Health health={health} />
      </h3>
      {lastError === '' ? null : <p class="problem">{lastError}</p>}
      <pre class="expression-text">{expression}</pre>
      <dl class="pairs">
        <Pair name="state" value={state} />
        <Pair name="for" value={forMs === 0 ? 'at once' : formatWindow(forMs / 1000)} />
        {keepFiringForMs === 0 ? null : <Pair name="keep firing for" value={formatWindow(keepFiringForMs / 1000)} />}
        <Pair name="evaluated every" value={formatWindow(intervalMs / 1000)} />
        <Pair
          name="last evaluation"
          value={
            lastEvaluationMs === null || nowMs === undefined
              ? 'not yet'
              : `${formatDuration(nowMs - lastEvaluationMs)} ago, took ${formatText(lastDurationMs / 1000, 'seconds')}`
          }
        />
        <Pair name="group" value={rule.group} />
        <Pair name="file" value={fileText(rule.file, rule.line)} />
      </dl>
    </section>
  );
}

function Pairs({ title, pairs }: { readonly title: string; readonly pairs: Readonly<Record<string, string>> }) {
  const entries = Object.entries(pairs);
  if (entries.length === 0) return null;
  return (
    <section class="panel" aria-label={title}>
      <h3>{title}</h3>
      <dl class="pairs">
        {entries.map(([name, value]) => (
          <Pair key={name} name={name} value={value} />
        ))}
      </dl>
    </section>
  );
}

function Pair({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
