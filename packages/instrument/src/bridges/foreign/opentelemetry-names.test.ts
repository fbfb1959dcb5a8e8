import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { prometheusLabel, prometheusName } from './opentelemetry-names.ts';

test('names get their unit and, of counters, _total', () => {
  const cases = [
    ['http.server.duration', 's', 'other', 'http_server_duration_seconds'],
    ['http.server.request.size', 'By', 'other', 'http_server_request_size_bytes'],
    ['system.cpu.time', 's', 'counter', 'system_cpu_time_seconds_total'],
    ['requests', '{request}', 'counter', 'requests_total'],
    ['requests_total', '1', 'counter', 'requests_total'],
    ['cpu.utilization', '1', 'gauge', 'cpu_utilization_ratio'],
    ['queue.length', '1', 'other', 'queue_length'],
    ['disk.used', '%', 'gauge', 'disk_used_percent'],
    ['speed', 'm/s', 'gauge', 'speed_meters_per_second'],
    ['events', '{event}/s', 'gauge', 'events_per_second'],
    ['time_seconds', 's', 'other', 'time_seconds'],
    ['seconds', 's', 'gauge', 'seconds'],
    ['a..b--c', '', 'gauge', 'a_b_c'],
    ['2xx', '', 'gauge', '_2xx'],
    ['odd', 'fortnights^2', 'gauge', 'odd_fortnights_2'],
    ['used', 'KiBy', 'gauge', 'used_kibibytes'],
  ] as const;
  for (const [name, unit, kind, expected] of cases) {
    assert.equal(prometheusName(name, unit, kind).name, expected, `${name} in ${unit}`);
  }
});

test('whatever the name, unit and attribute, the result is valid', () => {
  const kind = fc.constantFrom('counter' as const, 'gauge' as const, 'other' as const);
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string());
  fc.assert(
    fc.property(text, text, kind, (name, unit, metricKind) => {
      const named = prometheusName(name, unit, metricKind);
      assert.match(named.name, /^[a-zA-Z_:][a-zA-Z0-9_:]*$/);
      assert.ok(named.name.replace(/_total$/, '').endsWith(named.unit));
      assert.match(prometheusLabel(name), /^[a-zA-Z_][a-zA-Z0-9_]*$/);
      assert.doesNotMatch(prometheusLabel(name), /^__/);
    }),
  );
});
