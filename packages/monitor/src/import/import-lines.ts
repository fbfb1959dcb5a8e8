// Imports a file of lines: piece after piece is read into a batch, and while the store takes one the next is read; never more
// than two are under way, so memory stays flat and the file is read as fast as the store stores. Invariant: the position that
// is told is behind nothing that is not durable.

import type { Labels } from '../model/labels.ts';
import { DEFAULT_PUSH_LIMITS } from '../sources/push/limits.ts';
import { Slices } from '../sources/push/pacing.ts';
import type { SeriesOrigins } from '../sources/push/push-batch.ts';
import { PushBatch } from '../sources/push/push-batch.ts';
import { ExpositionError } from '../sources/scrape/line-cursor.ts';
import type { Appender } from '../storage/interface.ts';
import { CsvDecoder } from './csv-decoder.ts';
import { decoderOf } from './decoders.ts';
import { addTotals, type ImportTotals, newImportTotals } from './import-totals.ts';
import type { LineDecoder, LineFormat, PieceReader } from './interface.ts';
import { LineCutter } from './line-cutter.ts';

/** A piece is a commit: some 40,000 samples of text. Larger ones cost memory, and save little more. */
const PIECE_BYTES = 4 * 1024 * 1024;
const LANES = 2;
const BAD_LINES_LISTED_MAX = 10;

/** How far an import has come: what stands before is stored. */
export interface LinePosition {
  /** Unpacked bytes. */
  readonly offset: number;
  readonly lines: number;
  /** What the first lines said that the others need. */
  readonly header: string | undefined;
}

export interface LineImport {
  /** Unpacked, from the position on. */
  readonly chunks: AsyncIterable<Buffer>;
  readonly format: LineFormat;
  readonly from: LinePosition;
  readonly appender: Appender;
  readonly nowMs: number;
  /** Lines that cannot be read are counted and passed over; without it the first ends the import. */
  readonly skipsBadLines: boolean;
  /** Ends the import between two pieces. */
  readonly signal: AbortSignal;
  /** Told when a piece has been stored; `tail` are the last bytes before the position, valid during the call. */
  readonly onStored: (position: LinePosition, totals: ImportTotals, tail: Uint8Array) => void;
}

/**
 * Gives what was imported; when the signal has ended it, that is not everything.
 * @throws {ExpositionError} a line that cannot be read: what stands before it is stored. @throws what the store and the file throw.
 */
export async function importLines(options: LineImport): Promise<ImportTotals> {
  const { chunks, format, from, appender, nowMs, signal, onStored } = options;
  const decoder = decoderOf(format, { receivedMs: nowMs, header: from.header });
  const cutter = new LineCutter(chunks, format === 'csv');
  const lanes = Array.from({ length: LANES }, () => new Lane(appender, nowMs));
  const bad = new BadLines(options.skipsBadLines);
  const totals = () => totalsOf(lanes, bad);
  let { offset, lines } = from;
  let storing: Promise<void> = Promise.resolve();
  try {
    for (let turn = 0; !signal.aborted; turn++) {
      const lane = lanes[turn % LANES]!;
      const piece = await cutter.next(lane.buffer);
      lane.buffer = piece.buffer;
      const body = piece.buffer.subarray(0, piece.length);
      const reader = decoder.open({ body, linesBefore: lines, isLast: piece.isLast }, bad.listener, lane.reader);
      const problem = await lane.decode(reader);
      await storing;
      offset += piece.length;
      lines += reader.lines;
      const position = { offset, lines, header: headerOf(decoder) };
      storing = lane.batch.flush().then(() => {
        if (problem !== undefined) throw problem;
        onStored(position, totals(), body);
      });
      // Who waits for it comes later.
      storing.catch(() => {});
      if (piece.isLast || problem !== undefined) break;
    }
    await storing;
  } catch (error) {
    // What is on its way is stored before anybody hears of the failure.
    await storing.catch(() => {});
    throw error;
  }
  return totals();
}

/** The buffer, batch and reader of one piece after the other. */
class Lane implements SeriesOrigins {
  buffer: Uint8Array<ArrayBuffer> = new Uint8Array(PIECE_BYTES);
  reader: PieceReader | undefined;
  readonly batch: PushBatch;

  constructor(appender: Appender, nowMs: number) {
    this.batch = new PushBatch({ appender, limits: DEFAULT_PUSH_LIMITS, nowMs, origins: this });
  }

  /** Gives what is wrong with the piece; what stands before that is in the batch. */
  async decode(reader: PieceReader): Promise<ExpositionError | undefined> {
    this.reader = reader;
    try {
      await reader.decode(this.batch, new Slices());
      return undefined;
    } catch (error) {
      if (error instanceof ExpositionError) return error;
      throw error;
    }
  }

  labelsAt(origin: number): Labels {
    return this.reader!.labelsAt(origin);
  }

  resolved(origin: number, ref: number): void {
    this.reader!.resolved(origin, ref);
  }
}

class BadLines {
  readonly listener: ((error: ExpositionError) => void) | undefined;
  count = 0;
  readonly messages: string[] = [];

  constructor(areSkipped: boolean) {
    if (!areSkipped) return;
    this.listener = ({ message }) => {
      this.count++;
      if (this.messages.length < BAD_LINES_LISTED_MAX) this.messages.push(message);
    };
  }
}

function totalsOf(lanes: readonly Lane[], bad: BadLines): ImportTotals {
  const totals = newImportTotals();
  for (const { batch } of lanes) addTotals(totals, batch.totals());
  totals.badLines = bad.count;
  totals.badLineMessages = bad.messages;
  return totals;
}

function headerOf(decoder: LineDecoder): string | undefined {
  return decoder instanceof CsvDecoder ? decoder.header : undefined;
}
