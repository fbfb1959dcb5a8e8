// When each alert was pending and when it fired, as a server has it in its ALERTS series: the moments of its evaluations. A restart
// is bridged: an alert that was so at the last evaluation before and at the first after it was so in between.

export interface Interval {
  readonly fromMs: number;
  readonly toMs: number;
  /** It holds what was before a restart and what came after. */
  readonly bridgesRestart: boolean;
}

/** By state and labels, as text. */
type AlertHistory = ReadonlyMap<string, readonly Interval[]>;

export interface HistoryOptions {
  readonly address: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly restartMs: number;
  readonly evaluationMs: number;
}

interface StoredSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

export interface ReadHistory {
  readonly alerts: AlertHistory;
  /** Between the last evaluation that was stored before the restart and the first after it. */
  readonly outageMs: number;
}

export async function readHistory(options: HistoryOptions): Promise<ReadHistory> {
  const { fromMs, toMs, restartMs, evaluationMs } = options;
  const series = await storedAlerts(options);
  const times = new Map(
    series.map(({ metric, values }) => [
      alertKey(metric),
      values.map(([seconds]) => Math.round(seconds * 1000)).filter((ms) => ms >= fromMs && ms <= toMs),
    ]),
  );
  const always = times.get([...times.keys()].find((key) => key.includes('alertname=Watchdog'))!)!;
  const outageMs = gapAt(always, restartMs);
  const mostGapMs = outageMs + 2 * evaluationMs;
  const alerts = [...times].map(([key, at]) => [key, intervalsOf(at, { restartMs, evaluationMs, mostGapMs })] as const);
  return { alerts: new Map(alerts.filter(([, intervals]) => intervals.length > 0)), outageMs };
}

/** The state first, then the labels in the order of their names. */
export function alertKey(labels: Readonly<Record<string, string>>): string {
  const names = Object.keys(labels).filter((name) => name !== '__name__' && name !== 'alertstate');
  const texts = names.toSorted().map((name) => `${name}=${labels[name]}`);
  return `${labels['alertstate'] ?? ''} ${texts.join(' ')}`;
}

async function storedAlerts({ address, fromMs, toMs }: HistoryOptions): Promise<readonly StoredSeries[]> {
  const window = `${Math.ceil((toMs - fromMs) / 1000)}s`;
  const parameters = new URLSearchParams({ query: `ALERTS[${window}]`, time: String(toMs / 1000) });
  const response = await fetch(`${address}/api/v1/query`, { method: 'POST', body: parameters });
  const { data } = (await response.json()) as { data: { result: readonly StoredSeries[] } };
  return data.result;
}

function gapAt(times: readonly number[], momentMs: number): number {
  const after = times.findIndex((ms) => ms > momentMs);
  return times[after]! - times[after - 1]!;
}

interface Bridge {
  readonly restartMs: number;
  readonly evaluationMs: number;
  readonly mostGapMs: number;
}

function intervalsOf(times: readonly number[], { restartMs, evaluationMs, mostGapMs }: Bridge): readonly Interval[] {
  const intervals: Interval[] = [];
  for (const ms of times) {
    const last = intervals.at(-1);
    const isNext = last !== undefined && ms - last.toMs < 1.5 * evaluationMs;
    const isBridged =
      last !== undefined && last.toMs <= restartMs && ms > restartMs && ms - last.toMs <= mostGapMs && !isNext;
    if (isNext || isBridged) {
      intervals[intervals.length - 1] = { ...last, toMs: ms, bridgesRestart: last.bridgesRestart || isBridged };
    } else {
      intervals.push({ fromMs: ms, toMs: ms, bridgesRestart: false });
    }
  }
  return intervals;
}
