// The windows in which there may be something to merge, so that asking for the next merge looks at these alone and never at
// the whole directory: those that changed, and those that wait for their time. A window whose chunks are all final is not
// in it.

import { keyOfWindow, type WindowKey } from './tables.ts';

interface Listed {
  readonly window: WindowKey;
  /** When a seal last added to it. */
  changedMs: number;
  /** -Infinity: it is to be looked at now. */
  dueMs: number;
}

const NOW = Number.NEGATIVE_INFINITY;

export class MergeWorklist {
  readonly #listed = new Map<string, Listed>();
  /** Those to be looked at now, the longest waiting first. */
  readonly #due = new Set<string>();
  /** No window that waits is due before. */
  #nextDueMs = Number.POSITIVE_INFINITY;

  /** A seal added to the window, at this time. */
  changed(window: WindowKey, nowMs: number): void {
    this.again(window);
    this.#listed.get(keyOfWindow(window))!.changedMs = nowMs;
  }

  /** The window is to be looked at again. */
  again(window: WindowKey): void {
    const key = keyOfWindow(window);
    const listed = this.#listed.get(key);
    if (listed === undefined) this.#listed.set(key, { window: plain(window), changedMs: NOW, dueMs: NOW });
    else listed.dueMs = NOW;
    this.#due.add(key);
  }

  /** Nothing is to be done before; Infinity: nothing until it changes. */
  postpone(window: WindowKey, dueMs: number): void {
    const key = keyOfWindow(window);
    const listed = this.#listed.get(key);
    this.#due.delete(key);
    if (listed === undefined) return;
    if (dueMs === Number.POSITIVE_INFINITY) {
      this.#listed.delete(key);
      return;
    }
    listed.dueMs = dueMs;
    this.#nextDueMs = Math.min(this.#nextDueMs, dueMs);
  }

  changedMsOf(window: WindowKey): number {
    return this.#listed.get(keyOfWindow(window))?.changedMs ?? NOW;
  }

  /** A window to be looked at now. It stays in the list. */
  next(nowMs: number): WindowKey | undefined {
    if (nowMs >= this.#nextDueMs) this.#wake(nowMs);
    for (const key of this.#due) return this.#listed.get(key)!.window;
    return undefined;
  }

  all(): readonly WindowKey[] {
    return [...this.#listed.values()].map(({ window }) => window);
  }

  #wake(nowMs: number): void {
    this.#nextDueMs = Number.POSITIVE_INFINITY;
    for (const [key, listed] of this.#listed) {
      if (listed.dueMs === NOW) continue;
      if (listed.dueMs > nowMs) {
        this.#nextDueMs = Math.min(this.#nextDueMs, listed.dueMs);
        continue;
      }
      listed.dueMs = NOW;
      this.#due.add(key);
    }
  }
}

function plain({ group, windowStartMs, windowMs }: WindowKey): WindowKey {
  return { group, windowStartMs, windowMs };
}
