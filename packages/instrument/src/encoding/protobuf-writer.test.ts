import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { ProtobufWriter } from './protobuf-writer.ts';

const { root } = protobuf.parse(`
  syntax = "proto3";
  message All {
    uint64 uint = 1;
    int64 int = 2;
    sint64 sint = 3;
    bool bool = 4;
    double double = 5;
    fixed64 fixed = 6;
    string string = 7;
    bytes bytes = 8;
    repeated All children = 9;
    repeated double doubles = 10;
    repeated uint64 uints = 11;
    repeated sint64 sints = 12;
    repeated fixed64 fixeds = 200000000;
  }`);
const All = root.lookupType('All');

interface Content {
  uint: bigint;
  int: bigint;
  sint: bigint;
  bool: boolean;
  double: number;
  fixed: bigint;
  string: string;
  bytes: Uint8Array;
  children: Content[];
  doubles: number[];
  uints: bigint[];
  sints: bigint[];
  fixeds: bigint[];
}

/** As a double where that is exact, so that both ways of giving a number are tried. */
function either(value: bigint): number | bigint {
  return BigInt(Number(value)) === value ? Number(value) : value;
}

function write(writer: ProtobufWriter, content: Content): void {
  writer.uint(1, either(content.uint));
  writer.int(2, either(content.int));
  writer.sint(3, either(content.sint));
  writer.bool(4, content.bool);
  writer.double(5, content.double);
  writer.fixed64(6, either(content.fixed));
  writer.string(7, content.string);
  writer.bytes(8, content.bytes);
  for (const child of content.children) writer.message(9, (inner) => write(inner, child));
  writer.packedDoubles(10, content.doubles);
  writer.packedUints(11, content.uints.map(either));
  writer.packedSints(12, content.sints.map(either));
  writer.packedFixed64(200_000_000, content.fixeds.map(either));
}

/** What protobufjs reads, its 64-bit objects as bigints. */
function read(bytes: Uint8Array): Content {
  const object = All.toObject(All.decode(bytes), { longs: String, bytes: Array, arrays: true, defaults: true });
  return revived(object as Record<string, unknown>);
}

function revived(object: Record<string, unknown>): Content {
  const big = (value: unknown): bigint => BigInt(value as string);
  const bigs = (values: unknown): bigint[] => (values as string[]).map(big);
  return {
    uint: big(object['uint']),
    int: big(object['int']),
    sint: big(object['sint']),
    bool: object['bool'] as boolean,
    double: object['double'] as number,
    fixed: big(object['fixed']),
    string: object['string'] as string,
    bytes: Uint8Array.from(object['bytes'] as number[]),
    children: (object['children'] as Record<string, unknown>[]).map(revived),
    doubles: object['doubles'] as number[],
    uints: bigs(object['uints']),
    sints: bigs(object['sints']),
    fixeds: bigs(object['fixeds']),
  };
}

const unsigned = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.nat().map(BigInt));
const signed = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt));
const { content } = fc.letrec<{ content: Content }>((tie) => ({
  content: fc.record(
    {
      uint: unsigned,
      int: signed,
      sint: signed,
      bool: fc.boolean(),
      double: fc.double(),
      fixed: unsigned,
      string: fc.string({ unit: 'binary', maxLength: 300 }),
      bytes: fc.uint8Array({ maxLength: 300 }),
      children: fc.oneof({ maxDepth: 3 }, fc.constant<Content[]>([]), fc.array(tie('content'), { maxLength: 3 })),
      doubles: fc.array(fc.double()),
      uints: fc.array(unsigned),
      sints: fc.array(signed),
      fixeds: fc.array(unsigned),
    },
    { noNullPrototype: true },
  ),
}));

it('writes what protobufjs reads back the same, messages of every size within each other', () => {
  fc.assert(
    fc.property(content, (expected) => {
      const writer = new ProtobufWriter();
      write(writer, expected);
      assert.deepEqual(read(writer.finish()), expected);
    }),
    { numRuns: 300 },
  );
});

it('gives a message the length it needs, whatever its neighbours of the same depth needed', () => {
  const sizesBytes = [0, 127, 128, 16_383, 16_384, 3, 2_097_151, 2_097_152, 128, 1];
  const writer = new ProtobufWriter();
  for (const size of sizesBytes) {
    writer.message(9, (child) => child.message(9, (inner) => inner.bytes(8, new Uint8Array(size).fill(7))));
  }
  const { children } = read(writer.finish());
  assert.deepEqual(
    children.map((child) => child.children[0]?.bytes),
    sizesBytes.map((size) => new Uint8Array(size).fill(7)),
  );
});

it('writes the shortest lengths, as the official encoders do', () => {
  const writer = new ProtobufWriter();
  for (const size of [200, 3, 20_000]) writer.message(9, (child) => child.string(7, 'x'.repeat(size)));
  const expected = All.encode({
    children: [200, 3, 20_000].map((size) => ({ string: 'x'.repeat(size) })),
  }).finish();
  assert.deepEqual(Buffer.from(writer.finish()), Buffer.from(expected));
});

it('writes a stream of messages, each after its length', () => {
  const writer = new ProtobufWriter();
  for (const size of [5, 500, 0, 50])
    writer.lengthDelimited((message) => message.packedDoubles(10, new Float64Array(size)));
  const reader = protobuf.Reader.create(writer.finish());
  const sizes: number[] = [];
  while (reader.pos < reader.len) sizes.push((All.decodeDelimited(reader) as unknown as Content).doubles.length);
  assert.deepEqual(sizes, [5, 500, 0, 50]);
});

it('copies encoded fields as they are', () => {
  const part = new ProtobufWriter();
  part.uint(1, 5);
  const writer = new ProtobufWriter();
  writer.message(9, (child) => child.raw(part.finish()));
  assert.equal(read(writer.finish()).children[0]?.uint, 5n);
});

it('writes nanoseconds of a time in milliseconds to the last digit', () => {
  const fixedOf = (timeMs: number): bigint => {
    const writer = new ProtobufWriter();
    writer.fixed64Nanoseconds(6, timeMs);
    return read(writer.finish()).fixed;
  };
  assert.equal(fixedOf(0), 0n);
  assert.equal(fixedOf(1_795_181_530_123), 1_795_181_530_123_000_000n);
  assert.equal(fixedOf(1.5), 1_500_000n);
  assert.equal(fixedOf(4_194_303.999_999_9), 4_194_304_000_000n);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 18_446_744_073_709 }), (timeMs) => {
      assert.equal(fixedOf(timeMs), BigInt(timeMs) * 1_000_000n);
    }),
  );
});

it('replaces what is no valid Unicode, also where the string is long', () => {
  for (const padding of ['', 'x'.repeat(100)]) {
    const writer = new ProtobufWriter();
    writer.string(7, `\ud800${padding}a\udc00🦀\ud83e`);
    assert.equal(read(writer.finish()).string, `\ufffd${padding}a\ufffd🦀\ufffd`);
  }
});

it('refuses what is no whole number or has no room in 64 bits', () => {
  const writer = new ProtobufWriter();
  const refused: (() => void)[] = [];
  for (const value of [-1, 1.5, NaN, Infinity, 2 ** 64, -1n, 2n ** 64n]) {
    refused.push(
      () => writer.uint(1, value),
      () => writer.fixed64(1, value),
      () => writer.packedUints(1, [value]),
    );
  }
  for (const value of [0.5, -0.5, NaN, Infinity, -Infinity, 2 ** 63, -(2 ** 64), 2n ** 63n, -(2n ** 63n) - 1n]) {
    refused.push(
      () => writer.int(1, value),
      () => writer.sint(1, value),
    );
  }
  for (const write of refused) assert.throws(write, RangeError, String(write));
});
