// Durations and sizes as people write them: `5s`, `1h30m`, `30d`, `64MiB`. Units as in Prometheus: ms s m h d w y, each
// at most once and from large to small; a day is 24 hours, a year 365 days.

const UNIT_MS = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds, or undefined when the text is no duration or too long to count exactly. */
export function parseDurationMs(text: string): number | undefined {
  if (text === '0') return 0;
  const parts = text === '' ? null : DURATION.exec(text);
  if (parts === null) return undefined;
  let totalMs = 0;
  Object.values(UNIT_MS).forEach((unitMs, index) => {
    totalMs += Number(parts[index + 1] ?? 0) * unitMs;
  });
  return Number.isSafeInteger(totalMs) ? totalMs : undefined;
}

/** The shortest way to write a duration of whole milliseconds: 90_000 is `1m30s`. */
export function formatDuration(durationMs: number): string {
  if (durationMs === 0) return '0s';
  let rest = durationMs;
  let text = '';
  for (const [unit, unitMs] of Object.entries(UNIT_MS)) {
    // Weeks and years read worse than days: 30d says more than 4w2d.
    if (unit === 'y' || unit === 'w') continue;
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

const SIZE = /^(\d+)\s*(B|KiB|MiB|GiB|TiB|kB|MB|GB|TB)?$/;
const UNIT_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** In the largest unit that it is a whole number of: 1,073,741,824 is `1GiB`. */
export function formatSize(sizeBytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const unitBytes = UNIT_BYTES[unit]!;
    if (sizeBytes >= unitBytes && sizeBytes % unitBytes === 0) return `${sizeBytes / unitBytes}${unit}`;
  }
  return `${sizeBytes}B`;
}

/** Bytes, or undefined when the text is no size. */
export function parseSizeBytes(text: string): number | undefined {
  const parts = SIZE.exec(text);
  if (parts === null) return undefined;
  const sizeBytes = Number(parts[1]) * UNIT_BYTES[parts[2] ?? 'B']!;
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}
