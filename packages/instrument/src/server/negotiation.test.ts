import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { acceptedFormat, FORMAT_NAMES, type FormatName } from './formats.ts';
import { acceptsGzip } from './negotiation.ts';

const PROTOBUF = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,' +
  'text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,' +
  'application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,' +
  'text/plain;version=0.0.4;q=0.3,*/*;q=0.2';
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';

const ACCEPTS: readonly (readonly [accept: string | undefined, format: FormatName, why: string])[] = [
  [undefined, 'text', 'nothing said'],
  ['', 'text', 'an empty header'],
  ['*/*', 'text', 'anything'],
  ['text/*', 'text', 'any text'],
  [PROMETHEUS_2, 'openmetrics', 'Prometheus 2'],
  [PROMETHEUS_3, 'openmetrics', 'Prometheus 3'],
  [`${PROTOBUF},${PROMETHEUS_2.replace('1.0.0', '1.0.0;q=0.8')}`, 'protobuf', 'Prometheus 2 with native histograms'],
  [`${PROTOBUF};q=0.7,text/plain;version=0.0.4;q=0.3`, 'protobuf', 'Telegraf'],
  ['text/plain;version=0.0.4;q=1,*/*;q=0.1', 'text', 'vmagent'],
  [BROWSER, 'text', 'a browser'],
  ['application/json', 'json', 'JSON'],
  ['application/json, text/plain, */*', 'json', 'equal weights: the first that is named'],
  ['*/*, application/json', 'json', 'equal weights: the one that is named'],
  ['text/plain, application/json', 'text', 'equal weights, the other way round'],
  ['application/json;q=0.2, text/csv;q=0.9', 'csv', 'the greater weight'],
  ['TEXT/CSV', 'csv', 'media types have no case'],
  ['text/csv; charset=utf-8; header=present', 'csv', 'parameters that no offer has'],
  ['application/openmetrics-text', 'openmetrics', 'no version is any version'],
  ['application/openmetrics-text; version="1.0.0"', 'openmetrics', 'a quoted parameter'],
  ['application/openmetrics-text; version=0.0.1', 'text', 'a version that there is not'],
  ['application/openmetrics-text; version=0.0.1, application/json;q=0.1', 'json', 'the next best'],
  [PROTOBUF.replace('delimited', 'text'), 'text', 'an encoding that there is not'],
  ['text/plain;q=0, application/json;q=0.001', 'json', 'weight 0 is a no'],
  ['text/plain;q=0, */*', 'openmetrics', 'anything but text'],
  ['text/plain;version=1.0.0, */*;q=0.1', 'text', 'a text format that there is not, then anything'],
  ['image/png', 'text', 'nothing that there is'],
  ['application/json;q=2, text/csv;q=0.1', 'csv', 'a weight that is none'],
  ['application/json;q=, text/csv;q=0.1', 'csv', 'an empty weight'],
  [';;;,,,==", a/b;c="', 'text', 'nonsense'],
  ['text/csv;x="a,b;q=0.1"', 'csv', 'separators inside of quotes'],
];

for (const [accept, format, why] of ACCEPTS) {
  it(`answers in ${format} for ${why}`, () => {
    assert.equal(acceptedFormat(accept), format, accept);
  });
}

it('always answers with some format', () => {
  const part = fc.constantFrom(
    'text/plain',
    '*/*',
    'text/*',
    'application/json',
    ';',
    ',',
    'q=',
    '0.5',
    '1',
    '"',
    '\\',
    ' ',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(part).map((parts) => parts.join('')),
      ),
      (accept) => {
        assert.ok(FORMAT_NAMES.includes(acceptedFormat(accept)));
        assert.equal(typeof acceptsGzip(accept), 'boolean');
      },
    ),
  );
});

it('looks at no more than 64 ranges', () => {
  assert.equal(acceptedFormat(`${'a/b,'.repeat(63)}text/csv`), 'csv');
  assert.equal(acceptedFormat(`${'a/b,'.repeat(64)}text/csv`), 'text');
});

for (const [header, isWelcome] of [
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['gzip, deflate, br, zstd', true],
  ['GZIP', true],
  ['x-gzip', true],
  ['*', true],
  ['br', false],
  ['identity', false],
  ['gzip;q=0', false],
  ['gzip;q=0, *', false],
  ['gzip;q=0.5, identity', false],
  ['gzip;q=0.5, identity;q=0.5', true],
  ['gzip; q=1.0, identity; q=0.5', true],
] as const) {
  it(`${isWelcome ? 'compresses' : 'does not compress'} for Accept-Encoding ${JSON.stringify(header)}`, () => {
    assert.equal(acceptsGzip(header), isWelcome);
  });
}
