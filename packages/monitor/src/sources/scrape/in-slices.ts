// Long work in slices, between which others have their turn: a body of many megabytes holds up nobody.

const SLICE_MS = 8;

export interface SliceOptions {
  /** Called between slices; default `setImmediate`. */
  readonly yieldToOthers?: (() => Promise<void>) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Calls `step`, which is short, until it says that there is no more to do. @throws the reason of the signal. */
export async function inSlices(step: () => boolean, { yieldToOthers, signal }: SliceOptions): Promise<void> {
  let sliceEndMs = performance.now() + SLICE_MS;
  while (step()) {
    if (performance.now() < sliceEndMs) continue;
    await (yieldToOthers?.() ?? new Promise((resolve) => setImmediate(resolve)));
    signal?.throwIfAborted();
    sliceEndMs = performance.now() + SLICE_MS;
  }
}
