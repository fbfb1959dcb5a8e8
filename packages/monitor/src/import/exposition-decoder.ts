// Prometheus text and OpenMetrics, as the import of the API reads them.

import type { PushLimits } from '../sources/push/limits.ts';
import { ImportDecoder, ImportPiece } from '../sources/push/text/import-decoder.ts';
import type { ExpositionError } from '../sources/scrape/line-cursor.ts';
import type { LineDecoder, LinePiece, PieceReader } from './interface.ts';

export class ExpositionDecoder implements LineDecoder {
  readonly #format: 'text' | 'openmetrics';
  readonly #receivedMs: number;
  readonly #decoder: ImportDecoder;
  #latest: ImportPiece | undefined;

  /** `receivedMs`: the time of samples that carry none. */
  constructor(format: 'text' | 'openmetrics', receivedMs: number, limits: PushLimits) {
    this.#format = format;
    this.#receivedMs = receivedMs;
    this.#decoder = new ImportDecoder(limits);
  }

  open(
    piece: LinePiece,
    onBadLine: ((error: ExpositionError) => void) | undefined,
    before: PieceReader | undefined,
  ): ImportPiece {
    const hasEnded = this.#latest?.hasEnded ?? false;
    this.#latest = this.#decoder.open({
      ...piece,
      format: this.#format,
      receivedMs: this.#receivedMs,
      hasEnded,
      onBadLine,
      origins: before instanceof ImportPiece ? before.releaseOrigins() : undefined,
    });
    return this.#latest;
  }
}
