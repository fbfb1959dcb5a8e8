// A threshold in another unit than the metric.

import { everyPart } from '../expression/analysis.ts';
import { COMPARISONS } from '../expression/binary-facts.ts';
import { conditionsIn } from '../expression/conditions.ts';
import type { Report, Subject, Trap } from '../interface.ts';

/** Units of the same kind, and how many of the first of a kind one is. */
const KINDS: readonly Readonly<Record<string, number>>[] = [
  { nanoseconds: 1e-9, microseconds: 1e-6, milliseconds: 1e-3, seconds: 1 },
  { bytes: 1, kibibytes: 1024, mebibytes: 1024 ** 2, gibibytes: 1024 ** 3 },
  { ratio: 1, percent: 0.01 },
];
const MEMORY = /memory|resident|heap|disk|filesystem|storage|free|avail|used|usage|swap/i;
const SHORT = /latency|delay|lag|rtt|round_trip|skew|response_time|block_time/i;
/** No memory or disk is watched for so few bytes. */
const FEW_BYTES = 1024;
/** No latency is watched for so many seconds. */
const MANY_SECONDS = 100;

export const UNIT_MISMATCH: Trap = {
  code: 'unit-mismatch',
  level: 'warning',
  title: 'A threshold in another unit than the metric',
  why: 'It is off by a factor of a hundred or a million: the alert fires always, or never.',
  mend: 'Write the threshold in the unit of the metric.',
  *examine(subject) {
    for (const { syntax, compared, threshold } of conditionsIn(subject.syntax)) {
      const { unit, metric, range } = subject.analysis.of(compared);
      if (unit === undefined || syntax.bool) continue;
      const doubt = doubtOf(unit, Math.abs(threshold), metric ?? '');
      // What is certain is told by the range.
      if (doubt === undefined || (unit === 'ratio' && range.max <= 1)) continue;
      yield {
        level: 'warning',
        at: subject.placeAt(syntax.span.from),
        message: `${metric ?? 'the value'} is in ${unit}, and ${threshold} reads like ${doubt}`,
        mend: UNIT_MISMATCH.mend,
      };
    }
    yield* betweenSeries(subject);
  },
};

function doubtOf(unit: string, threshold: number, metric: string): string | undefined {
  switch (unit) {
    case 'ratio':
      return threshold > 1 && threshold <= 100 ? 'percent' : undefined;
    case 'percent':
      return threshold > 0 && threshold < 1 ? 'a ratio' : undefined;
    case 'bytes':
      return threshold > 0 && threshold < FEW_BYTES && MEMORY.test(metric) ? 'percent, MB or GB' : undefined;
    case 'seconds':
      return threshold >= MANY_SECONDS && SHORT.test(metric) ? 'milliseconds' : undefined;
    case 'milliseconds':
      return threshold > 0 && threshold < 1 ? 'seconds' : undefined;
    default:
      return undefined;
  }
}

/** Two series in units of the same kind, or of kinds that nothing makes one. */
function* betweenSeries(subject: Subject): Generator<Report> {
  for (const part of everyPart(subject.syntax)) {
    if (part.kind !== 'binary' || !(COMPARISONS.has(part.operator) || part.operator === '+' || part.operator === '-'))
      continue;
    const left = subject.analysis.of(part.left);
    const right = subject.analysis.of(part.right);
    if (left.isScalar || right.isScalar || left.unit === right.unit) continue;
    const one = KINDS.findIndex((kind) => left.unit !== undefined && left.unit in kind);
    const other = KINDS.findIndex((kind) => right.unit !== undefined && right.unit in kind);
    if (one === -1 || other === -1) continue;
    yield {
      level: 'warning',
      at: subject.placeAt(part.operatorSpan.from),
      message: `the left side is in ${left.unit}, and the right side in ${right.unit}`,
      mend: one === other ? 'Bring both into one unit.' : UNIT_MISMATCH.mend,
    };
  }
}
