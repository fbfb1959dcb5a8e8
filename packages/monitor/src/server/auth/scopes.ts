// What a caller may do, and what a route asks for. `admin` may do everything.

export const SCOPES = ['read', 'push', 'admin'] as const;

/** `read`: page, PromQL, snapshot, events, metrics. `push`: hand samples in. `admin`: delete, reload, and everything else. */
export type Scope = (typeof SCOPES)[number];

/** `health` is answered to whoever may do anything at all, and to everybody where the configuration says so. */
export type RouteScope = Scope | 'health';

/** Who sent a request, as far as it is known. */
export interface Caller {
  readonly name: string;
  readonly scopes: readonly Scope[];
}

export function grants({ scopes }: Caller, needed: RouteScope): boolean {
  if (needed === 'health') return scopes.length > 0;
  return scopes.includes(needed) || scopes.includes('admin');
}
