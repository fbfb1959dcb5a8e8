// Moments and durations as text. Moments are unix milliseconds of the server's clock, shown in the reader's own zone,
// which is named wherever a moment is shown.

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const DATE = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
const ZONE = new Intl.DateTimeFormat('en-GB', { timeZoneName: 'short' });

/** 15:04:05, in the reader's zone. */
export function formatClock(timeMs: number): string {
  return CLOCK.format(timeMs);
}

/** The time of day, with the date before it when that is another than the reference's. */
export function formatMoment(timeMs: number, referenceMs: number): string {
  const date = DATE.format(timeMs);
  return date === DATE.format(referenceMs) ? formatClock(timeMs) : `${date}, ${formatClock(timeMs)}`;
}

/** The short name of the reader's zone at that moment: UTC, CET, GMT+2. */
export function zoneName(timeMs: number): string {
  return ZONE.formatToParts(timeMs).find((part) => part.type === 'timeZoneName')?.value ?? 'local time';
}

/** A duration in its two largest units: 42 s, 3 min 5 s, 2 h 10 min, 4 d 3 h. Negative durations count as none. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.max(0, Math.floor(durationMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** The value of an `<input type="datetime-local">`, in the reader's zone. */
export function toLocalInput(timeMs: number): string {
  const date = new Date(timeMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** Undefined when the text is no moment. */
export function fromLocalInput(text: string): number | undefined {
  const timeMs = new Date(text).getTime();
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
