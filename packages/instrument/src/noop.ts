// Instruments that do nothing, for parts of a node's metrics that are switched off: callers need not know, and pay a call.

const NOTHING = (): void => {};

/** Stands for any instrument, with labels or without, and for its handles. */
export const NOOP_INSTRUMENT: Readonly<Record<string, unknown>> = {
  inc: NOTHING,
  incWithExemplar: NOTHING,
  mirrorTotal: NOTHING,
  set: NOTHING,
  setActive: NOTHING,
  dec: NOTHING,
  clear: NOTHING,
  observe: NOTHING,
  observeMany: NOTHING,
  observeWithExemplar: NOTHING,
  remove: () => false,
  handle: () => NOOP_INSTRUMENT,
};
