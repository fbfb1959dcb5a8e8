// The text of one metric, byte for byte as prom-client writes it: labels in the order in which they were recorded, default
// labels after them, those of a histogram's series behind `le` and the defaults.

import type { TextMetric, TextValue } from './types.ts';

type LabelSet = Readonly<Record<string, unknown>>;

/** The lines of a metric, joined, without a line feed at the end. */
export function metricText(metric: TextMetric, defaultLabels: LabelSet, isOpenMetrics: boolean): string {
  const name = escapeText(metric.name);
  const lines = [`# HELP ${name} ${escapeText(metric.help)}`, `# TYPE ${name} ${metric.type}`];
  const defaults = Object.keys(defaultLabels).length > 0 ? defaultLabels : undefined;
  const suffix = isOpenMetrics && metric.type === 'counter' ? '_total' : '';
  for (const value of metric.values ?? []) {
    let line = `${value.metricName ?? name}${suffix}${labelText(value, defaults)} ${numberText(value.value)}`;
    if (isOpenMetrics && value.exemplar) {
      const { labelSet, value: observed, timestamp } = value.exemplar;
      line += ` # {${pairsOf(labelSet).join(',')}} ${numberText(observed)} ${timestamp}`;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

/** Of label sets that are never changed: those that series keep. */
const sharedTexts = new WeakMap<LabelSet, string>();

function labelText({ labels = {}, sharedLabels }: TextValue, defaults: LabelSet | undefined): string {
  const own = defaults === undefined ? labels : { ...labels, ...defaults, ...labels };
  let text = '';
  if (sharedLabels === undefined && defaults === undefined && Object.isFrozen(labels)) {
    text = sharedText(labels);
  } else {
    const pairs = pairsOf(own, sharedLabels);
    if (sharedLabels !== undefined) pairs.push(sharedText(sharedLabels));
    text = pairs.filter((pair) => pair !== '').join(',');
  }
  return text === '' ? '' : `{${text}}`;
}

function sharedText(labels: LabelSet): string {
  let text = sharedTexts.get(labels);
  if (text === undefined) {
    text = pairsOf(labels).join(',');
    sharedTexts.set(labels, text);
  }
  return text;
}

function pairsOf(labels: LabelSet, except?: LabelSet): string[] {
  const pairs: string[] = [];
  for (const name of Object.keys(labels)) {
    if (except !== undefined && Object.hasOwn(except, name)) continue;
    const value = labels[name];
    pairs.push(`${name}="${typeof value === 'string' ? escapeText(value).replaceAll('"', '\\"') : String(value)}"`);
  }
  return pairs;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  // Written so by prom-client; Prometheus reads it in any case of letters.
  if (Number.isNaN(value)) return 'Nan';
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}
