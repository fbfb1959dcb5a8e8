import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { labelsFromRecord, labelsToRecord } from '../../model/labels.ts';
import { RELABEL_DEFAULTS, type RelabelRule } from './adapter.ts';
import { compiledRegex, compileRelabeling, fixedStart } from './relabeling.ts';

type Given = Partial<Omit<RelabelRule, 'place'>>;

function relabeled(labels: Record<string, string>, ...rules: readonly Given[]): Record<string, string> | undefined {
  const place = { line: 1, column: 1 };
  const relabel = compileRelabeling(rules.map((rule) => ({ ...RELABEL_DEFAULTS, ...rule, place })));
  const result = relabel(labelsFromRecord(labels));
  return result === undefined ? undefined : labelsToRecord(result);
}

/** As it is written in a replacement. */
const group = (name: string): string => `$\{${name}}`;

describe('replace', () => {
  const name = { sourceLabels: ['__name__'], targetLabel: '__name__' };

  test('sets the target to the replacement where the expression matches the whole text', () => {
    const rule = { ...name, regex: 'a_(.+)_total', replacement: `b_${group('1')}_total` };
    assert.deepEqual(relabeled({ __name__: 'a_x_total' }, rule), { __name__: 'b_x_total' });
    assert.deepEqual(relabeled({ __name__: 'a_x_total_more' }, rule), { __name__: 'a_x_total_more' });
    assert.deepEqual(relabeled({ __name__: 'more_a_x_total' }, rule), { __name__: 'more_a_x_total' });
  });

  test('keeps le and the suffixes of a histogram', () => {
    const rule = { ...name, regex: 'a(_bucket|_sum|_count)', replacement: 'b$1' };
    assert.deepEqual(relabeled({ __name__: 'a_bucket', le: '0.5' }, rule), { __name__: 'b_bucket', le: '0.5' });
    assert.deepEqual(relabeled({ __name__: 'a_count' }, rule), { __name__: 'b_count' });
  });

  test('joins its sources with the separator, absent ones as nothing', () => {
    const rule = {
      sourceLabels: ['x', 'y', 'z'],
      separator: '-',
      regex: '1--3',
      targetLabel: 'to',
      replacement: 'yes',
    };
    assert.deepEqual(relabeled({ x: '1', z: '3' }, rule), { x: '1', z: '3', to: 'yes' });
  });

  test('without a source and a group sets a constant; with an empty replacement it removes the label', () => {
    assert.deepEqual(relabeled({ a: '1' }, { targetLabel: 'b', replacement: 'c' }), { a: '1', b: 'c' });
    assert.deepEqual(relabeled({ a: '1', b: '2' }, { targetLabel: 'b', replacement: '' }), { a: '1' });
    assert.deepEqual(relabeled({ a: '1', b: '2' }, { sourceLabels: ['none'], targetLabel: 'b' }), { a: '1' });
  });

  test('may name its target by a group, and leaves be what is no name of a label', () => {
    const rule = { sourceLabels: ['k'], regex: '(.*)=(.*)', targetLabel: '$1', replacement: '$2' };
    assert.deepEqual(relabeled({ k: 'a=1' }, rule), { k: 'a=1', a: '1' });
    assert.deepEqual(relabeled({ k: '1a=1' }, rule), { k: '1a=1' });
  });

  test('fills groups as Go does', () => {
    const rule = { sourceLabels: ['k'], regex: '(?P<first>a)(b)?', targetLabel: 'to' };
    assert.equal(
      relabeled({ k: 'a' }, { ...rule, replacement: `$first-$2-$$-$3-$01-${group('first')}x$` })?.['to'],
      'a--$---ax$',
    );
  });

  test('takes line ends as any other character, and RE2 alone', () => {
    assert.deepEqual(
      relabeled({ a: '1\n2' }, { sourceLabels: ['a'], regex: '1.2', targetLabel: 'b', replacement: 'c' }),
      {
        a: '1\n2',
        b: 'c',
      },
    );
    assert.throws(() => relabeled({}, { regex: '(?=a)', targetLabel: 'b' }));
  });
});

describe('the other actions', () => {
  const a = { sourceLabels: ['a'] };

  test('keep and drop decide by the text, keepequal and dropequal by another label', () => {
    assert.equal(relabeled({ a: '2' }, { ...a, action: 'keep', regex: '1' }), undefined);
    assert.deepEqual(relabeled({ a: '1' }, { ...a, action: 'keep', regex: '1' }), { a: '1' });
    assert.equal(relabeled({ a: '1' }, { ...a, action: 'drop', regex: '1' }), undefined);
    assert.deepEqual(relabeled({ a: '2' }, { ...a, action: 'drop', regex: '1' }), { a: '2' });
    assert.equal(relabeled({ a: '1', b: '2' }, { ...a, action: 'keepequal', targetLabel: 'b' }), undefined);
    assert.equal(relabeled({ a: '1', b: '1' }, { ...a, action: 'dropequal', targetLabel: 'b' }), undefined);
  });

  test('labelmap copies, labeldrop and labelkeep remove', () => {
    assert.deepEqual(relabeled({ x_a: '1', b: '2' }, { action: 'labelmap', regex: 'x_(.+)' }), {
      x_a: '1',
      a: '1',
      b: '2',
    });
    assert.deepEqual(relabeled({ a: '1', b: '2' }, { action: 'labeldrop', regex: 'a' }), { b: '2' });
    assert.deepEqual(relabeled({ a: '1', b: '2' }, { action: 'labelkeep', regex: 'a' }), { a: '1' });
  });

  test('lowercase and uppercase set, hashmod hashes as Prometheus does', () => {
    assert.equal(relabeled({ a: 'Ab' }, { ...a, action: 'lowercase', targetLabel: 'b' })?.['b'], 'ab');
    assert.equal(relabeled({ a: 'Ab' }, { ...a, action: 'uppercase', targetLabel: 'b' })?.['b'], 'AB');
    // The last eight bytes of md5("foo"), acbd18db4cc2f85cedef654fccc4a4d8.
    const expected = (0xedef654fccc4a4d8n % 1000n).toString();
    assert.equal(
      relabeled({ a: 'foo' }, { ...a, action: 'hashmod', modulus: 1000, targetLabel: 'd' })?.['d'],
      expected,
    );
  });

  test('rules follow one another', () => {
    const first = { ...a, regex: '1', targetLabel: 'a', replacement: '2' };
    assert.deepEqual(relabeled({ a: '1' }, first, { ...a, regex: '2', targetLabel: 'b', replacement: '3' }), {
      a: '2',
      b: '3',
    });
  });
});

test('what an expression matches begins with its fixed start', () => {
  for (const [regex, start] of [
    ['abc', 'abc'],
    ['abc(_x|_y)', 'abc'],
    ['abc*', 'ab'],
    ['abc?d', 'ab'],
    ['abc{0}', 'ab'],
    ['abc+', 'abc'],
    ['abc|d', ''],
    ['(abc|d)', ''],
    ['a(b|c)|d', ''],
    ['', ''],
    ['.*', ''],
  ] as const) {
    assert.equal(fixedStart(regex), start, regex);
  }
  const parts = fc.array(
    fc.constantFrom('a', 'b', '(a|b)', '|', '.', '*', '?', '+', '(?i:a)', '[ab]', '\\.', '{0}', '_'),
    {
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(parts, fc.stringMatching(/^[abAB._]{0,6}$/), (pieces, text) => {
      const regex = pieces.join('');
      let matches: boolean;
      try {
        matches = compiledRegex(regex).matches(text);
      } catch {
        return;
      }
      if (matches) assert.ok(text.startsWith(fixedStart(regex)), `${regex} matches ${text}`);
    }),
    { numRuns: 2000 },
  );
});
