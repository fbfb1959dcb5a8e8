// Every rule in its group: whether it is evaluated, how long that takes, and what its alerts are.

import { useState } from 'preact/hooks';
import { type RuleAnswer, type RuleGroupAnswer, readRuleGroups } from '../api/alerts.ts';
import { formatText } from '../format/number.ts';
import { formatDuration } from '../format/time.ts';
import { useServerTime } from '../live/use-monitor.ts';
import { usePolled } from '../live/use-polled.ts';
import { explorerLink, formatWindow } from '../route.ts';
import { fileText } from './alert-figures.ts';
import { AlertTabs } from './alert-tabs.tsx';
import { chosenGroups, countsOfRules, evaluatedAtMs } from './rule-figures.ts';
import { Health } from './rule-health.tsx';

const FILTERED_FROM = 9;
const EXPLORED_WINDOW_S = 3600;

export function Rules() {
  const { value: groups, error } = usePolled('rules', readRuleGroups, true);
  const [filter, setFilter] = useState('');
  const chosen = chosenGroups(groups ?? [], filter);
  const { rules, failing } = countsOfRules(groups ?? []);
  return (
    <section aria-labelledby="rules-title">
      <div class="section-head">
        <h2 id="rules-title">Rules</h2>
        {groups === undefined ? null : (
          <p class="section-note">
            {rules} in {groups.length} {groups.length === 1 ? 'group' : 'groups'}
            {failing === 0 ? '' : `, ${failing} failing`}
          </p>
        )}
        <AlertTabs current="rules" />
      </div>
      {error === undefined ? null : <p class="problem">{error.message}</p>}
      {groups === undefined && error === undefined ? <p class="hint">Asking…</p> : null}
      {groups?.length === 0 ? (
        <p class="hint">
          No rule is in force. Name rule files under <code>rules.files</code> in the configuration, or let{' '}
          <code>rules.shipped</code> be true.
        </p>
      ) : null}
      {rules >= FILTERED_FROM ? (
        <input
          class="filter"
          type="search"
          placeholder="Filter by name, group, state or text"
          aria-label="Filter rules"
          value={filter}
          onInput={(event) => setFilter(event.currentTarget.value)}
        />
      ) : null}
      {chosen.map((group) => (
        <Group key={`${group.file};${group.name}`} group={group} />
      ))}
      {filter !== '' && chosen.length === 0 ? <p class="hint">No rule matches “{filter}”.</p> : null}
    </section>
  );
}

function Group({ group }: { readonly group: RuleGroupAnswer }) {
  return (
    <article class="card" aria-label={`Group ${group.name}`}>
      <header class="card-head">
        <h3>{group.name}</h3>
        <p class="identity">
          <bdi>{fileText(group.file, 0).replace(/:0$/, '')}</bdi>
          <bdi>every {formatWindow(group.interval)}</bdi>
        </p>
      </header>
      <ul class="rules">
        {group.rules.map((rule, index) => (
          <Rule key={`${rule.name} ${index}`} rule={rule} />
        ))}
      </ul>
    </article>
  );
}

function Rule({ rule }: { readonly rule: RuleAnswer }) {
  const nowMs = useServerTime();
  const { name, query, health, lastError = '', evaluationTime } = rule;
  const atMs = evaluatedAtMs(rule);
  return (
    <li class="rule">
      <span class="rule-state">{health === 'err' ? <Health health={health} /> : <RuleState rule={rule} />}</span>
      <div class="rule-what">
        <p class="rule-head">
          <a class="rule-name" href={explorerLink(query, EXPLORED_WINDOW_S)}>
            {name}
          </a>
          {rule.labels['severity'] === undefined ? null : <span class="tag">{rule.labels['severity']}</span>}
          {rule.duration === undefined || rule.duration === 0 ? null : (
            <span class="muted">for {formatWindow(rule.duration)}</span>
          )}
        </p>
        <code class="rule-query">{query}</code>
        {lastError === '' ? null : <p class="rule-error">{lastError}</p>}
      </div>
      <span class="rule-evaluated">
        {atMs === undefined || nowMs === undefined ? (
          'not yet evaluated'
        ) : (
          <>
            {formatDuration(nowMs - atMs)} ago
            <span>{formatText(evaluationTime, 'seconds')}</span>
          </>
        )}
      </span>
    </li>
  );
}

function RuleState({ rule: { type, state, health, labels } }: { readonly rule: RuleAnswer }) {
  if (health === 'unknown') return <span class="badge">waiting</span>;
  if (labels['severity'] === 'none') return <span class="badge">{state}</span>;
  if (type === 'recording') return <span class="badge">records</span>;
  return state === 'firing' || state === 'pending' ? (
    <span class={`badge badge-${state}`}>{state}</span>
  ) : (
    <span class="badge">quiet</span>
  );
}
