import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAdapter } from './read-adapter.ts';
import { LANGUAGES } from './testing/languages.ts';

function problemsOf(text: string): readonly string[] {
  const { problems } = readAdapter(text, 'a/client.yaml', LANGUAGES);
  return problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

const WHOLE = `title: A client
versions: 1
sources: [https://a.example/metrics.rs]
detect: [client_height]
library: true
preset: cometbft
rename:
  - { source_labels: [__name__], regex: client_height, target_label: __name__, replacement: chain_blocks_head_height }
scale:
  - { metric: chain_validator_stake, divide: 1000 }
groups:
  - name: g
    interval: 5s
    rules:
      - record: chain_sync_state
        labels: { state: synced }
        expr: client_synced == bool 1
gaps:
  - { metric: chain_peers_connected, reason: not told }
`;

describe('an adapter file', () => {
  test('is read with its places', () => {
    const { adapter, problems } = readAdapter(WHOLE, 'a/client.yaml', LANGUAGES);
    assert.deepEqual(problems, []);
    assert.equal(adapter?.name, 'client');
    assert.deepEqual(
      [adapter.title, adapter.versions, adapter.isLibrary, adapter.preset],
      ['A client', '1', true, 'cometbft'],
    );
    assert.deepEqual(adapter.detect, ['client_height']);
    assert.deepEqual(adapter.rename, [
      {
        action: 'replace',
        sourceLabels: ['__name__'],
        separator: ';',
        regex: 'client_height',
        targetLabel: '__name__',
        replacement: 'chain_blocks_head_height',
        modulus: 0,
        place: { line: 8, column: 5 },
      },
    ]);
    assert.deepEqual(
      adapter.scale.map(({ metric, multiplier, divisor }) => [metric, multiplier, divisor]),
      [['chain_validator_stake', 1, 1000]],
    );
    assert.deepEqual(adapter.gaps, [{ metric: 'chain_peers_connected', reason: 'not told' }]);
    const [group] = adapter.groups;
    assert.deepEqual([group?.name, group?.intervalMs, group?.place], ['g', 5000, { line: 12, column: 5 }]);
    assert.deepEqual(group?.rules[0]?.expressionPlace, { line: 17, column: 15 });
  });

  test('may have any part of it alone', () => {
    for (const text of ['title: x', 'rename: []', 'groups: []', 'gaps:']) assert.deepEqual(problemsOf(text), []);
  });

  test('tells everything that is wrong at once, each at its place', () => {
    assert.deepEqual(
      problemsOf(`titel: x
preset: moon
detect: [1abc]
library: maybe
rename:
  - { action: rename }
  - { regex: "(", target_label: a }
  - { source_labels: [a] }
  - { target_label: "a b" }
  - { action: labeldrop, regex: a, target_label: b }
  - { action: hashmod, source_labels: [a], target_label: b }
  - { action: keepequal, source_labels: [a], target_label: b, regex: c }
  - { action: labelmap, replacement: "a-b" }
  - 7
scale:
  - { metric: a, multiply: 2, divide: 3 }
  - { metric: a, divide: 0 }
gaps:
  - { metric: a }
`).map((problem) => problem.replace(/ is no regular expression: .*/, ' is no regular expression')),
      [
        '1:1: "titel" is unknown here: an adapter has title, versions, sources, detect, library, preset, rename, scale, groups, gaps',
        '2:9: there is no preset "moon": the presets are ethereum, ethereum-minimal, hotstuff2, cometbft, bitcoin, evm-dev',
        '3:9: "1abc" is no name of a metric',
        '4:10: library: write true or false',
        '6:15: "rename" is no action: write one of replace, keep, drop, keepequal, dropequal, labelmap, labeldrop, labelkeep, lowercase, uppercase, hashmod',
        '7:14: "(" is no regular expression',
        '8:5: the action replace needs "target_label"',
        '9:21: "a b" is no name of a label',
        '10:5: labeldrop has "regex" alone',
        '11:5: hashmod needs "modulus", a whole number above 0',
        '12:5: keepequal has "source_labels" and "target_label" alone',
        '13:38: "a-b" is no name of a label, nor one with $1 in it',
        '14:5: write a rule of metric_relabel_configs, such as "regex: …" and "replacement: …"',
        '16:5: a scale has either "multiply" or "divide"',
        '17:5: a has a scale already',
        '17:26: "0" is no number above 0',
        '19:5: say why the client does not give it: "reason: …"',
      ],
    );
  });

  test('is refused as a whole for what is wrong outside of its groups, which cost no more than themselves', () => {
    const { adapter, problems } = readAdapter(
      'groups:\n  - name: bad\n    rules: [{ record: a, expr: "1 +" }]\n  - name: good\n    rules: [{ record: a, expr: "1" }]\n',
      'x.yaml',
      LANGUAGES,
    );
    assert.deepEqual(
      adapter?.groups.map(({ name }) => name),
      ['good'],
    );
    assert.equal(problems[0]?.group, 'bad');
    assert.equal(readAdapter('rename: [{}]', 'x.yaml', LANGUAGES).adapter, undefined);
  });

  test('has no alerts', () => {
    const text = 'groups:\n  - name: g\n    rules: [{ alert: A, expr: "1" }]\n';
    assert.match(problemsOf(text)[0] ?? '', /^2:5: A: an adapter records and alerts of nothing/);
    assert.deepEqual(readAdapter(text, 'x.yaml', LANGUAGES).adapter?.groups, []);
  });

  test('is bounded', () => {
    assert.match(problemsOf(`title: ${'x'.repeat(1024 * 1024)}`)[0] ?? '', /larger than 1 MiB/);
    assert.match(problemsOf(`detect: [${'a,'.repeat(1001)}]`)[0] ?? '', /more than 1000 entries/);
    assert.match(
      problemsOf(`rename: [{ regex: ${'a'.repeat(1001)}, target_label: a }]`)[0] ?? '',
      /more than 1000 char/,
    );
    assert.equal(problemsOf(`rename: [${'{},'.repeat(1000)}]`).length, 200);
  });

  test('is never more than refused, whatever it holds', () => {
    for (const text of ['', '[]', 'a', 'rename: {}', 'rename: [[]]', 'groups: 1', 'scale: [[{}]]', '{', 'title: [1]']) {
      assert.doesNotThrow(() => problemsOf(text), text);
    }
  });
});
