// The same request to two servers of the Prometheus API, and what of their answers has to be the same.

export interface ComparedAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly contentEncoding: string | null;
  readonly variesByEncoding: boolean;
  readonly body: string;
}

/** `address`: without a slash at the end. `path`: behind `/api/v1/`. */
export async function ask(address: string, path: string, init: RequestInit = {}): Promise<ComparedAnswer> {
  const response = await fetch(`${address}/api/v1/${path}`, init);
  const { headers, status } = response;
  return {
    status,
    contentType: headers.get('content-type'),
    // Of nothing it means nothing.
    contentEncoding: status === 204 ? null : headers.get('content-encoding'),
    variesByEncoding: (headers.get('vary') ?? '').includes('Accept-Encoding'),
    body: inOrder(await response.text()),
  };
}

/** What to read when two answers differ. */
export function differenceOf(request: string, theirs: ComparedAnswer, ours: ComparedAnswer): string {
  return `${request}\n  theirs: ${JSON.stringify(theirs)}\n  ours:   ${JSON.stringify(ours)}`;
}

/** The text with the members of a list of series in order, where it is left open: each is an object that begins with its labels. */
function inOrder(body: string): string {
  const list = /^(.*?"(?:result|data)":\[)(\{.*\})(\].*)$/s.exec(body);
  if (list === null) return body;
  const [, before = '', members = '', after = ''] = list;
  return (
    before +
    members
      .split(/,(?=\{"(?!type|labels))/)
      .sort()
      .join(',\n') +
    after
  );
}

/** Values replaced by the names of their types: what an answer looks like, whatever is in it. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}
