import { parseDurationMs } from '../model/duration.ts';
import { UsageError } from './usage-error.ts';

/** A time as it is given on the command line: Unix seconds, a date, how long ago (`-1h`), `now`. @throws {UsageError} */
export function parseTimeMs(option: string, text: string, nowMs: number): number {
  if (text === 'now') return nowMs;
  const agoMs = text.startsWith('-') ? parseDurationMs(text.slice(1)) : undefined;
  if (agoMs !== undefined) return nowMs - agoMs;
  const timeMs = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(timeMs)) {
    throw new UsageError(`${option} "${text}" is no time: write 1795181530, 2026-11-20T13:00:00Z or -1h`);
  }
  return timeMs;
}
