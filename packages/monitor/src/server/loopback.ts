// What a request and an address say of where it comes from: whether an address reaches this machine alone, whether a request
// names this machine (a web page whose name was rebound to 127.0.0.1 does not), and whether a browser sends it for another
// site's page.
// Sources: RFC 9110 (Host, Origin), W3C Fetch Metadata.

import { lookup } from 'node:dns/promises';
import { isIPv4 } from 'node:net';

/** Whether the address, as written in `--host` or resolved, reaches this machine only. */
function isLoopbackAddress(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/** Whether only this machine can reach what listens there. */
export async function isLoopback(host: string): Promise<boolean> {
  if (isLoopbackAddress(host)) return true;
  if (host !== 'localhost') return false;
  const addresses = await lookup(host, { all: true });
  return addresses.every(({ address }) => isLoopbackAddress(address));
}

/** The name in a `Host` header, in lower case and without its port; undefined when the header is no host. */
export function hostName(header: string): string | undefined {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(header)?.[1]?.toLowerCase().replace(/\.$/, '');
}

/** Whether a `Host` header names this machine: 127.0.0.0/8, [::1], localhost or a name below it, with any port. */
export function isLoopbackHost(header: string): boolean {
  const name = hostName(header);
  if (name === undefined) return false;
  return name === '[::1]' || name === 'localhost' || name.endsWith('.localhost') || isLoopbackAddress(name);
}

/** Whether an `Origin` header is the site that the `Host` header names: same name and same port. */
export function isSameOrigin(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: originHost } = new URL(origin);
  if (protocol !== 'http:' && protocol !== 'https:') return false;
  const own = `${protocol}//${host}`;
  return URL.canParse(own) && new URL(own).host === originHost;
}

export interface BrowserContext {
  readonly method: string;
  readonly path: string;
  /** The headers `Sec-Fetch-Site`, `-Mode` and `-Dest`; undefined when they were not sent. */
  readonly site: string | undefined;
  readonly mode: string | undefined;
  readonly destination: string | undefined;
}

/**
 * Whether a browser sends this on behalf of another site's page. Following a link to the page or to a plain answer such
 * as `/health` is no such thing; anything under `/api/` is, since a link can carry an expensive query.
 */
export function isFromOtherSite({ method, path, site, mode, destination }: BrowserContext): boolean {
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  const isNavigation = mode === 'navigate' && destination === 'document' && (method === 'GET' || method === 'HEAD');
  return !isNavigation || path.startsWith('/api/');
}
