// The same request to two servers of the Prometheus API, byte for byte as it is written here (no client normalizes the address or
// adds a header), and what of their answers has to be the same: status, headers but those of the transport, and body.

import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';

export interface ApiRequest {
  /** Behind `/api/v1/`, or from the root on when it begins with a slash. */
  readonly path: string;
  /** Default: GET, and POST with a form or a body. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly form?: Readonly<Record<string, string>>;
  /** As it is, without a type of content. */
  readonly body?: string;
  /** The members of the list may come in any order: Prometheus gives them as its storage has them. Default: the order is compared. */
  readonly order?: 'open';
}

export interface ComparedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The transport's, and what says the same of any answer in other bytes: the packing of one is not that of the other. */
const TRANSPORT_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'date',
  'keep-alive',
  'transfer-encoding',
]);

const UNPACK: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  zstd: zstdDecompressSync,
};

/** `address`: without a slash at the end. */
export async function ask(address: string, asked: ApiRequest | string): Promise<ComparedAnswer> {
  const {
    path,
    headers = {},
    form,
    body,
    method,
    order,
  }: ApiRequest = typeof asked === 'string' ? { path: asked } : asked;
  const { hostname, port } = new URL(address);
  const content = form === undefined ? body : new URLSearchParams(form).toString();
  const type = form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
  const request = httpRequest({
    hostname,
    port,
    path: path.startsWith('/') ? path : `/api/v1/${path}`,
    method: method ?? (content === undefined ? 'GET' : 'POST'),
    headers: { ...type, ...headers, ...(content !== undefined && { 'content-length': Buffer.byteLength(content) }) },
    agent: false,
  });
  request.end(content);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const packed = await buffer(response);
  const text = unpacked(packed, response.headers['content-encoding']);
  return {
    status: response.statusCode!,
    headers: comparedHeaders(response.headers, packed.length),
    body: order === 'open' ? inOrder(text) : text,
  };
}

function comparedHeaders(given: IncomingHttpHeaders, length: number): Record<string, string> {
  const kept = Object.entries(given)
    .filter(([name]) => !TRANSPORT_HEADERS.has(name))
    // Of nothing it means nothing.
    .filter(([name]) => length > 0 || name !== 'content-encoding')
    .map(([name, value]) => [name, String(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(kept);
}

function unpacked(bytes: Buffer, encoding: string | undefined): string {
  if (bytes.length === 0 || encoding === undefined) return bytes.toString();
  const unpack = UNPACK[encoding];
  if (unpack === undefined) throw new Error(`the answer has the unknown packing ${encoding}`);
  return unpack(bytes).toString();
}

/** The text with the members of a list of series sorted: each is an object that begins with its labels. */
function inOrder(body: string): string {
  const list = /^(.*?"(?:result|data)":\[)(\{.*\})(\].*)$/s.exec(body);
  if (list === null) return body;
  const [, before = '', members = '', after = ''] = list;
  const sorted = members.split(/,(?=\{"(?!type|labels))/).sort();
  return before + sorted.join(',\n') + after;
}

/** Values replaced by the names of their types: what an answer looks like, whatever is in it. */
export function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0])];
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shapeOf(member)]));
}

/** What was asked, for people. */
export function textOf({ path, method, headers, form, body }: ApiRequest): string {
  return JSON.stringify({ path, method, headers, form, body: body?.slice(0, 200) });
}

/** What to read when two answers differ. */
export function differenceOf(request: string, theirs: ComparedAnswer, ours: ComparedAnswer): string {
  return `${request}\n  theirs: ${JSON.stringify(theirs)}\n  ours:   ${JSON.stringify(ours)}`;
}
