// Which adapter a target gets that names none: the client's whose metrics it shows. A library with which clients are built comes
// after them: its metrics are on the pages of many.

import type { Adapter } from './adapter.ts';

/** Undefined where the target is none of the clients. */
export function detectedAdapter(names: ReadonlySet<string>, adapters: readonly Adapter[]): Adapter | undefined {
  const shows = ({ detect }: Adapter): boolean => detect.some((name) => names.has(name));
  return (
    adapters.find((adapter) => !adapter.isLibrary && shows(adapter)) ??
    adapters.find((adapter) => adapter.isLibrary && shows(adapter))
  );
}
