import assert from 'node:assert/strict';
import { test } from 'node:test';
import { completeConfig } from './read-config.ts';
import type { ConfigInput } from './schema.ts';
import { settingsWithoutEffect } from './without-effect.ts';

const URL = 'http://127.0.0.1:9090';
const QUERY: ConfigInput['query'] = {
  lookback: '1m',
  subqueryStep: '1m',
  features: ['promql-experimental-functions'],
  maxSamples: 50_000_000,
  maxPointsHeldByAll: 60_000_000,
  maxConcurrency: 3,
  timeout: '5s',
};

function told(input: ConfigInput): readonly string[] {
  return settingsWithoutEffect(input, completeConfig(input));
}

test('settings of queries that another server evaluates are told of when they cannot be sent to it, defaults that are written too', () => {
  const warnings = told({ storage: { engine: 'remote', remote: { url: URL } }, query: QUERY });
  assert.equal(warnings.length, 4);
  assert.match(warnings[0]!, /^query\.subqueryStep has no effect .* evaluation_interval of Prometheus/);
  assert.match(warnings[1]!, /^query\.features has no effect .*--enable-feature/);
  assert.match(warnings[2]!, /^query\.maxSamples has no effect .*--query\.max-samples/);
  assert.match(warnings[3]!, /^query\.maxPointsHeldByAll has no effect/);
  for (const warning of warnings) assert.match(warning, /storage\.remote\.evaluate is "server"/);
});

test('nothing is told where they have an effect, and nothing of what is not written', () => {
  assert.deepEqual(told({ query: QUERY }), []);
  assert.deepEqual(told({ storage: { engine: 'mirror', remote: { url: URL } }, query: QUERY }), []);
  assert.deepEqual(told({ storage: { engine: 'remote', remote: { url: URL, evaluate: 'local' } }, query: QUERY }), []);
  assert.deepEqual(told({ storage: { engine: 'remote', remote: { url: URL } }, query: { features: [] } }), []);
  assert.deepEqual(told({ storage: { engine: 'remote', remote: { url: URL } } }), []);
});

test('histograms with bounds of their own that are made and cannot be sent are told of', () => {
  const otlp = { convertHistogramsToNhcb: true };
  for (const engine of ['remote', 'mirror'] as const) {
    assert.match(told({ storage: { engine, remote: { url: URL } }, otlp })[0]!, /convertHistogramsToNhcb.*"2\.0"/);
    assert.deepEqual(told({ storage: { engine, remote: { url: URL, protocol: '2.0' } }, otlp }), []);
  }
  assert.deepEqual(told({ otlp }), []);
});
