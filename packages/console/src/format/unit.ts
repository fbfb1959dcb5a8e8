// Which unit the values of an expression have, read from the canonical suffixes of metric names. Only what is certain is
// said: an expression that computes with several metrics has no unit here, and its numbers are shown plain.

import type { Unit } from './number.ts';

const NAME = /[a-zA-Z_:][a-zA-Z0-9_:]*/g;
const ONE_SELECTOR = /^[a-zA-Z_:][a-zA-Z0-9_:]*\s*(\{[^{}]*\})?$/;
const ONE_RATE = /^(?:i?rate)\s*\(\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{[^{}]*\})?\s*\[[^\]]*\]\s*\)$/;
const AGGREGATION = /^(?:sum|min|max|avg|topk|bottomk)\s*(?:(?:by|without)\s*\([^()]*\)\s*)?\(/;
const GROUPING = /^\s*(?:(?:by|without)\s*\([^()]*\)\s*)?$/;
const LEADING_COUNT = /^\s*\d+\s*,/;

/** The unit of what the expression answers, 'none' when it cannot be told. */
export function unitOfExpression(expression: string): Unit {
  let inner = expression.trim();
  for (let next = argumentOf(inner); next !== undefined; next = argumentOf(inner)) inner = next;
  const rated = ONE_RATE.exec(inner)?.[1];
  if (rated !== undefined) return unitOfRate(rated);
  if (!ONE_SELECTOR.test(inner)) return 'none';
  return unitOfName(inner.match(NAME)?.[0] ?? '');
}

function unitOfName(name: string): Unit {
  const base = name.replace(/_(total|sum)$/, '');
  if (base.endsWith('_timestamp_seconds') || base.endsWith('_bucket')) return 'none';
  if (base.endsWith('_bytes')) return 'bytes';
  if (base.endsWith('_seconds')) return 'seconds';
  if (base.endsWith('_ratio')) return 'ratio';
  if (base.endsWith('_wei')) return 'wei';
  return 'none';
}

function unitOfRate(name: string): Unit {
  const unit = unitOfName(name);
  if (unit === 'bytes') return 'bytesPerSecond';
  return unit === 'none' ? 'perSecond' : 'none';
}

/** What an aggregation that keeps the unit is of; undefined when the text is not one aggregation as a whole. */
function argumentOf(text: string): string | undefined {
  const opening = AGGREGATION.exec(text)?.[0].length;
  if (opening === undefined) return undefined;
  let depth = 1;
  for (let index = opening; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (depth > 0) continue;
    const argument = text.slice(opening, index).replace(LEADING_COUNT, '').trim();
    return GROUPING.test(text.slice(index + 1)) ? argument : undefined;
  }
  return undefined;
}
