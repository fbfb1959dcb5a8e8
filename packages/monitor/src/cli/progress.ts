// How far a long command has come, on stderr: a line that is drawn over itself on a terminal, a plain line now and then
// elsewhere, and nothing when it was told to be quiet. What it writes is never part of what the command gives out.

export interface ProgressState {
  /** What was done of what there is to do; `total` is undefined where nobody knows. */
  readonly done: number;
  readonly total: number | undefined;
  /** What `done` and `total` count. */
  readonly unit: 'bytes' | 'records' | 'metrics';
  readonly samples: number;
  /** Further words, such as how much was written. */
  readonly note?: string;
}

export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface ProgressOptions {
  /** What is done, such as `importing dump.txt`. */
  readonly title: string;
  readonly isQuiet: boolean;
  readonly output?: ProgressOutput;
  readonly nowMs?: () => number;
}

const DRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 10_000;
const BAR_CELLS = 20;
/** Goes to and fro in the bar where nobody knows how much there is. */
const SHUTTLE = '<=>';
const DEFAULT_COLUMNS = 80;
const ERASE_LINE = '\r\x1b[K';

export class Progress {
  readonly #title: string;
  readonly #isQuiet: boolean;
  readonly #output: ProgressOutput;
  readonly #nowMs: () => number;
  readonly #startedMs: number;
  /** What had been done before: it says nothing of the speed. */
  #first: ProgressState | undefined;
  #shownMs: number;
  #isDrawn = false;

  constructor({ title, isQuiet, output = process.stderr, nowMs = () => performance.now() }: ProgressOptions) {
    this.#title = title;
    this.#isQuiet = isQuiet;
    this.#output = output;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#shownMs = this.#isTerminal ? Number.NEGATIVE_INFINITY : this.#startedMs;
  }

  get elapsedMs(): number {
    return this.#nowMs() - this.#startedMs;
  }

  /** May be called as often as anything happens. */
  update(state: ProgressState): void {
    this.#first ??= state;
    if (this.#isQuiet) return;
    const nowMs = this.#nowMs();
    if (nowMs - this.#shownMs < (this.#isTerminal ? DRAW_EVERY_MS : LINE_EVERY_MS)) return;
    this.#shownMs = nowMs;
    const line = this.#lineOf(state);
    if (!this.#isTerminal) {
      this.#output.write(`${line}\n`);
      return;
    }
    this.#output.write(ERASE_LINE + line.slice(0, (this.#output.columns ?? DEFAULT_COLUMNS) - 1));
    this.#isDrawn = true;
  }

  /** Clears the line, for what is said afterwards. */
  end(): void {
    if (this.#isDrawn) this.#output.write(ERASE_LINE);
    this.#isDrawn = false;
  }

  get #isTerminal(): boolean {
    return this.#output.isTTY === true;
  }

  #lineOf({ done, total, unit, samples, note }: ProgressState): string {
    const seconds = Math.max(this.elapsedMs, 1) / 1000;
    const rate = (samples - this.#first!.samples) / seconds;
    const parts = [this.#title];
    if (total !== undefined && total > 0) {
      const share = Math.min(1, done / total);
      if (this.#isTerminal) parts.push(barOf(share));
      parts.push(`${Math.floor(share * 100)} %`);
    } else if (total === undefined && this.#isTerminal) {
      parts.push(shuttleBarOf(Math.floor(this.elapsedMs / DRAW_EVERY_MS)));
    }
    parts.push(amountText(done, total, unit));
    if (note !== undefined) parts.push(note);
    parts.push(`${countText(samples)} samples`, `${rateText(rate)}/s`);
    const left = this.#secondsLeft(done, total, seconds);
    if (left !== undefined) parts.push(`${clockText(left)} left`);
    return parts.join('  ');
  }

  #secondsLeft(done: number, total: number | undefined, seconds: number): number | undefined {
    const doneHere = done - this.#first!.done;
    if (total === undefined || doneHere <= 0) return undefined;
    return ((total - done) / doneHere) * seconds;
  }
}

function barOf(share: number): string {
  const filled = Math.floor(share * BAR_CELLS);
  return `[${'='.repeat(filled)}${' '.repeat(BAR_CELLS - filled)}]`;
}

/** A cell further each step, and back from the end. */
function shuttleBarOf(step: number): string {
  const way = BAR_CELLS - SHUTTLE.length;
  const before = way - Math.abs(way - (step % (2 * way)));
  return `[${' '.repeat(before)}${SHUTTLE}${' '.repeat(way - before)}]`;
}

function amountText(done: number, total: number | undefined, unit: ProgressState['unit']): string {
  const text = unit === 'bytes' ? bytesText : (count: number) => `${countText(count)} ${unit}`;
  if (total === undefined) return text(done);
  return unit === 'bytes' ? `${text(done)} of ${text(total)}` : `${countText(done)} of ${text(total)}`;
}

/** 1234567 as `1,234,567`. */
export function countText(count: number): string {
  return count.toLocaleString('en-US');
}

/** With a unit of a thousand's power: `43.1 MB`. */
export function bytesText(bytes: number): string {
  return scaled(bytes, ['B', 'kB', 'MB', 'GB', 'TB']);
}

function rateText(rate: number): string {
  return scaled(rate, ['', 'k', 'M', 'G', 'T']).trimEnd();
}

function scaled(value: number, units: readonly string[]): string {
  let rest = value;
  let place = 0;
  for (; rest >= 999.95 && place < units.length - 1; place++) rest /= 1000;
  return `${place === 0 ? Math.round(rest) : rest.toFixed(1)} ${units[place]}`;
}

/** `0:42`, `12:05`, `3:00:00`. */
export function clockText(seconds: number): string {
  const whole = Math.ceil(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const tail = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}
