// Alert rules from the thresholds of a Grafana dashboard, as a rule file with a comment at each rule: from which panel it comes, what
// was resolved, and in which unit the number is. What becomes no rule is told with the reason.

import { Document } from 'yaml';
import { formatDuration } from '../../../model/duration.ts';
import { generalNumber } from '../../../promql/go-text.ts';
import { inspectExpression } from '../../../promql/inspect.ts';
import type { Dashboard, DashboardPanel, PanelTarget, Thresholds } from './read-dashboard.ts';
import { areDefault, type Condition, conditionsOf } from './thresholds.ts';
import { resolvedVariables } from './variables.ts';

export interface DashboardRules {
  /** A rule file; undefined where nothing became a rule. */
  readonly text: string | undefined;
  readonly rules: number;
  /** What became no rule, and why. */
  readonly refused: readonly string[];
}

interface FromPanel {
  readonly comment: string;
  readonly rule: object;
}

/** Panels in which thresholds are drawn only where somebody asks for it. */
const LINES = ['timeseries', 'graph', 'barchart', 'histogram', 'heatmap'];
const WITH_OPERATORS = ['binary', 'unary'];

export function dashboardRules(dashboard: Dashboard, options: { readonly forMs: number }): DashboardRules {
  const refused: string[] = [];
  const names = new Set<string>();
  const found = dashboard.panels.flatMap((panel) => {
    const name = uniqueName(alertName(panel.title), names);
    return panelRules(panel, name, dashboard, options.forMs, (reason) =>
      refused.push(`${panelText(panel)}: ${reason}`),
    );
  });
  if (found.length === 0) return { text: undefined, rules: 0, refused };
  const group = { name: dashboard.title === '' ? 'dashboard' : dashboard.title, rules: found.map(({ rule }) => rule) };
  const document = new Document({ groups: [group] });
  const head = [` From the thresholds of the dashboard ${JSON.stringify(dashboard.title)}.`];
  document.commentBefore = [...head, ...refused.map((each) => ` No rule from ${each}.`)].join('\n');
  for (const [at, { comment }] of found.entries()) {
    const node = document.getIn(['groups', 0, 'rules', at], true) as { commentBefore?: string };
    node.commentBefore = comment;
  }
  return { text: document.toString({ lineWidth: 0 }), rules: found.length, refused };
}

function panelRules(
  panel: DashboardPanel,
  name: string,
  dashboard: Dashboard,
  forMs: number,
  refuse: (reason: string) => void,
): readonly FromPanel[] {
  const { defaults, overrides } = panel.fieldConfig;
  const targets = panel.targets.filter(({ expr, hide }) => !hide && expr !== undefined && expr.trim() !== '');
  if (targets.length === 0) return [];
  const own = new Map<string, Thresholds>();
  for (const { matcher, properties } of overrides) {
    const value = properties.find(({ id }) => id === 'thresholds')?.value;
    if (value === undefined) continue;
    const meant = targets.find(
      ({ refId, legendFormat }) =>
        (matcher.id === 'byFrameRefID' && matcher.options === refId) ||
        (matcher.id === 'byName' && matcher.options === legendFormat),
    );
    if (meant === undefined) {
      refuse(
        `which query the override for ${JSON.stringify(matcher.options ?? matcher.id)} means is known on the page alone`,
      );
    } else own.set(meant.refId, { mode: 'absolute', steps: [], ...(value as Partial<Thresholds>) });
  }
  return targets.flatMap((target) => {
    const thresholds = own.get(target.refId) ?? defaults.thresholds;
    if (thresholds === undefined || thresholds.steps.length < 2) return [];
    if (!own.has(target.refId) && areDefault(thresholds) && !isShown(panel)) {
      refuse('its thresholds are those that Grafana gives every panel, and it does not show them');
      return [];
    }
    const called = targets.length === 1 ? name : `${name}${target.refId}`;
    return targetRules(panel, target, thresholds, { name: called, dashboard, forMs, refuse });
  });
}

interface RuleContext {
  readonly name: string;
  readonly dashboard: Dashboard;
  readonly forMs: number;
  readonly refuse: (reason: string) => void;
}

function targetRules(
  panel: DashboardPanel,
  { expr = '', refId }: PanelTarget,
  thresholds: Thresholds,
  { name, dashboard, forMs, refuse }: RuleContext,
): readonly FromPanel[] {
  const judged = conditionsOf(thresholds);
  if ('reason' in judged) {
    refuse(judged.reason);
    return [];
  }
  const resolved = resolvedVariables(expr.trim(), dashboard.variables);
  if ('reason' in resolved) {
    refuse(`query ${refId}: ${resolved.reason}`);
    return [];
  }
  const compared = comparable(resolved.expression);
  if ('reason' in compared) {
    refuse(`query ${refId}: ${compared.reason}`);
    return [];
  }
  const unit = unitText(panel.fieldConfig.defaults.unit);
  const isTwoSided = new Set(judged.conditions.map(({ operator }) => operator)).size > 1;
  return judged.conditions.map((condition) => ({
    comment: [
      ` ${panelText(panel)}, query ${refId}: ${condition.color} ${condition.operator === '<' ? 'below' : 'from'} ${generalNumber(condition.value)}${condition.operator === '<' ? '' : ' on'}; ${unit}`,
      ...resolved.notes.map((note) => ` ${note}`),
    ].join('\n'),
    rule: writtenRule(panel, compared.text, condition, {
      name: isTwoSided ? name + (condition.operator === '<' ? 'Low' : 'High') : name,
      dashboard,
      forMs,
    }),
  }));
}

function writtenRule(
  { id, title }: DashboardPanel,
  expression: string,
  { severity, operator, value }: Condition,
  { name, dashboard, forMs }: Omit<RuleContext, 'refuse'>,
): object {
  const what = withoutTemplates(title === '' ? name : title);
  return {
    alert: name,
    expr: `${expression} ${operator} ${generalNumber(value)}`,
    ...(forMs === 0 ? {} : { for: formatDuration(forMs) }),
    labels: { severity },
    annotations: {
      summary: `${what} is {{ $value | humanize }}, ${operator === '<' ? 'below' : 'at or above'} ${generalNumber(value)}`,
      ...(dashboard.uid === '' ? {} : { dashboard_uid: dashboard.uid }),
      ...(id === undefined ? {} : { panel_id: String(id) }),
    },
  };
}

/** The expression as the left side of a comparison. */
function comparable(expression: string): { readonly text: string } | { readonly reason: string } {
  try {
    const { syntax, type } = inspectExpression(expression);
    if (type !== 'instant vector' && type !== 'scalar')
      return { reason: `it gives a ${type}, which no rule can compare` };
    if (type === 'scalar') return { text: `vector(${expression})` };
    return { text: WITH_OPERATORS.includes(syntax.kind) ? `(${expression})` : expression };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}

function isShown({ type, fieldConfig: { defaults } }: DashboardPanel): boolean {
  if (!LINES.includes(type)) return true;
  const mode = defaults.custom?.thresholdsStyle?.mode ?? 'off';
  return mode !== 'off' || defaults.color?.mode === 'thresholds';
}

/** Grafana shows values in a unit and compares them as the expression gives them. */
function unitText(unit: string | undefined): string {
  switch (unit) {
    case undefined:
    case '':
    case 'none':
    case 'short':
      return 'no unit';
    case 'percent':
      return 'percent, 0 to 100, as the expression gives it';
    case 'percentunit':
      return 'a ratio, 0 to 1, shown in percent';
    default:
      return `unit ${unit}, as the expression gives it: Grafana converts what it shows and not what it compares`;
  }
}

function panelText({ id, title, row }: DashboardPanel): string {
  const number = id === undefined ? '' : ` (panel ${id})`;
  return `${JSON.stringify(title)}${number}${row === '' ? '' : ` in row ${JSON.stringify(row)}`}`;
}

function alertName(title: string): string {
  const words = title.normalize('NFKD').match(/[A-Za-z0-9]+/g) ?? [];
  const name = words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z]/.test(name) ? name : `Panel${name}`;
}

function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number++) unique = `${name}${number}`;
  taken.add(unique);
  return unique;
}

function withoutTemplates(text: string): string {
  return text.replaceAll(/[{}$]/g, '');
}
