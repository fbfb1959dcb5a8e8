// Where another server is, and how it is to be spoken to. What is secret is never part of a message.

export interface RemoteEndpoint {
  /** With the path prefix, such as `http://vm:8480/insert/0/prometheus`; `/api/v1/…` is added. */
  readonly url: URL;
  /** Sent with every request, such as `X-Scope-OrgID`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The header `Authorization`, asked for at every request, so that a password or token may change. */
  readonly authorize: () => Promise<string | undefined>;
  /** The certificates (PEM) that may sign that of an `https` server, and what else decides whether it is trusted. */
  readonly tls?: {
    readonly ca?: string | Uint8Array;
    readonly cert?: string | Uint8Array;
    readonly key?: string | Uint8Array;
    readonly serverName?: string;
    readonly insecureSkipVerify?: boolean;
  };
}

/** The address of one part of the API under the endpoint's prefix. */
export function addressUnder({ url }: RemoteEndpoint, path: string): URL {
  const address = new URL(url);
  address.pathname = address.pathname.replace(/\/+$/, '') + path;
  return address;
}
