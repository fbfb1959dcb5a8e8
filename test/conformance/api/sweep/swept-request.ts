// One request of the sweep. Where the answers differ on purpose, the case says why and in what; what it does not name has to be the
// same, and what it names has to differ, so that no excuse outlives its reason. Every reason stands in docs/reference/http-api.md.

import type { ApiRequest } from '../both-sides.ts';

export interface SweptRequest extends ApiRequest {
  readonly differs?: Difference;
  /** Of the numbers and texts of the body their places alone. */
  readonly compares?: 'shape';
}

export interface Difference {
  readonly reason: string;
  /** Of our answer; the same as theirs unless given. */
  readonly status?: number;
  /** What our body is; the same as theirs unless given. */
  readonly body?: RegExp;
  /** Names of headers whose values may differ. */
  readonly headers?: readonly string[];
}

/** The path with this query string, encoded. */
export function get(path: string, parameters: Readonly<Record<string, string | readonly string[]>>): SweptRequest {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) for (const one of [value].flat()) query.append(name, one);
  return { path: `${path}?${query.toString()}` };
}

/** The request, which is answered otherwise on purpose. */
export function differing(request: SweptRequest, differs: Difference): SweptRequest {
  return { ...request, differs };
}

const OF_A_REFUSAL = ['content-type', 'location', 'vary', 'x-content-type-options'];

export const UNKNOWN_PATH: Difference = {
  reason: 'unknown paths are answered in JSON; a path is taken as it is written, and nothing is redirected',
  status: 404,
  body: /^(\{.*Nothing is at .*\})?$/s,
  headers: OF_A_REFUSAL,
};

export const REFUSED_METHOD: Difference = {
  reason: 'methods are refused in JSON',
  status: 405,
  body: /^(\{"status":"error","errorType":"bad_data","error":"\w+ is not answered here; .*"\})?$/,
  headers: OF_A_REFUSAL,
};

export const UNDECODABLE: Difference = {
  reason: 'a path that cannot be decoded is refused in JSON',
  status: 400,
  body: /The address cannot be decoded\./,
  headers: OF_A_REFUSAL,
};

export const NOT_A_FORM: Difference = {
  reason: 'bodies of another type than a form are refused, not passed over',
  status: 415,
  body: /A body must be a form/,
  headers: OF_A_REFUSAL,
};
