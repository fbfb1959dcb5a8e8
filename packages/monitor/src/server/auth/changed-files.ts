// Notices when one of a few files has changed, by asking for their state from time to time: the folders of secrets and
// certificates are often links that are exchanged as a whole, which watching a file does not see.

import { stat } from 'node:fs/promises';

const EVERY_MS = 1000;

export class ChangedFiles {
  readonly #paths: () => readonly string[];
  readonly #changed: () => 'taken' | 'not taken';
  readonly #timer: NodeJS.Timeout;
  #known: string | undefined;
  #isLooking = false;
  #isOwed = false;

  /**
   * `paths` is asked each time. `changed` is called when they are others, or one is another file than before; and again and
   * again for as long as it does not take the change.
   */
  constructor(paths: () => readonly string[], changed: () => 'taken' | 'not taken') {
    this.#paths = paths;
    this.#changed = changed;
    this.#timer = setInterval(() => void this.#look(), EVERY_MS);
    this.#timer.unref();
    void this.#look();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const states = await Promise.all(this.#paths().map(stateOf));
    this.#isLooking = false;
    const state = states.join('\n');
    const before = this.#known;
    this.#known = state;
    if (before === undefined || (before === state && !this.#isOwed)) return;
    this.#isOwed = this.#changed() === 'not taken';
  }
}

/** Of a file that cannot be read, why. */
export async function stateOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${path} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch (error) {
    return `${path} ${(error as NodeJS.ErrnoException).code}`;
  }
}
