// A store that sends to a receiver, for tests: short ways to append and to see what arrived.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Labels, labelsFromRecord } from '../../../model/labels.ts';
import type { RemoteLimits } from '../limits.ts';
import { openRemoteStore } from '../open.ts';
import type { RemoteStore } from '../remote-store.ts';
import type { SendNotice } from '../send/observer.ts';
import type { RemoteWriteProtocol } from '../send/write-client.ts';
import { Receiver } from './receiver.ts';

export const START_MS = 1_700_000_000_000;

export class Sending {
  readonly receiver: Receiver;
  readonly directory: string;
  readonly notices: SendNotice[] = [];
  nowMs = START_MS;
  protocol: RemoteWriteProtocol = '1.0';
  /** Makes it a clock that can jump: what goes by whatever is done to it. */
  monotonicMs: number | undefined;
  #limits: Partial<RemoteLimits>;
  #port: number;
  store!: RemoteStore;

  private constructor(receiver: Receiver, directory: string, limits: Partial<RemoteLimits>) {
    this.receiver = receiver;
    this.directory = directory;
    this.#limits = limits;
    this.#port = receiver.port;
  }

  static async start(context: TestContext, limits: Partial<RemoteLimits> = {}): Promise<Sending> {
    const directory = mkdtempSync(join(tmpdir(), 'chainpulse-sending-'));
    const sending = new Sending(await Receiver.start(), directory, { lingerMs: 0, ...limits });
    await sending.open();
    context.after(async () => {
      await sending.store.close();
      await sending.receiver.stop();
      rmSync(directory, { recursive: true });
    });
    return sending;
  }

  async open(limits: Partial<RemoteLimits> = {}, externalLabels: Labels = []): Promise<void> {
    this.#limits = { ...this.#limits, ...limits };
    const endpoint = {
      url: new URL(`http://127.0.0.1:${this.#port}`),
      headers: { 'x-scope-orgid': 'tenant' },
      authorize: () => Promise.resolve('Bearer very-secret'),
    };
    this.store = await openRemoteStore({
      directory: this.directory,
      durability: 'normal',
      clock: { nowMs: () => this.nowMs, ...(this.monotonicMs !== undefined && { aheadMs: () => 0 }) },
      monotonicMs: () => this.monotonicMs ?? 0,
      write: endpoint,
      query: endpoint,
      protocol: this.protocol,
      limits: this.#limits,
      externalLabels,
      onNotice: (notice) => this.notices.push(notice),
    });
  }

  async reopen(limits: Partial<RemoteLimits> = {}, externalLabels: Labels = []): Promise<void> {
    await this.store.close();
    await this.open(limits, externalLabels);
  }

  /** Series `m` with labels `i` from 0. */
  resolve(count: number): Promise<Uint32Array> {
    const series = Array.from({ length: count }, (_, index) => labelsFromRecord({ __name__: 'm', i: String(index) }));
    return this.store.resolveSeries(series);
  }

  /** One sample a series, at so many milliseconds after the start and with that value. */
  async append(refs: Uint32Array, step: number): Promise<void> {
    const values = new Float64Array(refs.length).fill(step);
    const outcome = await this.store.append({ refs: refs.slice(), timestampsMs: START_MS + step, values });
    assert.equal(outcome.acceptedSamples, refs.length);
  }

  /** Fails unless the receiver has exactly these steps of every series, in order; `times`: each at least once. */
  assertArrived(series: number, steps: number, doubles: 'none' | 'allowed' = 'none'): void {
    const expected = Array.from({ length: steps }, (_, step) => step);
    assert.equal(this.receiver.taken.size, series);
    for (const [name, samples] of this.receiver.taken) {
      const values = samples.map(([timeMs, value]) => {
        assert.equal(timeMs, START_MS + value);
        return value;
      });
      assert.deepEqual(doubles === 'none' ? values : [...new Set(values)], expected, name);
    }
  }
}
