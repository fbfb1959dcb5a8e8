import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ExpositionError, LineCursor } from './line-cursor.ts';
import { readNumber } from './number.ts';

function read(text: string): number {
  const cursor = new LineCursor(Buffer.from(`${text} 1`));
  cursor.end = cursor.body.length;
  const value = readNumber(cursor, 'the value');
  assert.equal(cursor.position, text.length, `all of ${text} was read`);
  return value;
}

test('every double is read back to the same bits, however it is written', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 1, max: 21 }),
      (value, digits) => {
        for (const text of [String(value), value.toExponential(), value.toPrecision(digits)]) {
          // Rounded to few digits the largest doubles are none any more.
          if (Number.isFinite(Number(text))) assert.ok(Object.is(read(text), Number(text)), text);
          else assert.throws(() => read(text), ExpositionError);
        }
      },
    ),
    { numRuns: 5000 },
  );
});

test('decimals of any shape are rounded correctly', () => {
  const digits = fc.stringMatching(/^[0-9]{1,22}$/);
  const fraction = fc.option(fc.stringMatching(/^[0-9]{0,22}$/), { nil: undefined });
  const exponent = fc.option(fc.integer({ min: -330, max: 280 }), { nil: undefined });
  fc.assert(
    fc.property(fc.constantFrom('', '-', '+'), digits, fraction, exponent, (sign, whole, part, power) => {
      const text = `${sign}${whole}${part === undefined ? '' : `.${part}`}${power === undefined ? '' : `e${power}`}`;
      assert.ok(Object.is(read(text), Number(text)), text);
    }),
    { numRuns: 5000 },
  );
});

test('the words for infinity and for no number are read in any case', () => {
  assert.equal(read('+Inf'), Infinity);
  assert.equal(read('inf'), Infinity);
  assert.equal(read('-INF'), -Infinity);
  assert.equal(read('Infinity'), Infinity);
  assert.ok(Number.isNaN(read('NaN')));
  assert.ok(Number.isNaN(read('nan')));
});

test('what Go takes and what it does not', () => {
  assert.equal(read('.5'), 0.5);
  assert.equal(read('5.'), 5);
  assert.equal(read('1E3'), 1000);
  assert.ok(Object.is(read('-0'), -0));
  for (const text of [
    '',
    '.',
    '-',
    '1e',
    '1e+',
    '0x1p-2',
    '1_000',
    '1,5',
    '12a',
    '+NaN',
    'Infinityy',
    '1e400',
    '-1e400',
    '--1',
    '١',
  ]) {
    assert.throws(() => read(text), ExpositionError, text);
  }
});
