// Recorders are called from a node's hot paths, where nothing may throw, also by callers without types. A recorder that is
// called without its argument gets one without fields: what it then reads is undefined, which instruments drop and count. What
// throws all the same, such as a getter of the argument, is counted as `internal` by the registry.

import type { Registry } from '../registry.ts';

const NO_FIELDS = Object.freeze({});
const RECORDER_NAME = /^(record|update|set|forget)[A-Z]/;

type Recorder = (this: object, fields: unknown) => unknown;

/** Where the sets' failures are counted. */
const registries = new WeakMap<object, Registry>();

/** For the static block of a domain set: `static { guardRecorders(this); }`. */
export function guardRecorders({ prototype }: { readonly prototype: object }): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (!RECORDER_NAME.test(name) || typeof descriptor.value !== 'function') continue;
    const recorder = descriptor.value as Recorder;
    const value: Recorder = function (fields) {
      try {
        return recorder.call(this, fields ?? NO_FIELDS);
      } catch {
        registries.get(this)?.countFailure();
        return undefined;
      }
    };
    Object.defineProperty(prototype, name, { ...descriptor, value });
  }
}

/** From now on what a recorder of `set` throws is counted by `registry`. */
export function countFailuresOf<S extends object>(set: S, registry: Registry): S {
  registries.set(set, registry);
  return set;
}
