import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyRequest } from 'fastify';
import { Parameters } from './parameters.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from './time-text.ts';

function parametersOf(query: Record<string, unknown>, body?: Record<string, unknown>): Parameters {
  return new Parameters({ query, body } as unknown as FastifyRequest);
}

test('times are unix seconds or RFC 3339, in whole milliseconds', () => {
  const cases: [string, number][] = [
    ['0', 0],
    ['-1.5', -1500],
    ['1435781451.781', 1_435_781_451_781],
    ['1.0015', 1002],
    ['1.0005', 1000],
    ['1e3', 1_000_000],
    ['1_000', 1_000_000],
    ['0x1p4', 16_000],
    ['-0X1.8p1', -3000],
    ['0x_a.8p+0', 10_500],
    ['0x.8p0', 500],
    ['2015-07-01T20:10:51,7Z', 1_435_781_451_700],
    ['2015-07-01T2:10:51Z', 1_435_716_651_000],
    ['2015-07-01T20:10:51+24:00', 1_435_695_051_000],
    ['1969-12-31T23:59:59.9999Z', 0],
    ['1969-12-31T23:59:59.998Z', -2],
    ['0001-01-01T00:00:00Z', -62_135_596_800_000],
    ['2015-07-01T20:10:51.781Z', 1_435_781_451_781],
    ['2015-07-01T20:10:51.7819999Z', 1_435_781_451_781],
    ['2015-07-01T20:10:51+02:00', 1_435_774_251_000],
    ['-292273086-05-16T16:47:06Z', MIN_TIME_MS],
    ['292277025-08-18T07:12:54.999999999Z', MAX_TIME_MS],
  ];
  for (const [time, expectedMs] of cases) assert.equal(parametersOf({ time }).timeMs('time'), expectedMs, time);
});

test('what is no time is refused with its parameter', () => {
  const wrong = [
    '',
    'abc',
    'NaN',
    'Inf',
    '0x10',
    '1__000',
    '_1',
    '1_',
    '0x1',
    '0x1p',
    '2015-07-01T20:10:51+25:00',
    '2015-07-01T20:10:51+00:61',
    '2015-07-01T20:10:5Z',
    '1e30',
    '2015-07-01',
    '2015-07-01T20:10:51',
    '2015-13-01T00:00:00Z',
    '2015-02-29T00:00:00Z',
    '2015-04-31T00:00:00+02:00',
    '2015-07-01T24:00:00Z',
  ];
  for (const start of wrong) {
    assert.throws(() => parametersOf({ start }).timeMs('start'), {
      type: 'bad_data',
      message: `invalid parameter "start": cannot parse "${start}" to a valid timestamp`,
    });
  }
});

test('an absent time takes the default, a present one never does', () => {
  assert.equal(parametersOf({}).timeMs('time', 5), 5);
  assert.equal(parametersOf({ time: '0' }).timeMs('time', 5), 0);
});

test('durations are seconds or as Prometheus writes them', () => {
  const cases: [string, number][] = [
    ['15', 15_000],
    ['0.25', 250],
    ['-1', -1000],
    ['1h30m', 5_400_000],
    ['250ms', 250],
  ];
  for (const [step, expectedMs] of cases) assert.equal(parametersOf({ step }).durationMs('step'), expectedMs, step);
  for (const step of ['', 'abc', '5 s', '1e30', 'Inf', '1.5h']) {
    assert.throws(() => parametersOf({ step }).durationMs('step'), /invalid parameter "step": cannot parse/, step);
  }
  assert.equal(parametersOf({}).optionalDurationMs('timeout'), undefined);
});

test('the form comes before the address, and what may come twice is taken from both', () => {
  const parameters = parametersOf({ query: 'a', 'match[]': ['x', 'y'] }, { query: ['b', 'c'], 'match[]': 'z' });
  assert.equal(parameters.first('query'), 'b');
  assert.deepEqual(parameters.all('match[]'), ['z', 'x', 'y']);
});

test('names that every object inherits are no parameters', () => {
  assert.equal(parametersOf({}).first('constructor'), '');
  assert.deepEqual(parametersOf({}).all('__proto__'), []);
});

test('counts are whole numbers', () => {
  assert.equal(parametersOf({ limit: '0' }).optionalCount('limit'), 0);
  assert.equal(parametersOf({ limit: '-1' }).optionalCount('limit'), -1);
  assert.equal(parametersOf({}).optionalCount('limit'), undefined);
  for (const limit of ['abc', '1.5', '1e3', '9999999999999999999']) {
    assert.throws(() => parametersOf({ limit }).optionalCount('limit'), { message: 'limit must be a number' });
  }
});

test('selectors are read, and those that could match everything are refused', () => {
  assert.deepEqual(parametersOf({ 'match[]': '{job=~"x|y"}' }).selectors(4), [
    [{ name: 'job', operator: '=~', value: 'x|y' }],
  ]);
  for (const selector of ['{}', '{a=~".*"}', '{a=""}']) {
    assert.throws(() => parametersOf({ 'match[]': selector }).selectors(4), { type: 'bad_data' }, selector);
  }
  assert.throws(
    () => parametersOf({ 'match[]': 'sum(up)' }).selectors(4, 'match[]'),
    /^ApiError: invalid parameter "match\[\]": 1:\d+: /,
  );
  assert.throws(() => parametersOf({ 'match[]': 'sum(up)' }).selectors(4), /^ApiError: 1:\d+: /);
  assert.throws(
    () => parametersOf({ 'match[]': '{a=~"("}' }).selectors(4, 'match[]'),
    /^ApiError: invalid parameter "match\[\]": /,
  );
});

test('more selectors than the bound are refused', () => {
  const parameters = parametersOf({ 'match[]': ['a', 'b', 'c'] });
  assert.equal(parameters.selectors(3).length, 3);
  assert.throws(() => parameters.selectors(2), /3 selectors are given, at most 2 are taken/);
});

test('a limit is a number of 64 bits that is not negative, in the words of Go', () => {
  assert.equal(parametersOf({}).limit('limit'), 0);
  assert.equal(parametersOf({ limit: '+7' }).limit('limit'), 7);
  assert.equal(parametersOf({ limit: '9223372036854775807' }).limit('limit'), Number.MAX_SAFE_INTEGER - 1);
  const wrong = [
    ['abc', 'strconv.Atoi: parsing "abc": invalid syntax'],
    ['1.5', 'strconv.Atoi: parsing "1.5": invalid syntax'],
    ['9223372036854775808', 'strconv.Atoi: parsing "9223372036854775808": value out of range'],
    ['-1', 'limit must be non-negative'],
  ] as const;
  for (const [limit, problem] of wrong) {
    const message = `invalid parameter "limit": ${problem}`;
    assert.throws(() => parametersOf({ limit }).limit('limit'), { type: 'bad_data', message });
  }
});

test('numbers of millions of digits are refused without being computed, and are not shown as a whole', (t) => {
  const computed = t.mock.method(globalThis, 'BigInt');
  const digits = '9'.repeat(1_000_000);
  const shown = `"${'9'.repeat(1024)}"...`;
  assert.throws(() => parametersOf({ limit: digits }).limit('limit'), {
    message: `invalid parameter "limit": strconv.Atoi: parsing ${shown}: value out of range`,
  });
  assert.throws(() => parametersOf({ limit: `-${digits}` }).limit('limit'), /value out of range$/);
  assert.throws(() => parametersOf({ limit: digits }).optionalCount('limit'), { message: 'limit must be a number' });
  assert.equal(computed.mock.callCount(), 0);
  for (const read of ['limit', 'optionalCount'] as const) {
    assert.equal(parametersOf({ limit: `+${'0'.repeat(1_000_000)}7` })[read]('limit'), 7);
  }
  for (const { arguments: given } of computed.mock.calls) assert.equal(given[0], '7');
});

test('the smallest and the largest number of 64 bits are the last that are taken', () => {
  assert.equal(parametersOf({ limit: '-9223372036854775808' }).optionalCount('limit'), -1);
  assert.equal(parametersOf({ limit: '9223372036854775807' }).optionalCount('limit'), Number.MAX_SAFE_INTEGER - 1);
  assert.equal(parametersOf({ limit: '-0' }).optionalCount('limit'), 0);
  for (const limit of ['-9223372036854775809', '9223372036854775808']) {
    assert.throws(() => parametersOf({ limit }).optionalCount('limit'), { message: 'limit must be a number' });
  }
});

test('what errors show of a value is bounded', () => {
  const value = 'x'.repeat(1_000_000);
  const shown = `cannot parse "${'x'.repeat(1024)}"... to a valid`;
  const message = (name: string, kind: string): string => `invalid parameter "${name}": ${shown} ${kind}`;
  assert.throws(() => parametersOf({ start: value }).timeMs('start'), { message: message('start', 'timestamp') });
  assert.throws(() => parametersOf({ step: value }).durationMs('step'), { message: message('step', 'duration') });
  assert.throws(() => parametersOf({ limit: value }).limit('limit'), /parsing "x{1024}"\.\.\.: invalid syntax$/);
});

test('what only the address may say is not taken from the form', () => {
  const parameters = parametersOf({ state: ['active', 'dropped'] }, { state: 'any', scrapePool: 'a' });
  assert.equal(parameters.firstOfAddress('state'), 'active');
  assert.equal(parameters.firstOfAddress('scrapePool'), '');
});
