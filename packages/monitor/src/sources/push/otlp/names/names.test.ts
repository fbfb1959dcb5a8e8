import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TranslationStrategy } from '../settings.ts';
import { labelName } from './label-name.ts';
import { metricName, type NamedKind } from './metric-name.ts';
import { metadataUnit } from './unit-name.ts';

const STRATEGIES: readonly TranslationStrategy[] = [
  'UnderscoreEscapingWithSuffixes',
  'UnderscoreEscapingWithoutSuffixes',
  'NoUTF8EscapingWithSuffixes',
  'NoTranslation',
];

/** The name, unit and kind of a metric, and its name under each strategy in the order above. */
const METRICS: readonly [name: string, unit: string, kind: NamedKind, ...names: readonly string[]][] = [
  [
    'http.server.duration',
    's',
    'other',
    'http_server_duration_seconds',
    'http_server_duration',
    'http.server.duration_seconds',
    'http.server.duration',
  ],
  ['requests', '', 'counter', 'requests_total', 'requests', 'requests_total', 'requests'],
  ['requests_total', '1', 'counter', 'requests_total', 'requests_total', 'requests_total', 'requests_total'],
  ['total.sent', 'By', 'counter', 'sent_bytes_total', 'total_sent', 'total.sent_bytes_total', 'total.sent'],
  ['load', '1', 'gauge', 'load_ratio', 'load', 'load_ratio', 'load'],
  ['load', '1', 'other', 'load', 'load', 'load', 'load'],
  ['io', 'By/s', 'gauge', 'io_bytes_per_second', 'io', 'io_bytes_per_second', 'io'],
  ['io', '{packets}/s', 'gauge', 'io_per_second', 'io', 'io_per_second', 'io'],
  ['blocks', '{blocks}', 'gauge', 'blocks', 'blocks', 'blocks', 'blocks'],
  ['uptime_seconds', 's', 'gauge', 'uptime_seconds', 'uptime_seconds', 'uptime_seconds', 'uptime_seconds'],
  ['1st..place', '', 'gauge', '_1st_place', '_1st_place', '1st..place', '1st..place'],
  ['a__b', '', 'gauge', 'a_b', 'a__b', 'a__b', 'a__b'],
  ['ä', '', 'gauge', '', '', 'ä', 'ä'],
  ['', '', 'gauge', '', '', '', ''],
];

describe('the name of a metric', () => {
  for (const [name, unit, kind, ...expected] of METRICS) {
    it(`${JSON.stringify(name)} of unit ${JSON.stringify(unit)} (${kind})`, () => {
      assert.deepEqual(
        STRATEGIES.map((strategy) => metricName(name, unit, kind, strategy)),
        expected,
      );
    });
  }
});

describe('the name of a label', () => {
  it('escapes what is no letter or digit, one underscore a character', () => {
    for (const [attribute, label] of [
      ['service.name', 'service_name'],
      ['a..b', 'a__b'],
      ['😀éa', '__a'],
      ['1a', 'key_1a'],
      ['_a', 'key_a'],
      ['.', 'key_'],
      ['__a__', '__a__'],
    ] as const) {
      assert.equal(labelName(attribute, true), label);
    }
  });

  it('is none when nothing but underscores is left, and stays as it is when names are not escaped', () => {
    assert.equal(labelName('', true), '');
    assert.equal(labelName('..', true), '');
    assert.equal(labelName('😀é', true), '');
    assert.equal(labelName('__', false), '');
    assert.equal(labelName('service.name', false), 'service.name');
  });
});

describe('the unit in the metadata', () => {
  it('is written out', () => {
    assert.deepEqual(['s', 'By/s', '{x}', '1', '', 'm/s', 'foo/bar', '°C', ' ms '].map(metadataUnit), [
      'seconds',
      'bytes_per_second',
      '',
      '',
      '',
      'meters_per_second',
      'foo_per_bar',
      'C',
      'milliseconds',
    ]);
  });
});
