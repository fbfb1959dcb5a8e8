import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ByteWriter, encodeText, PreparedBytes } from './byte-writer.ts';

function written(write: (writer: ByteWriter) => void): string {
  const writer = new ByteWriter(0);
  write(writer);
  return Buffer.from(writer.finish()).toString('utf8');
}

it('writes numbers as Prometheus reads them', () => {
  const texts: [number, string][] = [
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [10, '10'],
    [999_999_999, '999999999'],
    [1_000_000_000, '1000000000'],
    [2 ** 31, '2147483648'],
    [1_000_000_000_000_000, '1000000000000000'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [2 ** 53, '9007199254740992'],
    [1e21, '1e+21'],
    [-5, '-5'],
    [0.1, '0.1'],
    [1e-7, '1e-7'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of texts)
    assert.equal(
      written((writer) => writer.number(value)),
      text,
    );
});

it('writes every finite number so that it reads back to the bit', () => {
  const anyNumber = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), fc.nat());
  fc.assert(
    fc.property(anyNumber, (value) => {
      assert.equal(Number(written((writer) => writer.number(value))), value === 0 ? 0 : value);
    }),
  );
});

it('writes text as UTF-8', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
      const text = written((writer) => {
        for (const piece of texts) writer.text(piece);
      });
      assert.equal(text, texts.join(''));
    }),
  );
});

it('copies pieces and grows', () => {
  const piece = new PreparedBytes(Buffer.from('0123456789'));
  const text = written((writer) => {
    for (let i = 0; i < 1000; i++) {
      writer.copy(piece, i % 10, 10);
      writer.lineFeed();
    }
  });
  const expected = Array.from({ length: 1000 }, (_, i) => '0123456789'.slice(i % 10));
  assert.equal(text, `${expected.join('\n')}\n`);
});

it('copies any part of any text as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.nat(), fc.nat(), (text, from, to) => {
      const utf8 = Buffer.from(text);
      const prepared = new PreparedBytes(utf8);
      const start = from % (utf8.length + 1);
      const end = start + (to % (utf8.length - start + 1));
      const writer = new ByteWriter(0);
      writer.copy(prepared, start, end);
      writer.lineFeed();
      assert.deepEqual(Buffer.from(writer.finish()), Buffer.concat([utf8.subarray(start, end), Buffer.from('\n')]));
    }),
    { numRuns: 2000 },
  );
});

it('replaces what is no valid Unicode', () => {
  const text = 'a\ud800b\udc00🦀\ud83e';
  assert.equal(
    written((writer) => writer.text(text)),
    text.toWellFormed(),
  );
});

it('writes encoded pieces as often as they are wanted', () => {
  const piece = encodeText('é🦀{');
  const text = written((writer) => {
    writer.piece(piece);
    writer.piece(piece);
  });
  assert.equal(text, 'é🦀{é🦀{');
});
