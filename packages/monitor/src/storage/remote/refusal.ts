// What people are told of a server's refusal: its address, its status, its words, and which option mends what is about the
// address or the credentials. Invariant: one line, and never a credential.

import { wordsOf } from './http-client.ts';

const TITLE = /<title[^>]*>([^<]*)</i;
const WEB_PAGE = /^\s*<(?:!doctype|html)/i;

/** `http://vm:8428/api/v1/write answered 401: no such user; check storage.remote.basicAuth, …` */
export function refusalText(where: string, status: number, body: Buffer): string {
  return `${where} answered ${status}: ${shownWords(body) || '(without a word)'}${mendOf(status)}`;
}

/** Which option holds what a status is about; '' for a status that is about something else. */
function mendOf(status: number): string {
  if (status === 401 || status === 403) {
    return '; check the credentials: storage.remote.basicAuth, storage.remote.bearerTokenFile or storage.remote.headers';
  }
  return status === 404 || status === 405 ? `; ${CHECK_THE_ADDRESS}` : '';
}

export const CHECK_THE_ADDRESS = 'check the address and its prefix: storage.remote.url and storage.remote.queryUrl';

/** A gateway answers with a page of its own: its title says enough. */
function shownWords(body: Buffer): string {
  const words = wordsOf(body);
  if (!WEB_PAGE.test(words)) return words;
  const title = TITLE.exec(words)?.[1]?.trim() ?? '';
  return title === '' ? 'a web page' : `a web page, "${title}"`;
}
