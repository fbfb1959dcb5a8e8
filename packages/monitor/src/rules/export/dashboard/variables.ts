// Variables of a dashboard inside of an expression. What has one value is replaced by it; what the reader of the page picks becomes
// "all of them" where that can be said, as a rule watches all; anything else is a reason to refuse the panel.
// https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/

import type { DashboardVariable } from './read-dashboard.ts';

/** The expression without variables, or why there is none. */
export type Resolved = { readonly expression: string; readonly notes: readonly string[] } | { readonly reason: string };

const VARIABLE = /\$\{(\w+)(?::\w+)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+)/g;
/** A label with nothing but a variable for its value. */
const WHOLE_MATCHER = /(=~|=)\s*(["'])(?:\$\{(\w+)(?::\w+)?\}|\[\[(\w+)(?::\w+)?\]\]|\$(\w+))\2/g;
const RATE_INTERVAL = '5m';
const INTERVAL = '1m';
const ALL = ['$__all', 'All'];
/** Types whose value stands in the dashboard, and is not what somebody picked. */
const FIXED_TYPES = ['constant', 'textbox', 'custom', 'interval'];

export function resolvedVariables(expression: string, variables: readonly DashboardVariable[]): Resolved {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  const notes = new Set<string>();
  let reason: string | undefined;
  const everything = expression.replaceAll(WHOLE_MATCHER, (whole, _operator, quote, ...names) => {
    const name = nameIn(names);
    const variable = byName.get(name);
    if (variable === undefined || fixedValue(variable) !== undefined) return whole;
    notes.add(`every ${name}`);
    return `=~${quote}.*${quote}`;
  });
  const resolved = everything.replaceAll(VARIABLE, (whole, ...names) => {
    const name = nameIn(names);
    const value = builtIn(name) ?? fixedValue(byName.get(name));
    if (value !== undefined) {
      notes.add(`$${name} = ${value}`);
      return value;
    }
    reason ??= byName.has(name)
      ? `what $${name} is depends on who looks at the page`
      : `$${name} is no variable of the dashboard`;
    return whole;
  });
  return reason === undefined ? { expression: resolved, notes: [...notes] } : { reason };
}

function nameIn(groups: readonly unknown[]): string {
  return groups.slice(0, 3).find((group): group is string => typeof group === 'string') ?? '';
}

function builtIn(name: string): string | undefined {
  if (name === '__rate_interval') return RATE_INTERVAL;
  return name === '__interval' ? INTERVAL : undefined;
}

function fixedValue(variable: DashboardVariable | undefined): string | undefined {
  if (variable === undefined || !FIXED_TYPES.includes(variable.type)) return undefined;
  const { current, query } = variable;
  const values = [current?.value ?? (typeof query === 'string' ? query : '')].flat().map(String);
  if (values.some((value) => value === '' || ALL.includes(value) || value.startsWith('$__auto'))) return undefined;
  return values.join('|');
}
