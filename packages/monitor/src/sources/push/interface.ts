// What a push is: bytes that a sender hands to the monitor, decoded where the store is, and what became of them.

import type { RejectReason } from '../../storage/interface.ts';

export type PushProtocol = 'remote-write-1' | 'remote-write-2' | 'otlp-protobuf' | 'otlp-json' | 'text' | 'openmetrics';

export type PushEncoding = 'identity' | 'snappy' | 'gzip';

export interface PushRequest {
  readonly protocol: PushProtocol;
  readonly encoding: PushEncoding;
  /** Given away: alone in its buffer, it is not copied. */
  readonly body: Uint8Array;
  /** When the request came, Unix milliseconds: the time of samples that carry none. */
  readonly receivedMs: number;
  /** Of a text that comes in pieces. */
  readonly piece?: TextPiece;
}

/** A piece ends with a line's end, but for the last one. */
export interface TextPiece {
  /** Lines of the text before this piece. */
  readonly linesBefore: number;
  readonly isLast: boolean;
  /** Whether `# EOF` came in a piece before. */
  readonly hasEnded: boolean;
}

/** Why a sample was not written. */
export type PushRejectReason = RejectReason;

/** Counts of what was written, that is, is durable and visible now. */
export interface PushTotals {
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
  /** Samples and histograms that were not written. */
  readonly rejected: Readonly<Partial<Record<PushRejectReason, number>>>;
  /** Each names the series and how to mend it; the first few. */
  readonly errors: readonly string[];
  /** How many more errors there were than are listed. */
  readonly errorsLeftOut: number;
  /** The time of the latest sample that was stored; undefined when there was none. */
  readonly newestTimeMs: number | undefined;
}

/**
 * 'stored': everything was written; 'partial': `errors` says what was not; 'malformed': the bytes could not be read, and
 * the error says where; what came before is kept when it was stored already; 'too_large': over a bound when unpacked.
 */
export type PushOutcome = 'stored' | 'partial' | 'malformed' | 'too_large';

export interface PushAnswer extends PushTotals {
  readonly outcome: PushOutcome;
  /** Of a text: the lines of this piece, as far as they were read, and whether `# EOF` came. */
  readonly text?: { readonly lines: number; readonly hasEnded: boolean };
  /** Of an OTLP push: what was refused in its own terms, and what the sender should know though nothing was refused. */
  readonly otlp?: { readonly rejectedDataPoints: number; readonly warnings: readonly string[] };
}
