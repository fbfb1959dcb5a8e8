// Groups as a rule file that Prometheus takes. Labels of a group are those of its rules by then, so older versions take them too.

import { stringify } from 'yaml';
import { formatDuration } from '../../model/duration.ts';
import { type Labels, labelsToRecord } from '../../model/labels.ts';
import type { Rule, RuleGroup } from '../interface.ts';

/** @param head what is said in front, a comment a line */
export function ruleFileText(groups: readonly RuleGroup[], head: readonly string[]): string {
  const comments = head.map((line) => `# ${line}\n`).join('');
  return `${comments}${stringify({ groups: groups.map(writtenGroup) }, { lineWidth: 0 })}`;
}

function writtenGroup({ name, intervalMs, queryOffsetMs, limit, rules }: RuleGroup): object {
  return {
    name,
    ...(intervalMs === undefined ? {} : { interval: formatDuration(intervalMs) }),
    ...(queryOffsetMs === undefined ? {} : { query_offset: formatDuration(queryOffsetMs) }),
    ...(limit === 0 ? {} : { limit }),
    rules: rules.map(writtenRule),
  };
}

function writtenRule(rule: Rule): object {
  const labels = fieldOf('labels', rule.labels);
  if (rule.kind === 'recording') return { record: rule.record, expr: rule.expression, ...labels };
  return {
    alert: rule.alert,
    expr: rule.expression,
    ...(rule.forMs === 0 ? {} : { for: formatDuration(rule.forMs) }),
    ...(rule.keepFiringForMs === 0 ? {} : { keep_firing_for: formatDuration(rule.keepFiringForMs) }),
    ...labels,
    ...fieldOf('annotations', rule.annotations),
  };
}

function fieldOf(name: string, labels: Labels): object {
  return labels.length === 0 ? {} : { [name]: labelsToRecord(labels) };
}
