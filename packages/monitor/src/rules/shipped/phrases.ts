// What the definitions of alerts have in common: how they name a node, and how they write times and first events in PromQL.

import { formatDuration } from '../../model/duration.ts';
import type { AlertContext } from './alert-definition.ts';

export const SECOND_MS = 1000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
const COLLECTIONS_MIN = 4;

/** A node by its name, or else by its address. */
export const NODE = '{{ or $labels.node $labels.instance }}';
export const CHAIN = '{{ or $labels.chain "the chain" }}';
export const VALIDATOR = 'validator {{ $labels.validator }}';

/** As long as so many blocks take when all is well, but not shorter or longer than these; in steps of 15 s. */
export function blocksMs({ chain }: AlertContext, blocks: number, leastMs: number, mostMs = 24 * HOUR_MS): number {
  const steppedMs = Math.ceil((blocks * chain.targetBlockSeconds) / 15) * 15 * SECOND_MS;
  return Math.min(mostMs, Math.max(leastMs, steppedMs));
}

/** The same as the length of a window, in which some collections lie at least. */
export function blocksWindow(context: AlertContext, blocks: number, leastMs: number, mostMs?: number): string {
  return formatDuration(Math.max(blocksMs(context, blocks, leastMs, mostMs), COLLECTIONS_MIN * context.collectionMs));
}

export function seconds(durationMs: number): number {
  return durationMs / SECOND_MS;
}

/**
 * How much a counter has risen, also when the first event is what makes its series: then the whole value counts, if the node was
 * watched before. `increase` alone sees nothing of it.
 */
export function risen(selector: string, window: string): string {
  const isNew = `(${selector} unless ${selector} offset ${window}) and on (job, instance) up offset ${window} == 1`;
  return `((${isNew}) or increase(${selector}[${window}]))`;
}

/** A quotient that is 0 where nothing happens. */
export function share(part: string, whole: string): string {
  return `${part} / clamp_min(${whole}, 1e-9)`;
}
