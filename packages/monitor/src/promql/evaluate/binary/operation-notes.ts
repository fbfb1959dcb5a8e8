// The warnings and infos of one binary operation. Prometheus tells of one pair a step, the last: where several pairs of a step are
// of different kinds, the others go unsaid, here as there.

import type { Span } from '../../parse/positions.ts';
import type { QueryNotes } from '../notes.ts';
import type { BinaryOperator } from './operators.ts';

export type PairNote = keyof typeof CODES;

/** Each is a number in a column over the steps; 0 is none. */
const CODES = {
  'float with float': 1,
  'float with histogram': 2,
  'histogram with float': 3,
  'histogram with histogram': 4,
  'incompatible buckets': 5,
  'conflicting resets': 6,
  'bounds reconciled': 7,
} as const;

const NOTES = Object.keys(CODES) as readonly PairNote[];

const WARNINGS: ReadonlySet<PairNote> = new Set(['incompatible buckets', 'conflicting resets']);

export class OperationNotes {
  readonly #operator: string;
  readonly #stepCount: number;
  #lastAtStep: Uint8Array | undefined;

  constructor({ operator }: BinaryOperator, stepCount: number) {
    this.#operator = operator;
    this.#stepCount = stepCount;
  }

  at(step: number, note: PairNote): void {
    this.#lastAtStep ??= new Uint8Array(this.#stepCount);
    this.#lastAtStep[step] = CODES[note];
  }

  /** Hands over what was noted, when all pairs have been computed. */
  tell(notes: QueryNotes, span: Span): void {
    const told = new Set(this.#lastAtStep);
    for (const note of NOTES) {
      if (!told.has(CODES[note])) continue;
      const message = this.#messageOf(note);
      if (WARNINGS.has(note)) notes.warn(span, message);
      else notes.inform(span, message);
    }
  }

  #messageOf(note: PairNote): string {
    const operator = this.#operator;
    const operation = operator === '+' ? 'addition' : 'subtraction';
    switch (note) {
      case 'incompatible buckets':
        return `incompatible bucket layout encountered for binary operator ${operator}`;
      case 'conflicting resets':
        return `conflicting counter resets during histogram ${operation}`;
      case 'bounds reconciled':
        return `mismatched custom buckets were reconciled during ${operation}`;
      default: {
        const types = note.replace('with', operator);
        return `incompatible sample types encountered for binary operator "${operator}": ${types}`;
      }
    }
  }
}
