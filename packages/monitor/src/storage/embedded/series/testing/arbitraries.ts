// Labels and matchers for randomized tests: few names and values, so that they meet; and strings of every kind.

import fc from 'fast-check';
import { type Labels, labelsFrom } from '../../../../model/labels.ts';
import type { Matcher } from '../../../../model/matcher.ts';

const NAMES = ['__name__', 'job', 'le', 'pod', '__proto__'];
const VALUES = [
  'a',
  'b',
  'ab',
  'abc',
  'bc',
  'a.c',
  'x\ny',
  '0.5',
  'é',
  '\ud83d\ude00',
  '\ud83d',
  '\udc00x',
  '\0',
  'constructor',
];
const EXPRESSIONS = [
  '',
  '.*',
  '.+',
  'a',
  'a|b',
  '(a|ab)',
  '(?:a|)',
  'a.*',
  'a.+',
  'a\\.c',
  'a.c',
  '[ab]+',
  'ab?',
  'x.y',
  '(?i)A',
  'é|a',
  'a|.*c',
  'ab*c',
  '0\\.5',
  '.*b.*',
  '\ud83d\ude00',
  'nothing',
  'a||b',
];

export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...VALUES, '\ufffd', '\ud800\ufffd', '\udfff\ud800', ''),
);

export const someLabels: fc.Arbitrary<Labels> = fc
  .array(fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom(...VALUES)), { maxLength: 5 })
  .map(labelsFrom);

export const anyLabels: fc.Arbitrary<Labels> = fc.oneof(
  someLabels,
  fc.array(fc.tuple(anyText, anyText), { maxLength: 12 }).map(labelsFrom),
);

export const someMatcher: fc.Arbitrary<Matcher> = fc.oneof(
  fc.record({
    name: fc.constantFrom(...NAMES, 'absent'),
    operator: fc.constantFrom('=' as const, '!=' as const),
    value: fc.constantFrom(...VALUES, ''),
  }),
  fc.record({
    name: fc.constantFrom(...NAMES, 'absent'),
    operator: fc.constantFrom('=~' as const, '!~' as const),
    value: fc.constantFrom(...EXPRESSIONS),
  }),
);

export const EXPRESSION_SAMPLES: readonly string[] = EXPRESSIONS;
export const VALUE_SAMPLES: readonly string[] = ['', ...VALUES];
