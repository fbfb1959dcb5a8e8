// What a request of remote write is in both versions: a message of series, each with its labels and samples, between other
// fields. This walks through them, keeps the bounds, and lets others have their turn; the versions read the series. Series that
// came before with one sample, which most requests are made of, are taken in runs, without a look at each of their fields.

import { ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import type { Labels } from '../../../model/labels.ts';
import type { ByteTable } from '../byte-table.ts';
import type { KnownOrigins } from '../known-origins.ts';
import type { PushLimits } from '../limits.ts';
import { OversizedPush } from '../malformed.ts';
import type { Slices } from '../pacing.ts';
import type { PushBatch, SeriesOrigins } from '../push-batch.ts';

/** A varint's byte from here on is followed by another. */
export const MORE = 0x80;
/** Where a series goes on: no places in it. */
export const FROM_START = -1;
export const AT_END = -2;
/** Of a series. */
export const SAMPLES_BETWEEN_LOOKS_AT_THE_CLOCK = 4096;
const SERIES_BETWEEN_LOOKS_AT_THE_CLOCK = 256;
/** A varint of two bytes is less than this. */
export const TWO_BYTES_END = 0x4000;

export interface WriteParts {
  readonly known: ByteTable;
  readonly origins: KnownOrigins;
  readonly limits: PushLimits;
}

export abstract class WriteRequest implements SeriesOrigins {
  /** Its memory is another request's when this one and its batch are done. */
  readonly origins: KnownOrigins;
  protected readonly reader: ProtobufReader;
  protected readonly limits: PushLimits;
  /** The series by the bytes of their labels. */
  protected readonly known: ByteTable;
  readonly #timeseries: number;
  #seriesCount = 0;

  /** `timeseries`: the tag of a series. */
  constructor(body: Uint8Array, timeseries: number, { known, origins, limits }: WriteParts) {
    this.reader = new ProtobufReader(body);
    this.#timeseries = timeseries;
    this.known = known;
    this.origins = origins;
    this.limits = limits;
  }

  abstract labelsAt(origin: number): Labels;

  /** Called before series are read, after every wait anew: others may have changed what is known. */
  protected abstract prepare(): void;

  /** Takes the series in this place if it came before and has its one sample where it is expected; false if not. */
  protected abstract takeKnown(batch: PushBatch, start: number, end: number): boolean;

  /** Reads the series that the reader is in, on from a place; where it goes on when it is long. */
  protected abstract readSeries(batch: PushBatch, from: number): number;

  /** Reads another field of the request, behind its tag. */
  protected abstract readOther(batch: PushBatch, tag: number): void;

  /** @throws {MalformedBytes}, {OversizedPush}: what was flushed before is stored. */
  async decode(batch: PushBatch, slices: Slices): Promise<void> {
    const { reader } = this;
    for (let untilLook = SERIES_BETWEEN_LOOKS_AT_THE_CLOCK; !reader.isAtEnd; ) {
      untilLook -= this.#takeRun(batch, untilLook);
      if (untilLook > 0 && !reader.isAtEnd) {
        const tag = reader.readTag();
        if (tag === this.#timeseries) {
          const outer = reader.enter();
          this.#countSeries();
          for (let from = this.#readPart(batch, FROM_START); from !== AT_END; from = this.#readPart(batch, from)) {
            await this.#giveWay(batch, slices);
          }
          reader.leave(outer);
        } else this.readOther(batch, tag);
        if (--untilLook > 0) continue;
      }
      untilLook = SERIES_BETWEEN_LOOKS_AT_THE_CLOCK;
      await this.#giveWay(batch, slices);
    }
  }

  resolved(origin: number, ref: number): void {
    this.origins.resolved(origin, ref);
  }

  /** Up to so many series that came before; how many they were. */
  #takeRun(batch: PushBatch, most: number): number {
    this.prepare();
    const { reader } = this;
    const { bytes, end } = reader;
    const timeseries = this.#timeseries;
    for (let count = 0; ; count++) {
      const at = reader.position;
      if (count === most || at + 2 > end || bytes[at] !== timeseries) return count;
      let start = at + 2;
      let length = bytes[at + 1]!;
      if (length >= MORE && start < end) length += (bytes[start++]! - 1) * MORE;
      if (length >= TWO_BYTES_END || start + length > end) return count;
      if (!this.takeKnown(batch, start, start + length)) return count;
      this.#countSeries();
      reader.position = start + length;
    }
  }

  #readPart(batch: PushBatch, from: number): number {
    this.prepare();
    return this.readSeries(batch, from);
  }

  async #giveWay(batch: PushBatch, slices: Slices): Promise<void> {
    if (batch.isFull) {
      await batch.flush();
      this.origins.clear();
    }
    if (slices.isOver) await slices.rest();
  }

  #countSeries(): void {
    if (++this.#seriesCount <= this.limits.seriesPerRequestMax) return;
    throw new OversizedPush(`the request has more than ${this.limits.seriesPerRequestMax} series: send it in parts`);
  }
}
