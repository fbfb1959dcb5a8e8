// Times in every form that Go's parser of floats or RFC 3339 takes, and many that they do not.

import { NOW } from './samples.ts';
import { type Difference, differing, get, type SweptRequest } from './swept-request.ts';

const BEYOND_THEIR_CLOCK: Difference = {
  reason: "times before 1677 and after 2262 are what they say: Prometheus' nanoseconds of 64 bits overflow there",
  body: /^\{"status":"success","data":\{"resultType":"(scalar","result":\[|matrix","result":\[\{"metric":\{\},"values":\[\[)-?\d{11,}/,
};
const NO_TIME: Difference = {
  reason: 'a time beyond the year 275760 is refused',
  status: 400,
  body: /cannot parse \\"9007199254740993\\" to a valid timestamp/,
};
/** Seconds. */
const THEIR_CLOCK_MAX = 9_223_372_036;

const TIMES: readonly string[] = [
  '0',
  '-0',
  '+0',
  '00012',
  '1',
  '1.',
  '.5',
  '-.5',
  '+1.5',
  '1.5',
  '1.0005',
  '1.0004999',
  '1.9999',
  '-1.0005',
  '-1.5',
  '1e3',
  '1E3',
  '1.5e3',
  '1e-3',
  '1e+3',
  '1e10',
  '253402300799.999',
  '253402300800',
  '-62135596800',
  '-62135596801',
  '-8640000000',
  '1700000000.123456789',
  '1700000000123',
  '9007199254740993',
  '0x10',
  '0X1p4',
  '0x1.8p1',
  '-0x1p-2',
  '0x_10p0',
  '0b11',
  '0o17',
  '1_000',
  '1e',
  'e1',
  '.',
  '-',
  '+',
  '--1',
  '1 ',
  ' 1',
  '1,5',
  '１',
  'now',
  'now-1h',
  '1970-01-01T00:00:00Z',
  '1969-12-31T23:59:59.999Z',
  '1969-12-31T23:59:59.999999999Z',
  '1900-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59.999999999Z',
  '2023-11-14T22:13:20Z',
  '2023-11-14T22:13:20z',
  '2023-11-14t22:13:20Z',
  '2023-11-14 22:13:20Z',
  '2023-11-14T22:13:20',
  '2023-11-14T22:13Z',
  '2023-11-14',
  '2023-11-14T22:13:20.Z',
  '2023-11-14T22:13:20.1Z',
  '2023-11-14T22:13:20,1Z',
  '2023-11-14T22:13:20.12345678901234567890Z',
  '2023-11-14T22:13:20.0009Z',
  '2023-11-14T22:13:20+00:00',
  '2023-11-14T22:13:20-00:00',
  '2023-11-14T22:13:20+05:30',
  '2023-11-14T22:13:20+24:00',
  '2023-11-14T22:13:20+23:59',
  '2023-11-14T22:13:20+00:60',
  '2023-11-14T22:13:20+0000',
  '2023-11-14T22:13:20+00',
  '2023-11-14T24:00:00Z',
  '2023-11-14T23:60:00Z',
  '2023-11-14T23:59:60Z',
  '2023-11-14T2:13:20Z',
  '2023-02-29T00:00:00Z',
  '2024-02-29T00:00:00Z',
  '1900-02-29T00:00:00Z',
  '2023-00-14T22:13:20Z',
  '2023-13-14T22:13:20Z',
  '2023-11-00T22:13:20Z',
  '2023-11-31T22:13:20Z',
  '12023-11-14T22:13:20Z',
  '-2023-11-14T22:13:20Z',
  '+002023-11-14T22:13:20Z',
  '2023-11-14T22:13:20Zx',
  '2023-318T22:13:20Z',
  '-292273086-05-16T16:47:06Z',
  '292277025-08-18T07:12:54.999999999Z',
  '292277025-08-18T07:12:55Z',
  'a"b\\c\n\u0001\u007fé😀',
];

const FAR = /^(0000|0001|9999)-|^-?29227/;
const NONE = '9007199254740993';

function isFar(time: string): boolean {
  return Math.abs(Number(time)) > THEIR_CLOCK_MAX || (FAR.test(time) && !time.endsWith(':55Z'));
}

function timeRequest(time: string): SweptRequest {
  const request = get('query', { query: 'time()', time });
  if (time === NONE) return differing(request, NO_TIME);
  return isFar(time) ? differing(request, BEYOND_THEIR_CLOCK) : request;
}

export const TIME_REQUESTS: readonly SweptRequest[] = [
  ...TIMES.map(timeRequest),
  ...TIMES.map((start) => {
    const request = get('series', { 'match[]': 'steps', start });
    return start === NONE ? differing(request, NO_TIME) : request;
  }),
  ...['labels', 'label/job/values'].flatMap((path) => [
    get(path, { start: '-1', end: String(NOW) }),
    get(path, { start: 'x' }),
    get(path, { end: 'x' }),
    get(path, { start: '5', end: '1' }),
    get(path, { start: '9999-12-31T23:59:59Z' }),
  ]),
  ...['', 'x', '-1', '5e0', '1969-12-31T23:59:50Z'].flatMap((time) => [
    get('query_range', { query: 'time()', start: time, end: '10', step: '5' }),
    get('query_range', { query: 'time()', start: '-20', end: time, step: '5' }),
    get('query_exemplars', { query: 'steps', start: time, end: '10' }),
    get('query_exemplars', { query: 'steps', start: '-20', end: time }),
  ]),
  get('query_range', { query: 'time()', start: '1.0004', end: '2.9999', step: '0.5' }),
  get('query_range', { query: 'time()', start: '-1.0006', end: '0.0006', step: '0.25' }),
  ...[
    { start: '9999-12-31T23:59:00Z', end: '9999-12-31T23:59:59.9999Z' },
    { start: '0001-01-01T00:00:00Z', end: '0001-01-01T00:01:00Z' },
  ].map((range) => differing(get('query_range', { query: 'time()', step: '20', ...range }), BEYOND_THEIR_CLOCK)),
  get('query_range', { query: 'timestamp(steps)', start: `${NOW - 40}.5`, end: `${NOW}.25`, step: '10.001' }),
  get('query', { query: 'time()', time: ['1', '2'] }),
];
