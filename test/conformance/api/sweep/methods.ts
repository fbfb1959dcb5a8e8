// Methods, forms, types of content, and paths that almost exist.

import { NOW } from './samples.ts';
import {
  type Difference,
  differing,
  NOT_A_FORM,
  REFUSED_METHOD,
  type SweptRequest,
  UNKNOWN_PATH,
} from './swept-request.ts';

const BY_FORM_TOO: readonly string[] = [
  'query?query=1&time=0',
  'query_range?query=1&start=0&end=1&step=1',
  'query_exemplars?query=nothing',
  'series?match[]=steps',
  'labels',
  'format_query?query=a',
  'parse_query?query=a',
];
const BY_ADDRESS_ALONE: readonly string[] = [
  'label/job/values',
  'metadata',
  'targets',
  'scrape_pools',
  'targets/metadata',
  'rules',
  'alerts',
  'alertmanagers',
  'status/config',
  'status/flags',
  'status/runtimeinfo',
  'status/buildinfo',
  'status/tsdb',
  'status/walreplay',
  'features',
  'notifications',
];
const REFUSED = ['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE'] as const;

const FORM = 'application/x-www-form-urlencoded';
const STEPS = `query=steps&time=${NOW}`;

const NO_OPTIONS: Difference = {
  reason: 'OPTIONS is answered where GET is: no page of another origin may ask anything',
  status: 405,
  body: /OPTIONS is not answered here; POST is\./,
  headers: ['allow', 'content-type', 'vary'],
};

export const METHOD_REQUESTS: readonly SweptRequest[] = [
  ...BY_FORM_TOO.map((path) => ({ path, method: 'POST' })),
  ...[...BY_FORM_TOO, ...BY_ADDRESS_ALONE].map((path) => ({ path, method: 'OPTIONS' })),
  ...BY_FORM_TOO.flatMap((path) => REFUSED.map((method) => differing({ path, method }, REFUSED_METHOD))),
  ...BY_ADDRESS_ALONE.flatMap((path) =>
    [...REFUSED, 'POST'].map((method) => differing({ path, method }, REFUSED_METHOD)),
  ),
  ...[...REFUSED, 'GET', 'POST'].map((method) => differing({ path: 'nothing', method }, UNKNOWN_PATH)),
  differing({ path: 'nothing', method: 'OPTIONS' }, UNKNOWN_PATH),
  differing({ path: 'read', method: 'OPTIONS' }, NO_OPTIONS),
];

export const FORM_REQUESTS: readonly SweptRequest[] = [
  { path: 'query?query=1&time=4', form: { query: 'vector(2)' } },
  { path: 'query?query=1&time=4', form: { time: '5' } },
  { path: 'query', form: { query: 'steps', time: String(NOW) } },
  { path: 'query_range?start=0', form: { query: '1', start: '10', end: '11', step: '1' } },
  { path: 'series?match[]=steps', form: { 'match[]': 'odd{case="1"}' } },
  { path: 'labels?match[]=steps', form: { 'match[]': 'odd' } },
  { path: 'labels', form: { 'match[]': 'steps' } },
  { path: 'format_query', form: { query: 'a+b' } },
  { path: 'parse_query', form: { query: 'a+b' } },
  { path: 'query_exemplars', form: { query: 'nothing' } },
  { path: 'query', headers: { 'content-type': FORM }, body: STEPS },
  { path: 'query', headers: { 'content-type': `${FORM}; charset=utf-8` }, body: STEPS },
  { path: 'query', headers: { 'content-type': `${FORM};charset=latin1` }, body: STEPS },
  { path: 'query', headers: { 'content-type': FORM.toUpperCase() }, body: STEPS },
  { path: 'query', headers: { 'content-type': FORM }, body: '' },
  { path: 'query', headers: { 'content-type': FORM }, body: '&&&' },
  { path: 'query', headers: { 'content-type': FORM }, body: 'query=%zz' },
  { path: 'query', headers: { 'content-type': FORM }, body: 'query=1;time=4' },
  { path: 'query', headers: { 'content-type': FORM }, body: '{"query":"1"}' },
  { path: 'query', headers: { 'content-type': FORM }, body: '\u0000\u0001' },
  { path: `query?${STEPS}`, headers: { 'content-type': FORM }, body: 'query=%zz' },
  differing(
    { path: `query?${STEPS}`, headers: { 'content-type': 'application/json' }, body: '{"query":"1"}' },
    NOT_A_FORM,
  ),
  differing({ path: `query?${STEPS}`, headers: { 'content-type': 'text/plain' }, body: 'query=1' }, NOT_A_FORM),
  differing(
    { path: `query?${STEPS}`, headers: { 'content-type': 'multipart/form-data' }, body: 'query=1' },
    NOT_A_FORM,
  ),
  differing({ path: `query?${STEPS}`, headers: { 'content-type': 'nonsense/' }, body: 'query=1' }, NOT_A_FORM),
  differing({ path: `query?${STEPS}`, headers: { 'content-type': '' }, body: 'query=1' }, NOT_A_FORM),
  differing({ path: `query?${STEPS}`, body: 'query=1' }, NOT_A_FORM),
  { path: `query?${STEPS}`, method: 'POST' },
  { path: `query?${STEPS}`, method: 'GET', headers: { 'content-type': 'application/json' }, body: '{}' },
  { path: `query?${STEPS}`, method: 'GET', headers: { 'content-type': FORM }, body: 'query=1' },
  { path: `query?${STEPS}`, headers: { 'content-type': FORM, 'content-encoding': 'gzip' }, body: 'query=1' },
  { path: 'query', headers: { 'content-type': FORM, 'x-http-method-override': 'GET' }, body: STEPS },
];

/** Where nothing is, and where Prometheus redirects to. */
const NOWHERE: readonly string[] = [
  '/api/v1/',
  '/api/v1/nothing',
  '/api/v1/query/',
  '/api/v1/Query',
  '/api/v1/query//',
  '/api/v1//query',
  '/api/v1/./query',
  '/api/v1/x/../query',
  '/api/v1/query/x',
  '/api/v1/status',
  '/api/v1/status/',
  '/api/v1/status/nothing',
  '/api/v1/label',
  '/api/v1/targets/',
  '/api/v1/targets/nothing',
  '/api/v1/admin',
  '/api/v1/admin/tsdb',
  '/api/v1/query%2F',
  '/api/v1/query%3Fquery=1',
  '/api/v1/query;x?query=1',
  '/api/v1',
  '/api',
  '/api/',
  '/api/v2/query',
  '/api/v1//query?query=1&time=0',
  '//api/v1/query?query=1&time=0',
  '/api//v1/query?query=1&time=0',
  '/api/v1/../v1/query?query=1&time=0',
  '/api/v1/query/?query=1&time=0',
];

export const PATH_REQUESTS: readonly SweptRequest[] = [
  ...NOWHERE.map((path) => differing({ path }, UNKNOWN_PATH)),
  { path: '/api/v1/quer%79?query=1&time=0' },
  { path: '/api/v1/query?' },
  { path: '/api/v1/query??query=1' },
  { path: '/api/v1/query?query=1&time=0#x' },
];
