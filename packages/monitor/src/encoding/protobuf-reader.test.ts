import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { MalformedBytes } from './malformed-bytes.ts';
import { ProtobufReader } from './protobuf-reader.ts';

const { Writer } = protobuf;

function long(value: bigint): protobuf.Long {
  const bits = BigInt.asUintN(64, value);
  return { low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false } as protobuf.Long;
}

describe('the protobuf reader', () => {
  it('reads numbers as another library writes them, exact as far as doubles are', () => {
    const edges = [
      0n,
      1n,
      -1n,
      127n,
      128n,
      2n ** 28n,
      2n ** 35n - 1n,
      2n ** 53n,
      -(2n ** 53n),
      2n ** 63n - 1n,
      -(2n ** 63n),
    ];
    const numbers = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    fc.assert(
      fc.property(numbers, (value) => {
        const reader = (bytes: Uint8Array) => new ProtobufReader(bytes);
        assert.equal(reader(Writer.create().int64(long(value)).finish()).readInt64(), Number(value));
        const unsigned = BigInt.asUintN(64, value);
        assert.equal(reader(Writer.create().uint64(long(unsigned)).finish()).readUint64(), Number(unsigned));
        const small = BigInt.asIntN(52, value);
        assert.equal(reader(Writer.create().sint64(long(small)).finish()).readSint64(), Number(small));
      }),
      { numRuns: 2000 },
    );
  });

  it('reads small numbers of times to the last bit', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (value) => {
        const bytes = Writer.create()
          .int64(long(BigInt(value)))
          .finish();
        assert.equal(new ProtobufReader(bytes).readInt64(), value);
      }),
    );
  });

  it('skips what it does not know and stays within its message', () => {
    const bytes = Writer.create()
      .uint32((9 << 3) | 2)
      .bytes(new Uint8Array(300))
      .uint32((1 << 3) | 5)
      .fixed32(7)
      .finish();
    const reader = new ProtobufReader(bytes);
    for (let fields = 0; fields < 2; fields++) reader.skip(reader.readTag() & 7);
    assert.equal(reader.isAtEnd, true);
  });

  it('says where bytes lead out of their message', () => {
    const cases: readonly (readonly number[])[] = [
      [0x0a, 5, 1],
      [0x80],
      [0x09, 1, 2],
      [0x0d, 1],
      [0x00],
      [0x0b],
      Array(11).fill(0xff),
    ];
    for (const bytes of cases) {
      const reader = new ProtobufReader(Uint8Array.from(bytes));
      assert.throws(
        () => {
          while (!reader.isAtEnd) reader.skip(reader.readTag() & 7);
        },
        (error) => error instanceof MalformedBytes && /at byte \d+/.test(error.message),
        JSON.stringify(bytes),
      );
    }
  });
});
