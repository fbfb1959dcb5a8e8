// OTLP in JSON, turned into OTLP in protobuf in one walk over the bytes, so that there is one reader for both. Follows the
// JSON of protobuf with OTLP's own rules: 64-bit numbers as strings or numbers, ids in hexadecimal, enums as numbers or
// names, `null` as if it were not there (in a list: as a message without fields), unknown fields passed over. Works with a stack of its own in pieces.
// Source: opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, protobuf.dev/programming-guides/json

import { OversizedPush } from '../../malformed.ts';
import type { Slices } from '../../pacing.ts';
import { CLOSE_LIST, CLOSE_OBJECT, COLON, COMMA, JsonReader, OPEN_LIST, OPEN_OBJECT, QUOTE } from './json-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { EXPORT_METRICS_REQUEST, type JsonField, type JsonMessage } from './messages.ts';
import { writeScalar } from './scalars.ts';

export interface JsonBounds {
  readonly jsonDepth: number;
  readonly jsonTranslatedBytes: number;
}

/** Looks at the clock every so many values. */
const VALUES_BETWEEN_LOOKS = 256;
const LENGTH_DELIMITED = 2;
/** How `null` begins. */
const NULL = 0x6e;

/** A message that is open, or a list of messages. */
interface Frame {
  readonly message: JsonMessage;
  /** Of a list of messages: the field that each of them is; of a message undefined. */
  readonly listField: number | undefined;
  /** What `MessageWriter.close` needs; undefined for a list and the outermost message. */
  readonly opened: number | undefined;
  isFirst: boolean;
}

/** @throws {MalformedPush} {OversizedPush} */
export async function protobufOfJson(body: Uint8Array, bounds: JsonBounds, slices: Slices): Promise<Uint8Array> {
  const translation = new Translation(body, bounds);
  while (!translation.step(VALUES_BETWEEN_LOOKS)) if (slices.isOver) await slices.rest();
  return translation.finish();
}

class Translation {
  readonly #reader: JsonReader;
  readonly #writer: MessageWriter;
  readonly #depthMax: number;
  readonly #stack: Frame[] = [];

  constructor(body: Uint8Array, { jsonDepth, jsonTranslatedBytes }: JsonBounds) {
    this.#reader = new JsonReader(body);
    this.#writer = new MessageWriter(jsonTranslatedBytes);
    this.#depthMax = jsonDepth;
    if (this.#reader.peek() === NULL) {
      this.#null();
      return;
    }
    this.#reader.take(OPEN_OBJECT);
    this.#push({ message: EXPORT_METRICS_REQUEST, listField: undefined, opened: undefined, isFirst: true });
  }

  /** Reads so many values; true when everything was read. */
  step(values: number): boolean {
    for (let left = values; left > 0; left--) {
      const frame = this.#stack.at(-1);
      if (frame === undefined) return true;
      if (frame.listField === undefined) this.#member(frame);
      else this.#item(frame, frame.listField);
    }
    return this.#stack.length === 0;
  }

  finish(): Uint8Array {
    if (this.#reader.peek() !== -1) this.#reader.fail('something follows the object');
    return this.#writer.finish();
  }

  #push(frame: Frame): void {
    if (this.#stack.length >= this.#depthMax) this.#failDeep();
    this.#stack.push(frame);
  }

  /** The next member of a message, or its end. */
  #member(frame: Frame): void {
    const reader = this.#reader;
    if (this.#ends(frame, CLOSE_OBJECT)) {
      if (frame.opened !== undefined) this.#writer.close(frame.opened);
      return;
    }
    reader.readString();
    const field = frame.message.get(reader.nameText());
    reader.take(COLON);
    const next = reader.peek();
    if (field === undefined) this.#skip();
    else if (next === NULL) this.#null();
    else if (field.isRepeated) this.#list(field);
    else if (field.kind === 'message') this.#open(field, field.message!());
    else writeScalar(reader, this.#writer, field.number, field.kind);
  }

  /** The next message of a list, or its end. */
  #item(frame: Frame, field: number): void {
    if (this.#ends(frame, CLOSE_LIST)) return;
    if (this.#reader.peek() === NULL) {
      this.#null();
      this.#writer.tag(field, LENGTH_DELIMITED);
      this.#writer.close(this.#writer.open());
      return;
    }
    this.#reader.take(OPEN_OBJECT);
    this.#writer.tag(field, LENGTH_DELIMITED);
    this.#push({ message: frame.message, listField: undefined, opened: this.#writer.open(), isFirst: true });
  }

  #open({ number }: JsonField, message: JsonMessage): void {
    this.#reader.take(OPEN_OBJECT);
    this.#writer.tag(number, LENGTH_DELIMITED);
    this.#push({ message, listField: undefined, opened: this.#writer.open(), isFirst: true });
  }

  #list(field: JsonField): void {
    this.#reader.take(OPEN_LIST);
    if (field.kind === 'message') {
      this.#push({ message: field.message!(), listField: field.number, opened: undefined, isFirst: true });
      return;
    }
    // Numbers, packed: as many as one data point has buckets, and no more levels.
    this.#writer.tag(field.number, LENGTH_DELIMITED);
    const opened = this.#writer.open();
    for (let isFirst = true; this.#reader.peek() !== CLOSE_LIST; isFirst = false) {
      if (!isFirst) this.#reader.take(COMMA);
      writeScalar(this.#reader, this.#writer, undefined, field.kind);
    }
    this.#reader.take(CLOSE_LIST);
    this.#writer.close(opened);
  }

  /** Takes what closes the frame, or the comma before what follows. */
  #ends(frame: Frame, close: number): boolean {
    if (this.#reader.peek() === close) {
      this.#reader.take(close);
      this.#stack.pop();
      return true;
    }
    if (!frame.isFirst) this.#reader.take(COMMA);
    frame.isFirst = false;
    return false;
  }

  #null(): void {
    if (this.#reader.readLiteral() !== 'null') this.#reader.fail('there is no value');
  }

  /** Passes over a value of any kind. */
  #skip(): void {
    const reader = this.#reader;
    const closers: number[] = [];
    do {
      const next = reader.peek();
      if (next === closers.at(-1)) {
        reader.take(closers.pop()!);
      } else if (next === OPEN_OBJECT || next === OPEN_LIST) {
        reader.position++;
        closers.push(next === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_LIST);
        if (this.#stack.length + closers.length > this.#depthMax) this.#failDeep();
        if (next === OPEN_OBJECT && reader.peek() !== CLOSE_OBJECT) this.#skipName();
        continue;
      } else if (next === QUOTE) {
        reader.readString();
      } else {
        reader.readLiteral();
      }
      const close = closers.at(-1);
      if (close === undefined || reader.peek() === close) continue;
      reader.take(COMMA);
      if (close === CLOSE_OBJECT) this.#skipName();
      else if (reader.peek() === CLOSE_LIST) reader.fail('there is no value');
    } while (closers.length > 0);
  }

  #skipName(): void {
    this.#reader.readString();
    this.#reader.take(COLON);
  }

  #failDeep(): never {
    throw new OversizedPush(`the body has more than ${this.#depthMax} objects and lists within each other`);
  }
}
