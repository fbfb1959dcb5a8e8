// Says in the log what was refused of pushes, at most once in a while: a sender that is wrong is wrong in every request.

import type { FastifyBaseLogger } from 'fastify';
import type { PushTotals } from '../../sources/push/interface.ts';
import type { PushKind } from './push-observer.ts';

const EVERY_MS = 10_000;

export class RefusalLog {
  readonly #lastMs = new Map<PushKind, number>();
  #passedOver = 0;

  note(logger: FastifyBaseLogger, kind: PushKind, { errors, errorsLeftOut, rejected }: PushTotals): void {
    if (errors.length === 0) return;
    const nowMs = performance.now();
    if (nowMs - (this.#lastMs.get(kind) ?? Number.NEGATIVE_INFINITY) < EVERY_MS) {
      this.#passedOver++;
      return;
    }
    this.#lastMs.set(kind, nowMs);
    logger.warn(
      { kind, errors, errorsLeftOut, rejected, pushesPassedOver: this.#passedOver },
      'parts of a push were refused',
    );
    this.#passedOver = 0;
  }
}
