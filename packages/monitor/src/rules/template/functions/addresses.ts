// Parts of `host:port`, and links into Prometheus' own pages.

import { isIPv4, isIPv6 } from 'node:net';
import { text } from '../values.ts';
import { queryText } from './escaping.ts';
import { type Functions, textArgument } from './signature.ts';

const AUTHORITY_AND_PATH = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i;

export const ADDRESSES: Functions = {
  stripPort: { parameters: ['string'], call: (values) => text(withoutPort(textArgument(values, 0))) },
  stripDomain: { parameters: ['string'], call: (values) => text(withoutDomain(textArgument(values, 0))) },
  graphLink: { parameters: ['string'], call: (values) => text(pageLink(textArgument(values, 0), 0)) },
  tableLink: { parameters: ['string'], call: (values) => text(pageLink(textArgument(values, 0), 1)) },
  urlQueryEscape: { parameters: ['string'], call: (values) => text(queryText(textArgument(values, 0))) },
  externalURL: { parameters: [], call: (_, { externalUrl }) => text(externalUrl) },
  pathPrefix: { parameters: [], call: (_, { externalUrl }) => text(pathOf(externalUrl)) },
};

function pageLink(expression: string, tab: 0 | 1): string {
  return `/graph?g0.expr=${queryText(expression)}&g0.tab=${tab}`;
}

function pathOf(url: string): string {
  const path = AUTHORITY_AND_PATH.exec(url)?.[1] ?? '';
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function withoutPort(address: string): string {
  return splitAddress(address)?.host ?? address;
}

/** The first part of a host's name; addresses stay as they are. */
function withoutDomain(address: string): string {
  const split = splitAddress(address);
  const host = split?.host ?? address;
  if (isIPv4(host) || (isIPv6(host) && !host.includes('%'))) return address;
  const name = host.split('.')[0]!;
  if (split === undefined || split.port === '') return name;
  return name.includes(':') ? `[${name}]:${split.port}` : `${name}:${split.port}`;
}

/** Undefined where the text is not of the form `host:port`, `[host]:port`. */
function splitAddress(address: string): { readonly host: string; readonly port: string } | undefined {
  const bracketed = /^\[([^[\]]*)\]:([^:[\]]*)$/.exec(address);
  const [, host, port] = bracketed ?? /^([^:[\]]*):([^:[\]]*)$/.exec(address) ?? [];
  return host === undefined || port === undefined ? undefined : { host, port };
}
