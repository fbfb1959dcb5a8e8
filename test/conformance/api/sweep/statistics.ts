// `stats` in every form. What is counted and timed differs from run to run: of the numbers the place is compared.

import { NOW } from './samples.ts';
import { get, type SweptRequest } from './swept-request.ts';

const FORMS = ['true', 'all', 'false', '0', '1', 'x', 'ALL', ''] as const;

export const STATISTICS_REQUESTS: readonly SweptRequest[] = FORMS.flatMap((stats) => [
  get('query', { query: 'steps', time: `${NOW}`, stats }),
  get('query', { query: '"a"', time: `${NOW}`, stats }),
  get('query', { query: 'sum(', time: `${NOW}`, stats }),
  get('query_range', { query: 'rate(steps[1m])', start: `${NOW - 20}`, end: `${NOW}`, step: '10', stats }),
]).map((request) => ({ ...request, compares: 'shape' }));
