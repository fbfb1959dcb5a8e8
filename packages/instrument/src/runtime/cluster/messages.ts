// What the processes of a cluster say to each other: the primary asks, a worker answers with its families. IPC carries JSON,
// which has no infinities and no NaN, so these travel as text.

import type { FamilySnapshot } from '../../snapshot/snapshot.ts';

/** The key that marks a message as ours, and its version. */
const MARK = 'chainpulse:metrics:1';

export interface ClusterQuestion {
  readonly mark: typeof MARK;
  readonly questionId: number;
}

export interface ClusterAnswer {
  readonly mark: typeof MARK;
  readonly answerTo: number;
  /** JSON of the families. */
  readonly families: string;
}

export function question(questionId: number): ClusterQuestion {
  return { mark: MARK, questionId };
}

export function answer(answerTo: number, families: readonly FamilySnapshot[]): ClusterAnswer {
  const text = JSON.stringify(families, (_key, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? { nonFinite: String(value) } : value,
  );
  return { mark: MARK, answerTo, families: text };
}

export function isQuestion(message: unknown): message is ClusterQuestion {
  return isOurs(message) && 'questionId' in message;
}

export function isAnswer(message: unknown): message is ClusterAnswer {
  return isOurs(message) && 'answerTo' in message;
}

export function familiesOf(message: ClusterAnswer): FamilySnapshot[] {
  return JSON.parse(message.families, (_key, value: unknown) => {
    // What JSON makes of a bucket without an exemplar, of which snapshots know only as undefined or a hole.
    if (value === null) return undefined;
    return typeof value === 'object' && 'nonFinite' in value ? Number(value.nonFinite) : value;
  }) as FamilySnapshot[];
}

function isOurs(message: unknown): message is object {
  return typeof message === 'object' && message !== null && 'mark' in message && message.mark === MARK;
}
