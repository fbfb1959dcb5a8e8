// What one remote read may cost: samples, and bytes that wait in memory to be sent.

import { ApiError } from '../error.ts';

export interface ReadLimits {
  readonly maxReadSamples: number;
  readonly maxReadBytes: number;
}

export class ReadBudget {
  readonly #limits: ReadLimits;
  #samples = 0;
  #bytes = 0;

  constructor(limits: ReadLimits) {
    this.#limits = limits;
  }

  /** @throws {ApiError} */
  addSamples(count: number): void {
    this.#samples += count;
    const { maxReadSamples } = this.#limits;
    if (this.#samples > maxReadSamples) throw new ApiError('bad_data', `exceeded sample limit (${maxReadSamples})`);
  }

  /** @throws {ApiError} */
  addBytes(count: number): void {
    this.#bytes += count;
    const { maxReadBytes } = this.#limits;
    if (this.#bytes <= maxReadBytes) return;
    throw new ApiError(
      'bad_data',
      `the answer takes more than ${maxReadBytes} bytes: ask for less time or fewer series at once`,
    );
  }
}
