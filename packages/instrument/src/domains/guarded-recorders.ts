// Recorders are called from a node's hot paths, where nothing may throw, also by callers without types. A recorder that is
// called without its argument gets one without fields: what it then reads is undefined, which instruments drop and count.

const NO_FIELDS = Object.freeze({});
const RECORDER_NAME = /^(record|update|set|forget)[A-Z]/;

type Recorder = (this: unknown, fields: unknown) => unknown;

/** For the static block of a domain set: `static { guardRecorders(this); }`. */
export function guardRecorders({ prototype }: { readonly prototype: object }): void {
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (!RECORDER_NAME.test(name) || typeof descriptor.value !== 'function') continue;
    const recorder = descriptor.value as Recorder;
    const value: Recorder = function (fields) {
      return recorder.call(this, fields ?? NO_FIELDS);
    };
    Object.defineProperty(prototype, name, { ...descriptor, value });
  }
}
