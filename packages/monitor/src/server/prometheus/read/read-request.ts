// What a remote read asks: some questions, each with a range of time and matchers, and the kinds of answers that its sender takes.
// Source: prometheus.io/docs/prometheus/latest/querying/remote_read_api, prompb/remote.proto

import { knownFields, ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { uncompressSnappy } from '../../../encoding/uncompress-snappy.ts';
import { WIRE_BYTES, WIRE_VARINT } from '../../../encoding/wire-types.ts';
import { type Matcher, type MatchOperator, valuePredicate } from '../../../model/matcher.ts';
import { ExpressionSizes } from '../../../promql/expression-sizes.ts';
import { ApiError } from '../error.ts';

export interface ReadQuery {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  readonly matchers: readonly Matcher[];
}

type ReadAnswerKind = 'samples' | 'chunks';

export interface ReadRequest {
  readonly queries: readonly ReadQuery[];
  readonly answerKind: ReadAnswerKind;
}

/** What the questions may be when they are unpacked. */
const CONTENT_MAX_BYTES = 4_194_304;

const QUERIES = (1 << 3) | WIRE_BYTES;
const ACCEPTED_ONE = (2 << 3) | WIRE_VARINT;
const ACCEPTED_PACKED = (2 << 3) | WIRE_BYTES;
const REQUEST_FIELDS = knownFields(QUERIES, ACCEPTED_ONE, ACCEPTED_PACKED);
const START = (1 << 3) | WIRE_VARINT;
const END = (2 << 3) | WIRE_VARINT;
const MATCHERS = (3 << 3) | WIRE_BYTES;
const HINTS = (4 << 3) | WIRE_BYTES;
const QUERY_FIELDS = knownFields(START, END, MATCHERS, HINTS);
const TYPE = (1 << 3) | WIRE_VARINT;
const NAME = (2 << 3) | WIRE_BYTES;
const VALUE = (3 << 3) | WIRE_BYTES;
const MATCHER_FIELDS = knownFields(TYPE, NAME, VALUE);

const OPERATORS: readonly MatchOperator[] = ['=', '!=', '=~', '!~'];
/** By the numbers of the protocol. */
const ANSWER_KINDS: readonly ReadAnswerKind[] = ['samples', 'chunks'];

/** @throws {MalformedBytes} @throws {OversizedBytes} @throws {ApiError} @throws {QueryError} */
export function readRequestOf(body: Uint8Array): ReadRequest {
  const reader = new ProtobufReader(uncompressSnappy(body, CONTENT_MAX_BYTES));
  const queries: ReadQuery[] = [];
  const accepted: number[] = [];
  const sizes = new ExpressionSizes();
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === QUERIES) queries.push(readQuery(reader, sizes));
    else if (tag === ACCEPTED_ONE) accepted.push(reader.readUint64());
    else if (tag === ACCEPTED_PACKED) {
      const outer = reader.enter();
      while (!reader.isAtEnd) accepted.push(reader.readUint64());
      reader.leave(outer);
    } else reader.skipOther(tag, REQUEST_FIELDS);
  }
  return { queries, answerKind: answerKindOf(accepted) };
}

/** The first that is known; who names none was made before there were others than samples. */
function answerKindOf(accepted: readonly number[]): ReadAnswerKind {
  if (accepted.length === 0) return 'samples';
  const known = accepted.find((kind) => kind in ANSWER_KINDS);
  if (known !== undefined) return ANSWER_KINDS[known]!;
  throw new ApiError(
    'bad_data',
    `server does not support any of the requested response types: ${accepted.join(' ')}; supported: SAMPLES STREAMED_XOR_CHUNKS`,
  );
}

function readQuery(reader: ProtobufReader, sizes: ExpressionSizes): ReadQuery {
  const outer = reader.enter();
  let minTimeMs = 0;
  let maxTimeMs = 0;
  const matchers: Matcher[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === START) minTimeMs = reader.readInt64();
    else if (tag === END) maxTimeMs = reader.readInt64();
    else if (tag === MATCHERS) matchers.push(readMatcher(reader, sizes));
    // What the asker will do with the samples; they are all given.
    else reader.skipOther(tag, QUERY_FIELDS);
  }
  reader.leave(outer);
  return { minTimeMs, maxTimeMs, matchers };
}

function readMatcher(reader: ProtobufReader, sizes: ExpressionSizes): Matcher {
  const outer = reader.enter();
  let type = 0;
  let name = '';
  let value = '';
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === TYPE) type = reader.readUint64();
    else if (tag === NAME) name = reader.readText();
    else if (tag === VALUE) value = reader.readText();
    else reader.skipOther(tag, MATCHER_FIELDS);
  }
  reader.leave(outer);
  const operator = OPERATORS[type];
  if (operator === undefined) throw new ApiError('bad_data', 'invalid matcher type');
  const matcher = { name, operator, value };
  sizes.add(matcher);
  try {
    valuePredicate(matcher);
  } catch (error) {
    throw new ApiError('bad_data', (error as Error).message, { cause: error });
  }
  return matcher;
}
