// From an alert to what people read of it: which node it is of, since when, what comes next, and which line of a chart is its
// own. Times are the server's.

import type { AlertState, WireAlert } from '../../../monitor/src/server/wire.ts';
import { cutBefore, type Frame } from '../chart/frame.ts';
import type { ExplorerRoute } from '../route.ts';

export const STATES: readonly AlertState[] = ['firing', 'pending', 'resolved'];

/** Whether it says that alerting works, and nothing of a node: it always fires. */
export function isSignal({ severity }: Pick<WireAlert, 'severity'>): boolean {
  return severity === 'none';
}

const BEFORE_S = 1800;
const AFTER_S = 1800;
/** A chart of an alert that goes on is asked for anew when it has grown by so much. */
const GROWTH_S = 300;
/** A chart begins with its first value, but is never shorter than this. */
const SPAN_MIN_S = 300;
/** Lines of a chart in which none can be told to be the alert's own. */
const LINES_MAX = 10;
/** Of whom an alert says that it is, the most telling first. */
const NODE_LABELS = ['node', 'instance', 'chain', 'job'];

/** The name of what it is about, and ''. */
export function nodeOf({ labels }: Pick<WireAlert, 'labels'>): string {
  return labels[NODE_LABELS.find((name) => (labels[name] ?? '') !== '') ?? ''] ?? '';
}

/** Numbers as PromQL writes them. */
export function alertValue({ value }: Pick<WireAlert, 'value'>): number {
  if (value === '+Inf') return Number.POSITIVE_INFINITY;
  return value === '-Inf' ? Number.NEGATIVE_INFINITY : Number(value);
}

/** Milliseconds until a pending alert fires; undefined for others. Zero and less: at the next evaluation. */
export function firesInMs({ state, activeAtMs, rule }: WireAlert, nowMs: number): number | undefined {
  return state === 'pending' ? activeAtMs + rule.forMs - nowMs : undefined;
}

/** The alert of that id, or else the latest one with the same labels: it may have begun anew since the address was kept. */
export function findAlert(alerts: readonly WireAlert[], id: string): WireAlert | undefined {
  const exact = alerts.find((alert) => alert.id === id);
  if (exact !== undefined) return exact;
  const [identity = ''] = id.split('-');
  return alerts
    .filter((alert) => alert.id.startsWith(`${identity}-`))
    .toSorted((one, other) => other.activeAtMs - one.activeAtMs)[0];
}

/** All that have every word of the filter in a name, a label or the sentence. */
export function chosenAlerts(alerts: readonly WireAlert[], filter: string): readonly WireAlert[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return alerts.filter(({ name, summary, state, labels }) => {
    const text = [name, summary, state, ...Object.entries(labels).map((pair) => pair.join('='))]
      .join(' ')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** What the explorer shows of it: half an hour before, and until now or half an hour after its end. */
export function chartRoute(alert: WireAlert, expression: string, nowMs: number): ExplorerRoute {
  const startS = Math.floor(alert.activeAtMs / 1000) - BEFORE_S;
  const endS = Math.ceil((alert.resolvedAtMs ?? nowMs) / 1000) + AFTER_S;
  const isOver = alert.resolvedAtMs !== null && endS * 1000 <= nowMs;
  const windowS = Math.ceil((nowMs / 1000 - startS) / GROWTH_S) * GROWTH_S;
  return {
    page: 'explore',
    expression,
    range: isOver ? { kind: 'fixed', startS, endS } : { kind: 'last', windowS },
    isLive: !isOver,
    scale: 'linear',
  };
}

/** The lines that the alert is about; where none has its labels, the first few of all. */
export function ownLines(frame: Frame, alert: WireAlert): { readonly frame: Frame; readonly isOwn: boolean } {
  const own = frame.series.filter(({ labels }) => isOf(labels, alert));
  const isOwn = own.length > 0;
  return { frame: withoutEmptyStart({ ...frame, series: isOwn ? own : frame.series.slice(0, LINES_MAX) }), isOwn };
}

/** A young history fills its chart. */
function withoutEmptyStart(frame: Frame): Frame {
  const firsts = frame.series.map(({ values }) => frame.timesS[values.findIndex((value) => value !== null)]);
  const known = firsts.filter((timeS) => timeS !== undefined);
  const latestStartS = (frame.timesS.at(-1) ?? 0) - SPAN_MIN_S;
  return known.length === 0 ? frame : cutBefore(frame, Math.min(latestStartS, ...known));
}

/** Whether all labels are equal, but those that the rule has given the alert. */
function isOf(labels: Readonly<Record<string, string>>, alert: WireAlert): boolean {
  const given = new Set(['__name__', 'alertname', ...Object.keys(alert.rule.labels)]);
  const names = new Set([...Object.keys(labels), ...Object.keys(alert.labels)]);
  return [...names].every((name) => given.has(name) || labels[name] === alert.labels[name]);
}

export interface Stretch {
  readonly state: 'pending' | 'firing';
  readonly fromS: number;
  /** Infinite while it goes on. */
  readonly toS: number;
}

/** When it was pending and when it fired. */
export function stretchesOf({ activeAtMs, firedAtMs, resolvedAtMs }: WireAlert): readonly Stretch[] {
  const endS = resolvedAtMs === null ? Number.POSITIVE_INFINITY : resolvedAtMs / 1000;
  const firedS = firedAtMs === null ? endS : firedAtMs / 1000;
  const stretches: Stretch[] = [{ state: 'pending', fromS: activeAtMs / 1000, toS: firedS }];
  if (firedAtMs !== null) stretches.push({ state: 'firing', fromS: firedS, toS: endS });
  return stretches.filter(({ fromS, toS }) => toS > fromS);
}

/** `chainpulse:node.yaml` is a file that the monitor makes itself. */
export function fileText(file: string, line: number): string {
  const made = /^chainpulse:(.+)$/.exec(file)?.[1];
  return made === undefined ? `${file}:${line}` : `shipped with the monitor: ${made}`;
}

/** A scale for the lines and for what they are compared with, with some room around. */
export function valueRange(
  dataMin: number | null,
  dataMax: number | null,
  threshold: number | undefined,
): [number, number] {
  const known = [dataMin, dataMax, threshold].filter((value) => value !== null && value !== undefined);
  const low = Math.min(...known);
  const high = Math.max(...known);
  if (known.length === 0) return [0, 1];
  if (low === high) return low === 0 ? [-0.1, 1] : [Math.min(0, low * 1.2), Math.max(0, high * 1.2)];
  const margin = (high - low) * 0.12;
  // Zero is no edge that a line would be lost on.
  return [low >= 0 && low < margin ? -margin / 3 : low - margin, high + margin];
}
