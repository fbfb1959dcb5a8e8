// Prints what a query read and cost: a line an operation, the outermost first, what it is computed from indented below it.

import type { ExplainedOperation, QueryExplanation } from '../promql/interface.ts';

/** Characters of the expression on a line; longer ones are cut. */
const TEXT_MAX = 70;

export function formatExplanation(explanation: QueryExplanation): string {
  const rows = [...rowsOf(explanation.root, 0)];
  const width = Math.max(...rows.map(([text]) => text.length));
  const lines = rows.map(([text, cost]) => `${text.padEnd(width)}  ${cost}\n`);
  return `${lines.join('')}\n${summaryOf(explanation)}\n`;
}

function* rowsOf(operation: ExplainedOperation, depth: number): Generator<readonly [text: string, cost: string]> {
  const text = operation.text.replace(/\s+/g, ' ').trim();
  const shown = text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX - 1).toWellFormed()}…` : text;
  yield [`${'  '.repeat(depth)}${shown}`, costOf(operation)];
  if (operation.isAnsweredFromBefore) return;
  for (const inner of operation.inner) yield* rowsOf(inner, depth + 1);
}

function costOf({
  does,
  series,
  points,
  ownMs,
  read,
  isComputedOnce,
  isAnsweredFromBefore,
}: ExplainedOperation): string {
  if (isAnsweredFromBefore) return `${does}: the same as before, not computed again`;
  const notes = isComputedOnce ? ', once for all steps' : '';
  const made = series === 0 && points === 0 ? '' : `: ${count(series)} series, ${count(points)} points`;
  const took = ownMs === 0 ? '' : `, ${milliseconds(ownMs)}`;
  if (read === undefined) return `${does}${made}${took}${notes}`;
  const span = `${timeText(read.minTimeMs)} to ${timeText(read.maxTimeMs)}`;
  return `${does}${made}${took}${notes}; read ${count(read.samples)} samples of ${count(read.series)} series, ${span}`;
}

function summaryOf(explanation: QueryExplanation): string {
  const { samplesRead, seriesRead, seriesReturned, pointsReturned, totalMs } = explanation;
  return (
    `Read ${count(samplesRead)} samples of ${count(seriesRead)} series in ${milliseconds(totalMs)}; ` +
    `the answer has ${count(pointsReturned)} points of ${count(seriesReturned)} series.`
  );
}

function count(number: number): string {
  return number.toLocaleString('en-US');
}

function milliseconds(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : `${count(Math.round(ms))} ms`;
}

/** Times outside what a date can be are the edges of all time. */
function timeText(timeMs: number): string {
  const date = new Date(timeMs);
  return Number.isNaN(date.getTime()) ? String(timeMs) : date.toISOString();
}
