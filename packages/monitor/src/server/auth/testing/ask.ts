// One request over HTTP or HTTPS with everything that a test may want to say, on a connection of its own.

import http from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';

type TlsOptions = Pick<https.RequestOptions, 'ca' | 'cert' | 'key' | 'maxVersion' | 'checkServerIdentity'>;

export interface Question extends TlsOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export async function ask(url: string, { body, ...options }: Question = {}): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
  const request = (url.startsWith('https:') ? https : http).request(url, { ...options, agent: false }, resolve);
  request.on('error', reject);
  request.end(body);
  const answer = await promise;
  return { status: answer.statusCode ?? 0, headers: answer.headers, text: await text(answer) };
}

export function basic(username: string, password: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

export function bearer(token: string): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}
