// Formats as Go writes them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { expand } from '../../testing/expand.ts';
import { FEWEST_DIGITS, floatText } from './float-text.ts';

describe('printf', () => {
  const cases: readonly (readonly [format: string, values: string, written: string])[] = [
    ['%v %s %q %d', '1 "a" "b\\n" 5', '1 a "b\\n" 5'],
    ['%s|%d|%d|%f|%z', '5 "x" 1.5 3 1', '%!s(int=5)|%!d(string=x)|%!d(float64=1.5)|%!f(int=3)|%!z(int=1)'],
    [
      '%.2f|%8.3f|%-8.1f|%08.2f|%+.1f|% .1f',
      '3.14159 2.5 2.5 2.5 2.5 2.5',
      '3.14|   2.500|2.5     |00002.50|+2.5| 2.5',
    ],
    [
      '%e|%E|%g|%G|%.3g|%.10g',
      '123456.789 123456.789 1e21 1e-7 123456.789 123456.789',
      '1.234568e+05|1.234568E+05|1e+21|1E-07|1.23e+05|123456.789',
    ],
    ['%.0f %.0f %.0f %.0f %.1f %.2f', '0.5 1.5 2.5 -0.5 0.25 1.005', '0 2 2 -0 0.2 1.00'],
    ['%x|%X|%.3x|%b', '1.5 255.75 1.0 1.5', '0x1.8p+00|0X1.FF8P+07|0x1.000p+00|6755399441055744p-52'],
    ['%#g|%#.3g|%#f|%#x', '1.0 1.0 1.0 1.0', '1.00000|1.00|1.000000|0x1.0000p+00'],
    [
      '%5d|%-5d|%05d|%+d|% d|%.3d|%.0d|%5.3d|%+08d',
      '42 42 42 42 42 42 0 7 42',
      '   42|42   |00042|+42| 42|042||  007|+0000042',
    ],
    [
      '%x|%X|%#x|%o|%O|%b|%c|%q|%U|%#U',
      '255 255 255 8 8 5 65 65 65 65',
      "ff|FF|0xff|10|0o10|101|A|'A'|U+0041|U+0041 'A'",
    ],
    ['%5s|%-5s|%05s|%.2s|%5.1s', '"abc" "abc" "abc" "abc" "abc"', '  abc|abc  |00abc|ab|    a'],
    ['%x|% x|%#x|% X|%.2x', '"ab" "ab" "ab" "ab" "abcd"', '6162|61 62|0x6162|61 62|6162'],
    ['%q|%+q|%#q', '"\u00e9\u200b" "\u00e9" "a"', '"\u00e9\\u200b"|"\\u00e9"|`a`'],
    ['%t|%v|%5t|%d', 'true false true true', 'true|false| true|%!d(bool=true)'],
    ['%T %T %T %T %T %T', '1 1.5 "a" true $labels nil', 'int float64 string bool map[string]string <nil>'],
    [
      '%v %#v %q',
      '$labels (args "a") $externalLabels',
      'map[a:b instance:a.example.com:9090 job:node] map[string]interface {}{"arg0":"a"} map["cluster":"eu"]',
    ],
    ['%d', '$externalLabels', 'map[%!d(string=cluster):%!d(string=eu)]'],
    [
      '%+v %v',
      '(first (query "up")) (first (query "empty" | or (query "up")))',
      '&{Labels:map[__name__:up instance:b:1 job:x] Value:1} &{map[__name__:up instance:b:1 job:x] 1}',
    ],
    ['%d %d', '1', '1 %!d(MISSING)'],
    ['%d', '1 2 nil', '1%!(EXTRA int=2, <nil>)'],
    ['100%% %', '', '100% %!(NOVERB)'],
    ['%[2]d %[1]d', '1 2', '2 1'],
    ['%[3]d %[x]d %[1]d', '1', '%!d(BADINDEX) %!d(BADINDEX) 1'],
    ['%*d|%-*d|%.*f|%[2]*[1]d', '5 3 5 3 2 3.14159', '    3|3    |3.14|  5'],
    ['%*d', '"a" 3', '%!(BADWIDTH)3'],
    ['%.*f', '-1 3.0', '%!(BADPREC)3.000000'],
    ['%d %s %5v|', 'nil nil nil', '%!d(<nil>) %!s(<nil>) <nil>|'],
    ['%v %s %q', '(toDuration 90) (toTime 0) (toDuration 1)', '1m30s 1970-01-01 00:00:00 +0000 UTC "1s"'],
    ['%v %.2f', '1+2i 1i', '(1+2i) (0.00+1.00i)'],
  ];
  for (const [format, values, written] of cases) {
    it(`writes ${written} for ${format} of ${values}`, async () => {
      assert.equal(await expand(`{{ printf \`${format}\` ${values} }}`), written);
    });
  }
});

describe('floatText', () => {
  const double = fc.double({ noNaN: true, noDefaultInfinity: true });

  it('reads back as the number it wrote', () => {
    fc.assert(
      fc.property(double, fc.constantFrom('e' as const, 'f' as const, 'g' as const), (value, format) => {
        assert.ok(Object.is(Number(floatText(value, format, FEWEST_DIGITS)), value));
      }),
    );
  });

  it('rounds to digits as JavaScript does, where that does not break a tie otherwise', () => {
    fc.assert(
      fc.property(double, fc.nat(20), (value, precision) => {
        // Eight digits more: no tie unless they are 5 and zeros.
        const longer = value.toExponential(Math.min(precision + 8, 100));
        fc.pre(!/5000000[0-9]?e/.test(longer));
        const expected = value.toExponential(precision).replace(/e([-+])([0-9])$/, 'e$10$2');
        assert.equal(floatText(value, 'e', precision), Object.is(value, -0) ? `-${expected}` : expected);
      }),
    );
  });
});
