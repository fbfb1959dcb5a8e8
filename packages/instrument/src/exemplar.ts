// Exemplars: one observation that stands for its bucket, with labels that lead to its trace. OpenMetrics allows 128
// characters of names and values together; what is longer or no label is not kept.

import type { Label } from './labels.ts';
import { LABEL_NAME } from './names.ts';
import type { Exemplar } from './snapshot/snapshot.ts';

/** Such as `{ trace_id: '4bf92f…' }`: names and values together at most 128 characters. */
export type ExemplarLabels = Readonly<Record<string, string>>;

const MAX_CHARACTERS = 128;

/** Undefined for labels that cannot be kept. Never throws. */
export function asExemplar(labels: ExemplarLabels, value: number, timestampMs: number): Exemplar | undefined {
  try {
    const kept = keptLabels(labels);
    return kept === undefined ? undefined : { labels: kept, value, timestampMs };
  } catch {
    // A getter threw.
    return undefined;
  }
}

function keptLabels(labels: ExemplarLabels): Label[] | undefined {
  if (typeof labels !== 'object' || labels === null) return undefined;
  const kept: Label[] = [];
  let characters = 0;
  for (const [name, text] of Object.entries(labels)) {
    if (typeof text !== 'string' || !LABEL_NAME.test(name)) return undefined;
    // UTF-16 units are at least as many as characters: a long text is refused before it is taken apart.
    characters += name.length + text.length;
    // Prometheus refuses a page with a NUL in an exemplar.
    if (characters > MAX_CHARACTERS || text.includes('\0')) return undefined;
    kept.push({ name, value: text.toWellFormed() });
  }
  return kept.sort((a, b) => (a.name < b.name ? -1 : 1));
}
