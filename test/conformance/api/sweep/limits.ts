// `limit` and its siblings, from nothing to more than 64 bits, wherever they are taken.

import { NOW } from './samples.ts';
import { type Difference, differing, get, type SweptRequest } from './swept-request.ts';

const FIRST_IN_ORDER: Difference = {
  reason: 'of names and values cut by a limit the first in order are kept: Prometheus keeps the first of its storage',
  body: /^\{"status":"success","data":\["0","1","10","11","2"\],"warnings":\["results truncated due to limit"\]\}$/,
};
const LIMITED_EXEMPLARS: Difference = {
  reason: 'query_exemplars has a limit, and refuses what is none: Prometheus passes it over',
  status: 400,
  body: /invalid parameter \\"limit\\": /,
};
const TAKEN = /^(|\+?0*\d{1,15}|-0|9223372036854775807)$/;

const LIMITS: readonly string[] = [
  '',
  '0',
  '1',
  '+1',
  '01',
  '5',
  '100000',
  '-0',
  '-1',
  '1.0',
  '1e3',
  '0x1',
  '1_0',
  ' 1',
  'x',
  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775808',
  '-9223372036854775809',
  '99999999999999999999999999',
];

function limitedExemplars(limit: string): SweptRequest {
  const request = get('query_exemplars', { query: 'nothing', limit });
  return TAKEN.test(limit) ? request : differing(request, LIMITED_EXEMPLARS);
}

export const LIMIT_REQUESTS: readonly SweptRequest[] = [
  ...LIMITS.flatMap((limit) => [
    get('labels', { limit }),
    limit === '5'
      ? differing(get('label/case/values', { limit }), FIRST_IN_ORDER)
      : get('label/case/values', { limit }),
    get('series', { 'match[]': '{__name__="dotted.name"}', limit }),
    get('query', { query: 'sort_desc(odd{case=~"[1-6]"})', time: `${NOW}`, limit }),
    get('query_range', { query: 'steps', start: `${NOW - 10}`, end: `${NOW}`, step: '5', limit }),
    limitedExemplars(limit),
    get('metadata', { limit }),
    get('metadata', { limit_per_metric: limit }),
    get('targets/metadata', { limit }),
    get('rules', { group_limit: limit }),
  ]),
  get('query', { query: '1', time: '0', limit: '1' }),
  get('query', { query: '"a"', time: '0', limit: '1' }),
  get('query', { query: 'steps[1m]', time: `${NOW}`, limit: '1' }),
  get('labels', { 'match[]': ['steps', 'odd'], limit: '1' }),
  get('labels', { 'match[]': 'steps', limit: '2' }),
  get('label/__name__/values', { 'match[]': ['steps', 'odd', 'words'], limit: '2' }),
  ...['0', '-1', 'x', '10001', '1.5'].map((limit) => get('status/tsdb', { limit })),
];
