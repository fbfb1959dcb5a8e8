// More than a thousand requests, by parameter, to Prometheus 3 and to our server, which hold the same samples: the same status, the
// same headers, the same body, byte for byte, or a difference that is meant and says why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask, type ComparedAnswer, differenceOf, shapeOf, textOf } from '../both-sides.ts';
import { withoutOurHeaders } from '../our-headers.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, writeTo } from '../prometheus-3.ts';
import { startBoth } from '../servers.ts';
import { DURATION_REQUESTS } from './durations.ts';
import { ENCODING_REQUESTS, ORIGIN_REQUESTS, OWN_ORIGIN } from './encodings.ts';
import { LIMIT_REQUESTS } from './limits.ts';
import { FORM_REQUESTS, METHOD_REQUESTS, PATH_REQUESTS } from './methods.ts';
import { NAME_REQUESTS } from './names.ts';
import { sweptSeries } from './samples.ts';
import { SELECTOR_REQUESTS } from './selectors.ts';
import { STATISTICS_REQUESTS } from './statistics.ts';
import type { SweptRequest } from './swept-request.ts';
import { TIME_REQUESTS } from './times.ts';

const TABLES: Readonly<Record<string, readonly SweptRequest[]>> = {
  times: TIME_REQUESTS,
  'steps, lookbacks and timeouts': DURATION_REQUESTS,
  limits: LIMIT_REQUESTS,
  statistics: STATISTICS_REQUESTS,
  selectors: SELECTOR_REQUESTS,
  'names of labels': NAME_REQUESTS,
  methods: METHOD_REQUESTS,
  forms: FORM_REQUESTS,
  paths: PATH_REQUESTS,
  packings: ENCODING_REQUESTS,
  origins: ORIGIN_REQUESTS,
};

test('every form of every parameter is answered as Prometheus 3 does', {
  skip: SKIP_WITHOUT_PROMETHEUS_3,
}, async (t) => {
  const { theirs: prometheus, ours: url } = await startBoth(t);
  for (const address of [prometheus, url]) await writeTo(address, sweptSeries());
  for (const [table, requests] of Object.entries(TABLES)) {
    await t.test(table, async () => {
      const mismatches: string[] = [];
      for (const request of requests) {
        const [theirs, ours] = await Promise.all(
          [prometheus, url].map((address) => ask(address, sentFrom(request, address))),
        );
        const problem = problemOf(request, compared(request, theirs!), compared(request, withoutOurHeaders(ours!)));
        if (problem !== '') mismatches.push(`${problem}: ${differenceOf(textOf(request), theirs!, ours!)}`);
      }
      assert.deepEqual(mismatches, []);
    });
  }
});

/** A page of the server itself, whatever its port is. */
function sentFrom(request: SweptRequest, address: string): SweptRequest {
  const { headers } = request;
  return headers?.['origin'] === OWN_ORIGIN ? { ...request, headers: { ...headers, origin: address } } : request;
}

function compared({ compares }: SweptRequest, answer: ComparedAnswer): ComparedAnswer {
  return compares === 'shape' ? { ...answer, body: JSON.stringify(shapeOf(JSON.parse(answer.body))) } : answer;
}

/** What is not as it has to be; '' when all is. */
function problemOf({ differs = SAME }: SweptRequest, theirs: ComparedAnswer, ours: ComparedAnswer): string {
  if (Object.keys(ours.headers).some((name) => name.startsWith('access-control-')))
    return 'a header allows other origins';
  const problems: string[] = [];
  if (ours.status !== (differs.status ?? theirs.status)) problems.push('status');
  if (differs.body === undefined ? ours.body !== theirs.body : !differs.body.test(ours.body)) problems.push('body');
  const mayDiffer = new Set(differs.headers);
  for (const name of new Set([...Object.keys(theirs.headers), ...Object.keys(ours.headers)])) {
    if (!mayDiffer.has(name) && theirs.headers[name] !== ours.headers[name]) problems.push(`header ${name}`);
  }
  if (differs !== SAME && isSame(theirs, ours)) problems.push('differs no more');
  return problems.join(', ');
}

const SAME = { reason: '' } as const;

function isSame(theirs: ComparedAnswer, ours: ComparedAnswer): boolean {
  return JSON.stringify(theirs) === JSON.stringify(ours);
}
