// An adapter as Prometheus' configuration: relabel rules for the job that collects the client, and recording rules. Prometheus has no
// scale: a metric that has one is stored there under a name of its own, from which a rule computes the canonical one.

import { stringify } from 'yaml';
import { formatDuration } from '../../model/duration.ts';
import { labelsToRecord } from '../../model/labels.ts';
import type { RuleGroup } from '../interface.ts';
import { type Adapter, RELABEL_DEFAULTS, type RelabelRule, type ScaleRule } from './adapter.ts';

export interface ExportedAdapter {
  /** For a job of `scrape_configs`. */
  readonly relabelConfigs: string;
  /** A rule file; undefined where there is nothing to record. */
  readonly ruleFile: string | undefined;
}

/** What a metric is called where its values are still in the client's unit. */
const UNSCALED = ':unscaled';

export function exportedAdapter(adapter: Adapter): ExportedAdapter {
  const { title, name, sources, scale } = adapter;
  const head = [`# ${title}: canonical names (adapter ${name}).`, ...sources.map((source) => `# ${source}`)].join('\n');
  const relabel = [...adapter.rename.map(writtenRelabel), ...scale.map(unscaledRelabel)];
  const groups = [...scaleGroup(adapter), ...adapter.groups.map(writtenGroup)];
  return {
    relabelConfigs: `${head}\n${stringify({ metric_relabel_configs: relabel }, { lineWidth: 0 })}`,
    ruleFile: groups.length === 0 ? undefined : `${head}\n${stringify({ groups }, { lineWidth: 0 })}`,
  };
}

function writtenRelabel(rule: RelabelRule): object {
  const { action, sourceLabels, separator, regex, targetLabel, replacement, modulus } = rule;
  const defaults = RELABEL_DEFAULTS;
  return {
    ...(action === defaults.action ? {} : { action }),
    ...(sourceLabels.length === 0 ? {} : { source_labels: sourceLabels }),
    ...(separator === defaults.separator ? {} : { separator }),
    ...(regex === defaults.regex ? {} : { regex }),
    ...(targetLabel === '' ? {} : { target_label: targetLabel }),
    ...(replacement === defaults.replacement ? {} : { replacement }),
    ...(modulus === 0 ? {} : { modulus }),
  };
}

function unscaledRelabel({ metric }: ScaleRule): object {
  const source = { source_labels: ['__name__'], regex: metric };
  return { ...source, target_label: '__name__', replacement: `${metric}${UNSCALED}` };
}

function scaleGroup({ name, scale }: Adapter): readonly object[] {
  if (scale.length === 0) return [];
  const rules = scale.map(({ metric, multiplier, divisor }) => ({
    record: metric,
    expr: divisor === 1 ? `${metric}${UNSCALED} * ${multiplier}` : `${metric}${UNSCALED} / ${divisor}`,
  }));
  return [{ name: `adapter-${name}-scale`, rules }];
}

function writtenGroup({ name, intervalMs, limit, rules }: RuleGroup): object {
  return {
    name,
    ...(intervalMs === undefined ? {} : { interval: formatDuration(intervalMs) }),
    ...(limit === 0 ? {} : { limit }),
    rules: rules.flatMap((rule) =>
      rule.kind === 'alerting'
        ? []
        : [
            {
              record: rule.record,
              expr: rule.expression,
              ...(rule.labels.length === 0 ? {} : { labels: labelsToRecord(rule.labels) }),
            },
          ],
    ),
  };
}
