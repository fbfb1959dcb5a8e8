// Names as Prometheus takes them. A name that is valid stays as it is, so that dashboards for libp2p's own Prometheus metrics
// and for gossipsub's go on to work: what is no letter, digit or underscore becomes an underscore, and of several one is left.

import type { ForeignType } from './families.ts';

/** Labels that the formats keep for themselves; Prometheus renames what it cannot have in the same way. */
const FORMAT_LABELS = new Set(['le', 'quantile']);

/** Undefined when nothing is left of it. A counter without the ending `_total` gets it. */
export function metricName(name: unknown, type: ForeignType): string | undefined {
  const word = asWord(name);
  if (word === undefined) return undefined;
  return type === 'counter' && !word.endsWith('_total') ? `${word}_total` : word;
}

/** Undefined when nothing is left of it. */
export function labelName(name: unknown): string | undefined {
  const word = asWord(name);
  return word !== undefined && FORMAT_LABELS.has(word) ? `exported_${word}` : word;
}

function asWord(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/[a-zA-Z0-9]/.test(text)) return undefined;
  const word = text.replaceAll(/[^a-zA-Z0-9_]/g, '_').replaceAll(/_+/g, '_');
  return /^[0-9]/.test(word) ? `_${word}` : word;
}
