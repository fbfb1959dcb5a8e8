// Names of labels in the address: as they are, percent-encoded, and escaped as clients do that know no UTF-8.

import { type Difference, differing, type SweptRequest, UNDECODABLE, UNKNOWN_PATH } from './swept-request.ts';

const TAKEN_AS_WRITTEN: Difference = {
  reason: 'a slash in a name may be encoded, and dots are names: Prometheus finds no path, or redirects',
  status: 200,
  body: /^\{"status":"success","data":\[\]\}$/,
  headers: ['content-type', 'location', 'vary', 'x-content-type-options'],
};
const EMPTY_NAME: Difference = {
  reason: 'an empty name is refused: Prometheus redirects',
  status: 400,
  body: /invalid label name: \\"\\"/,
  headers: ['content-type', 'location', 'vary', 'x-content-type-options'],
};
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'a%2Fb': TAKEN_AS_WRITTEN,
  'a/b': UNKNOWN_PATH,
  '%ff': UNDECODABLE,
  '%zz': UNDECODABLE,
  '%': UNDECODABLE,
};

const NAMES: readonly string[] = [
  'job',
  '__name__',
  'nothing',
  'a.b',
  'a%2Eb',
  'a%2eb',
  'a%2Fb',
  'a/b',
  '%20',
  'a%20b',
  'a+b',
  '%ff',
  '%zz',
  '%',
  '%00',
  'l%C3%A4nge',
  'länge',
  'U__a_2e_b',
  'U__a_2E_b',
  'U__a__b',
  'U__',
  'U__U____x',
  'U__x',
  'U___',
  'U____',
  'U_____',
  'U__a_',
  'U__a_2e',
  'U__a_zz_b',
  'U__a__2e_b',
  'U__a_0_b',
  'U__a_1F600_b',
  'U__a_d800_b',
  'U__a_110000_b',
  'U__a_1234567_b',
  'U__l_e4_nge',
  'U__word_2e_twice',
  'u__a_2e_b',
  'U__a.b',
  'U__a-b',
  'U__%C3%A4',
  'U___5f_under',
  'U____under',
  '_under',
  '1abc',
  'a:b',
  'word',
  'word.twice',
  'x'.repeat(300),
];

export const NAME_REQUESTS: readonly SweptRequest[] = [
  ...NAMES.map((name) => {
    const request = { path: encodeURI(`label/${name}/values`).replaceAll('%25', '%') };
    const differs = DIFFERENCES[name];
    return differs === undefined ? request : differing(request, differs);
  }),
  differing({ path: 'label//values' }, EMPTY_NAME),
  ...['label/values', 'label/job', 'label/job/', 'label/job/values/', 'label/job/values/x'].map((path) =>
    differing({ path }, UNKNOWN_PATH),
  ),
  ...['label/./values', 'label/../values'].map((path) => differing({ path }, TAKEN_AS_WRITTEN)),
  { path: 'label/job/values', headers: { accept: 'application/json;escaping=values' } },
  { path: 'label/a.b/values', headers: { accept: 'application/json;escaping=underscores' } },
  { path: 'label/__name__/values', headers: { accept: 'application/json;escaping=dots' } },
  { path: 'labels', headers: { accept: 'text/plain;version=1.0.0;escaping=allow-utf-8' } },
];
