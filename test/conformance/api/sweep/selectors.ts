// `match[]` and `query`: several, none, wrong ones, in UTF-8 and in bytes that are none.

import { NOW } from './samples.ts';
import { type Difference, differing, get, type SweptRequest } from './swept-request.ts';

const OWN_WORDS: Difference = {
  reason: 'what stands where it may not is named as in Prometheus, without a list of what may stand there',
  body: /"error":"(invalid parameter \\"match\[\]\\": )?1:1[01]: parse error: unexpected (\\"\}\\"|identifier \\"j\\")"\}$/,
};
const NO_UTF8: Difference = {
  reason: 'escapes of bytes that are no UTF-8 are refused',
  status: 400,
  body: /the escapes of this string do not make valid UTF-8/,
};
const DIFFERENCES: Readonly<Record<string, Difference>> = {
  'steps{job}': OWN_WORDS,
  'steps{job=j}': OWN_WORDS,
  'steps{job="\\xff"}': NO_UTF8,
};
/** Of series that one selector finds, Prometheus gives the order of its storage. */
const ORDER_OPEN = { order: 'open' } as const;

const SELECTORS: readonly (readonly string[])[] = [
  ['steps'],
  ['steps', 'steps'],
  ['steps', 'odd'],
  ['nothing'],
  ['nothing', 'steps'],
  [''],
  ['', 'steps'],
  [' '],
  ['{}'],
  ['{__name__=~".*"}'],
  ['{__name__=~".+",word=~"[a-z]"}'],
  ['{__name__!=""}'],
  ['{job!=""}'],
  ['{job=""}'],
  ['{job=~"j|"}'],
  ['{"dotted.name"}'],
  ['{"dotted.name","a.b"="c"}'],
  ['{"a.b"=~"."}'],
  ['größe'],
  ['{"größe"}'],
  ['words{word="😀"}'],
  ['words{word=~"[^a-z]"}'],
  ['steps{job="j",job="j"}'],
  ['steps{job="j",job="k"}'],
  ['{__name__="steps",__name__="odd"}'],
  ['steps{__name__="odd"}'],
  ['steps[5m]'],
  ['steps offset 5m'],
  ['steps @ 5'],
  ['sum(steps)'],
  ['1'],
  ['"steps"'],
  ['(steps)'],
  ['-steps'],
  ['steps,odd'],
  ['steps odd'],
  ['steps{'],
  ['steps{job}'],
  ['steps{job=j}'],
  ['steps{job=~"["}'],
  ['steps{job=~"a{1001}"}'],
  ['steps{job=~"(?=a)"}'],
  ['steps # comment'],
  ['{"steps","odd"}'],
  ['steps{"odd"}'],
  ['\u0000'],
  ['steps{job="\\xff"}'],
  ['steps{job="\\"}'],
  ["steps{job='j'}"],
  ['steps{job=`j`}'],
];

export const SELECTOR_REQUESTS: readonly SweptRequest[] = [
  // In the order of code points.
  get('series', { 'match[]': ['words', 'steps'] }),
  get('query_range', { query: 'words', start: `${NOW}`, end: `${NOW}`, step: '1' }),
  get('query', { query: 'words[1m]', time: `${NOW}` }),
  ...SELECTORS.flatMap((given) =>
    [
      given.length === 1
        ? { ...get('series', { 'match[]': given }), ...ORDER_OPEN }
        : get('series', { 'match[]': given }),
      get('labels', { 'match[]': given }),
      get('label/__name__/values', { 'match[]': given }),
    ].map((request) => (DIFFERENCES[given[0]!] === undefined ? request : differing(request, DIFFERENCES[given[0]!]!))),
  ),
  ...['series', 'labels', 'label/job/values', 'rules'].flatMap((path): SweptRequest[] => [
    { path: `${path}?match%5B%5D=steps%ff` },
    { path: `${path}?match[]=steps{job="%ff"}` },
    { path: `${path}?match[]=steps&match%5b%5d=odd` },
    { path: `${path}?match=steps` },
    { path: `${path}?match[]` },
    { path: `${path}?match[]=` },
    { path: `${path}?match[]=%zz` },
    { path: `${path}?match[]=steps;match[]=odd` },
    { path: `${path}?match[]=steps&` },
    { path: `${path}?&&match[]=steps` },
    { path: `${path}?match[]=steps+` },
    { path: `${path}?match[]=steps#x` },
  ]),
  ...[
    'query=%ff&time=0',
    'query=%22%ff%22&time=0',
    'query="\u00e9"&time=0',
    'query=1&time=0&limit=%zz',
    'query=1&time=0&x=%',
    'query=1%2b1&time=0',
    'query=1+%2B+1&time=0',
    'query=1+1&time=0',
    'query=1&query=2&time=0',
    'QUERY=1&time=0',
    'query=1&time=0?',
    'query=a\u00a0%2bb&time=0',
    'query=a\u2028b&time=0',
    'query=%5c&time=0',
    'query=a%3b&time=0',
    'query=\u{1f600}&time=0',
    'query=%00&time=0',
    'query=%22%00%22&time=0',
  ].map((query): SweptRequest => ({ path: `query?${encodeURI(query).replaceAll('%25', '%')}` })),
  ...[
    'steps',
    '1',
    'steps[5m]',
    'sum by (a.b) (x)',
    'sum(',
    '{"a.b"}',
    'a + on(b) group_left c',
    'x{a="😀"}',
    'rate(x[5m:])',
    '"<&>"',
    '',
  ].flatMap((query) => [get('format_query', { query }), get('parse_query', { query })]),
  ...['', 'steps', '1', '"a"', 'steps + odd', 'rate(steps[5m])', 'steps[5m]', 'sum(', '{}', '{a=~".*"}'].map((query) =>
    get('query_exemplars', { query, start: '0', end: `${NOW}` }),
  ),
];
