// The table of symbols of one request of remote write 2.0: where each text lies in its bytes, and the number of each text that stays
// from request to request, in the table that the decoder keeps. The numbers are valid as long as that table was not emptied.

import { isUtf8 } from 'node:buffer';
import { knownFields, type ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { WIRE_BYTES } from '../../../encoding/wire-types.ts';
import type { ByteTable } from '../byte-table.ts';
import { OversizedPush } from '../malformed.ts';

const SYMBOLS = (4 << 3) | WIRE_BYTES;
export const TIMESERIES = (5 << 3) | WIRE_BYTES;
export const REQUEST_FIELDS = knownFields(SYMBOLS, TIMESERIES);

export interface SymbolText {
  readonly text: string;
  readonly isUtf8: boolean;
}

export class RequestSymbols {
  readonly #reader: ProtobufReader;
  readonly #table: ByteTable;
  #starts: number[] = [];
  #ends: number[] = [];
  #ids = new Uint32Array(0);
  #isRead = false;
  #hasIds = false;
  #generation = -1;

  constructor(reader: ProtobufReader, table: ByteTable) {
    this.#reader = reader;
    this.#table = table;
  }

  /** By the place of a symbol, its number that stays; to be used where {@link hasIds}. */
  get ids(): Uint32Array {
    return this.#ids;
  }

  /** False while a single request fills the table. */
  get hasIds(): boolean {
    return this.#hasIds;
  }

  get count(): number {
    return this.#ids.length;
  }

  /** Undefined when the reference leads out of the table. */
  at(ref: number): SymbolText | undefined {
    if (ref >= this.#ids.length) return undefined;
    const { bytes } = this.#reader;
    const start = this.#starts[ref]!;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, this.#ends[ref]! - start);
    return { text: text.toString('utf8'), isUtf8: isUtf8(text) };
  }

  /** To be called after every wait, in which others may have emptied the table. `most`: symbols of a request. */
  prepare(most: number): void {
    if (!this.#isRead) this.#read(most);
    this.#isRead = true;
    this.#number();
  }

  /** The symbols may stand behind the series, so they are looked for first. */
  #read(most: number): void {
    const reader = this.#reader;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag !== SYMBOLS) {
        reader.skipOther(tag, REQUEST_FIELDS);
        continue;
      }
      const end = reader.readLength();
      this.#starts.push(reader.position);
      this.#ends.push(end);
      reader.position = end;
      if (this.#starts.length > most) {
        throw new OversizedPush(`the request has more than ${most} symbols: send it in parts`);
      }
    }
    reader.position = 0;
    this.#ids = new Uint32Array(this.#starts.length);
  }

  #number(): void {
    const table = this.#table;
    if (this.#generation === table.generation) return;
    const { bytes, view } = this.#reader;
    // A table that a single request fills would be emptied within it: then its numbers are not used.
    for (let attempt = 0; attempt < 2; attempt++) {
      this.#generation = table.generation;
      this.#hasIds = true;
      for (let symbol = 0; symbol < this.#ids.length; symbol++) {
        const start = this.#starts[symbol]!;
        const id = table.entryOf(bytes, view, start, this.#ends[symbol]! - start);
        if (id < 0) this.#hasIds = false;
        this.#ids[symbol] = id;
      }
      if (table.generation === this.#generation) break;
      this.#hasIds = false;
    }
    this.#generation = table.generation;
  }
}
