// Makes the rule files of the shipped alerts: one a component, and one more for each set of targets whose chain has other
// parameters. What is written is a plain rule file, which Prometheus takes too.

import { stringify } from 'yaml';
import { formatDuration } from '../../model/duration.ts';
import { type AlertContext, type AlertDefinition, COMPONENTS, type Component, SEVERITIES } from './alert-definition.ts';
import type { AlertSettings } from './alert-settings.ts';
import type { ChainParameters } from './chain-parameters.ts';
import { SHIPPED_ALERTS } from './shipped-alerts.ts';

/** Targets with the same parameters. */
export interface ChainGroup {
  /** Part of the names of its groups; '' for the targets that no other group has. */
  readonly name: string;
  readonly chain: ChainParameters;
  /** What selects its targets, such as `instance=~"a|b"`; '' for all. */
  readonly matchers: string;
}

export interface GenerateOptions {
  readonly settings: AlertSettings;
  /** The first is of all targets that no other one names. */
  readonly chains: readonly ChainGroup[];
  /** The longest time between two collections of a target. Default: 15 s, as most collect. */
  readonly collectionMs?: number;
  /** Labels that tell each configured target from the others. */
  readonly targets?: readonly Readonly<Record<string, string>>[];
  /** Names of alerts that are left out. */
  readonly disabled: readonly string[];
  /** Where the runbooks are: the name of the alert follows. */
  readonly runbookUrl: string;
}

const DEFAULT_COLLECTION_MS = 15_000;

interface WrittenRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The rule file of a component for one group of targets; undefined when nothing is in it. */
function componentRules(component: Component, chain: ChainGroup, options: GenerateOptions): string | undefined {
  const isFirst = chain === options.chains[0];
  const alerts = SHIPPED_ALERTS.filter(
    (alert) =>
      alert.component === component &&
      !options.disabled.includes(alert.name) &&
      (isFirst || alert.dependsOnChain === true),
  );
  const rules = alerts.flatMap((alert) => writtenRule(alert, chain, options) ?? []);
  if (rules.length === 0) return undefined;
  return stringify({ groups: [{ name: `chainpulse-${fileOf(component, chain)}`, rules }] }, { lineWidth: 0 });
}

/** File name and text of each component that has alerts, for each group of targets. */
export function shippedRuleFiles(options: GenerateOptions): readonly (readonly [name: string, text: string])[] {
  return COMPONENTS.flatMap((component) =>
    options.chains.flatMap((chain) => {
      const text = componentRules(component, chain, options);
      return text === undefined ? [] : [[`${fileOf(component, chain)}.yaml`, text] as const];
    }),
  );
}

function fileOf(component: Component, { name }: ChainGroup): string {
  return name === '' ? component : `${component}-${name}`;
}

/** Undefined where it says nothing with the parameters of the group. */
function writtenRule(alert: AlertDefinition, group: ChainGroup, options: GenerateOptions): WrittenRule | undefined {
  const { settings, targets = [], collectionMs = DEFAULT_COLLECTION_MS, runbookUrl } = options;
  const matchers = alert.dependsOnChain === true ? group.matchers : '';
  const context: AlertContext = {
    settings,
    targets,
    collectionMs,
    chain: group.chain,
    select: selecting(matchers),
  };
  if (alert.applies?.(context) === false) return undefined;
  const forMs = alert.forMs?.(context) ?? 0;
  return {
    alert: alert.name,
    expr: alert.expression(context),
    ...(forMs === 0 ? {} : { for: formatDuration(forMs) }),
    labels: {
      component: alert.component,
      severity: alert.severity,
      severity_level: String(SEVERITIES[alert.severity]),
    },
    annotations: {
      summary: alert.summary,
      description: alert.description,
      runbook_url: `${runbookUrl}${alert.name}`,
    },
  };
}

function selecting(targets: string): AlertContext['select'] {
  return (metric, own = '') => {
    const matchers = [targets, own].filter((part) => part !== '').join(',');
    return matchers === '' ? metric : `${metric}{${matchers}}`;
  };
}
