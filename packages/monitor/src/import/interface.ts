// History on its way in: what a decoder of one format does with the lines of a file, and what came of them.

import type { Slices } from '../sources/push/pacing.ts';
import type { PushBatch, SeriesOrigins } from '../sources/push/push-batch.ts';
import type { ExpositionError } from '../sources/scrape/line-cursor.ts';

const LINE_FORMATS = ['openmetrics', 'text', 'json', 'csv', 'influx', 'tsdb-dump'] as const;

export type LineFormat = (typeof LINE_FORMATS)[number];

/** A recording is not read by lines. */
export type ImportFormat = LineFormat | 'recording';

export const IMPORT_FORMATS: readonly ImportFormat[] = [...LINE_FORMATS, 'recording'];

/** Whole lines of a file. The bytes are the reader's until its batch was flushed. */
export interface LinePiece {
  readonly body: Uint8Array;
  /** Lines of the file before this piece. */
  readonly linesBefore: number;
  readonly isLast: boolean;
}

/** Reads the lines of a file, piece after piece; remembers series from one to the next. */
export interface LineDecoder {
  /**
   * The batch that the piece is read into needs it as its origins. `onBadLine`: told of a line that is passed over. `before`: a
   * reader that is done, its batch flushed: its memory may be used again.
   */
  open(
    piece: LinePiece,
    onBadLine: ((error: ExpositionError) => void) | undefined,
    before: PieceReader | undefined,
  ): PieceReader;
}

export interface PieceReader extends SeriesOrigins {
  /** Lines that were read. */
  readonly lines: number;
  /** What stands before a line that cannot be read is in the batch when this throws. @throws {ExpositionError} */
  decode(batch: PushBatch, slices: Slices): Promise<void>;
}
