// Which format a file has, told by how it begins. Invariant: what is no format is told as such, and a file that could be two is
// taken for the one whose lines it has.

import type { ImportFormat } from './interface.ts';

const LINES_LOOKED_AT = 200;
/** Times below are seconds, others milliseconds: the year 5138 in the one, 1973 in the other. */
const SECONDS_BELOW = 1e11;

const RECORDING = /^#@ \d/;
const CSV_HEADER = /^"?__name__"?,/;
const JSON_LINE = /^\s*\{\s*"(?:[^"\\]|\\.)*"\s*:/;
const DUMP_LINE = /^\{\w+="/;
/** Series, value and, in the last group, the time. */
const EXPOSITION_LINE =
  /^[ \t]*(?:[a-zA-Z_:][\w:]*[ \t]*(?:\{.*\})?|\{[ \t]*"(?:[^"\\]|\\.)*".*\})[ \t]*(?:[+-]?[\d.][\d.eE+-]*|[+-]?(?:[iI]nf|NaN))(?:[ \t]+(-?[\d.][\d.eE+-]*))?[ \t]*(?:#.*)?$/s;
/** Nothing but a space ends its parts: a tag may have any other character that is white, as it is. */
const INFLUX_LINE = /^(?:[^ ,\\]|\\.)+(?:,(?:[^ \\]|\\.)+)? (?:[^ =\\]|\\.)+=\S/s;
const OPENMETRICS_ONLY = /^# (?:EOF|UNIT |TYPE \S+ (?:unknown|info|stateset|gaugehistogram)$)|^[^#]*[ \t]# \{/;

/** `begin`: the first bytes, unpacked. Undefined for none that is known. */
export function detectFormat(begin: Buffer): ImportFormat | undefined {
  const text = begin.toString('utf8');
  if (RECORDING.test(text)) return 'recording';
  const lines = text.split(/\r?\n/, LINES_LOOKED_AT);
  // The last one may be cut.
  if (lines.length > 1) lines.pop();
  const filled = lines.filter((line) => line.trim() !== '');
  const first = filled[0];
  if (first === undefined) return undefined;
  if (CSV_HEADER.test(first)) return 'csv';
  if (JSON_LINE.test(first)) return 'json';
  if (DUMP_LINE.test(first)) return 'tsdb-dump';
  return expositionOf(filled);
}

function expositionOf(lines: readonly string[]): ImportFormat | undefined {
  if (lines.some((line) => OPENMETRICS_ONLY.test(line))) return 'openmetrics';
  const samples = lines.filter((line) => !line.trimStart().startsWith('#'));
  const [sample] = samples;
  if (sample === undefined) return 'text';
  for (const line of samples) {
    const match = EXPOSITION_LINE.exec(line);
    if (match === null) continue;
    const time = match[1];
    if (time === undefined) continue;
    return time.includes('.') || Math.abs(Number(time)) < SECONDS_BELOW ? 'openmetrics' : 'text';
  }
  // A label's value may have what looks like a field; a line of the protocol never is one of these.
  if (EXPOSITION_LINE.test(sample)) return 'text';
  return INFLUX_LINE.test(sample) ? 'influx' : undefined;
}
