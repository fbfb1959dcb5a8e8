// What our server says of every answer, and Prometheus does not: what keeps pages of other origins from reading it.

import type { ComparedAnswer } from './both-sides.ts';

const OUR_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** Another value stays, and so shows as a difference. */
export function withoutOurHeaders(answer: ComparedAnswer): ComparedAnswer {
  const others = Object.entries(answer.headers).filter(([name, value]) => OUR_HEADERS[name] !== value);
  return { ...answer, headers: Object.fromEntries(others) };
}
