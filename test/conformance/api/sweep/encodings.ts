// What a client accepts, and where it says it comes from.

import { type Difference, differing, type SweptRequest } from './swept-request.ts';

/** Stands for the address of the server that is asked. */
export const OWN_ORIGIN = 'own';

const PACKED_OTHERWISE: Difference = {
  reason:
    'there is zstd; weights and capitals are understood as HTTP says: Prometheus knows gzip and deflate, written so and alone',
  headers: ['content-encoding'],
};
const NO_CORS: Difference = {
  reason: 'no origin is allowed anything',
  headers: [
    'access-control-allow-headers',
    'access-control-allow-methods',
    'access-control-allow-origin',
    'access-control-expose-headers',
  ],
};
const REFUSED_ORIGIN: Difference = {
  reason: 'pages of other origins are refused',
  status: 403,
  body: /Only pages of the monitor itself may ask it\./,
  headers: [...NO_CORS.headers!, 'vary'],
};
const PACKED_TOO: Difference = { reason: 'these are packed too', headers: [...NO_CORS.headers!, 'vary'] };

const ENCODINGS: readonly string[] = [
  '',
  'gzip',
  'deflate',
  'identity',
  '*',
  'br',
  'gzip, deflate',
  'deflate, gzip',
  'gzip,deflate,br',
  'br, gzip',
  'br,deflate , gzip',
  ' gzip ',
  'gzip ,',
  ',gzip',
  'x-gzip',
  'GZIP',
  'identity, gzip',
  'identity;q=0',
  '*;q=0',
  'gzip;q=0',
  'gzip;q=1',
  'gzip; q=0.5, deflate',
  'gzip;q=0, deflate',
  'gzip;q=1.0, identity; q=0.5, *;q=0',
  'zstd',
  'zstd, gzip',
  'gzip, zstd',
  'gzip, deflate, br, zstd',
];

const PACKED_OTHERWISE_BY: ReadonlySet<string> = new Set([
  'GZIP',
  'gzip;q=1',
  'gzip; q=0.5, deflate',
  'gzip;q=1.0, identity; q=0.5, *;q=0',
  'zstd',
  'zstd, gzip',
]);

const ACCEPTS: readonly string[] = [
  '',
  '*/*',
  'application/json',
  'text/html',
  'application/xml',
  'application/*;q=0',
  'application/vnd.nothing+json',
  'garbage',
  'text/plain;q=x',
];

export const ENCODING_REQUESTS: readonly SweptRequest[] = [
  ...ENCODINGS.flatMap((encoding) =>
    ['query?query=1&time=0', 'query?query=sum(', 'labels', 'rules'].map((path) => {
      const request = { path, headers: { 'accept-encoding': encoding } };
      return PACKED_OTHERWISE_BY.has(encoding) ? differing(request, PACKED_OTHERWISE) : request;
    }),
  ),
  ...ACCEPTS.flatMap((accept) =>
    ['query?query=1&time=0', 'query?query=sum('].map((path) => ({ path, headers: { accept } })),
  ),
];

const HEADERS = { origin: OWN_ORIGIN };
const PREFLIGHT = { ...HEADERS, 'access-control-request-method': 'GET', 'access-control-request-headers': 'x' };

export const ORIGIN_REQUESTS: readonly SweptRequest[] = [
  ...['query?query=1&time=0', 'query?query=sum(', 'labels', 'rules'].flatMap((path) => [
    differing({ path, headers: { origin: 'http://elsewhere.example' } }, REFUSED_ORIGIN),
    differing({ path, headers: HEADERS }, NO_CORS),
    differing({ path, headers: HEADERS, method: 'OPTIONS' }, NO_CORS),
    differing({ path, headers: PREFLIGHT, method: 'OPTIONS' }, NO_CORS),
  ]),
  ...['status/walreplay', 'notifications'].map((path) => differing({ path, headers: HEADERS }, PACKED_TOO)),
];
