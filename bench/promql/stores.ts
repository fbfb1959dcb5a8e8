// The contenders' stores, loaded once a run: every write request is made once and sent to all of them at the same time, in the order of
// time. They are ended in order after it, so that what is asked is what lies on the disk, and started again for each part.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeAll } from '../storage/loading.ts';
import { type WriteRequest, writeRequests } from '../storage/remote-write.ts';
import type { ServerProcess } from '../storage/server-process.ts';
import { type Contender, contendersHere } from './contenders.ts';
import { DATA_IDENTITY, data, keepEnd } from './data.ts';
import { KEPT_FOLDER, TEMPORARY_FOLDER } from './settings.ts';

const SAMPLES_A_REQUEST = 5000;
const SAMPLES_A_SERIES = 40;
/**
 * What a store puts off (merging, compaction) is done when it has used less than this each second, for so many seconds in a row:
 * longer than the five between two turns of our upkeep.
 */
const IDLE_CPU_SECONDS = 0.08;
const IDLE_SECONDS = 7;
const IDLE_WITHIN_SECONDS = 180;
/** Tells what the stores of a kept folder hold. */
const LOADED_FILE = 'loaded.json';

export interface Started {
  readonly contender: Contender;
  readonly server: ServerProcess;
}

export class Stores {
  readonly #root: string;
  readonly #isKept: boolean;

  private constructor(root: string, isKept: boolean) {
    this.#root = root;
    this.#isKept = isKept;
  }

  /** Loads those that do not hold the data yet. */
  static async load(): Promise<Stores> {
    if (KEPT_FOLDER !== undefined) mkdirSync(KEPT_FOLDER, { recursive: true });
    const root = KEPT_FOLDER ?? mkdtempSync(join(TEMPORARY_FOLDER, 'chainpulse-bench-promql-'));
    const stores = new Stores(root, KEPT_FOLDER !== undefined);
    try {
      await stores.#loadMissing(contendersHere().filter((contender) => !stores.#isLoaded(contender)));
    } catch (error) {
      stores.remove();
      throw error;
    }
    return stores;
  }

  folderOf({ id }: Pick<Contender, 'id'>): string {
    return join(this.#root, id);
  }

  /** Starts all of them and waits until they rest; they are ended afterwards, however the work ends. */
  async withAll<Result>(work: (started: readonly Started[]) => Promise<Result>): Promise<Result> {
    const started: Started[] = [];
    try {
      for (const contender of contendersHere()) {
        started.push({ contender, server: await contender.start(this.folderOf(contender)) });
      }
      for (const { server } of started) await untilIdle(server);
      const result = await work(started);
      for (const { server } of started) await server.stop();
      return result;
    } finally {
      for (const { server } of started) await server.kill();
    }
  }

  remove(): void {
    if (!this.#isKept) rmSync(this.#root, { recursive: true, force: true });
  }

  #isLoaded(contender: Contender): boolean {
    const file = join(this.folderOf(contender), LOADED_FILE);
    return existsSync(file) && readFileSync(file, 'utf8') === DATA_IDENTITY;
  }

  async #loadMissing(contenders: readonly Contender[]): Promise<void> {
    if (contenders.length === 0) return;
    const servers: ServerProcess[] = [];
    const startMs = performance.now();
    try {
      for (const contender of contenders) {
        rmSync(this.folderOf(contender), { recursive: true, force: true });
        mkdirSync(this.folderOf(contender), { recursive: true });
        servers.push(await contender.start(this.folderOf(contender)));
      }
      const workload = data();
      const samples = await writeToAll(
        servers,
        writeRequests(workload, { samplesARequest: SAMPLES_A_REQUEST, samplesASeries: SAMPLES_A_SERIES }),
      );
      const seconds = (performance.now() - startMs) / 1000;
      for (const server of servers) {
        await untilIdle(server);
        await server.stop();
      }
      // What a store does once, at its next start, is not to fall into the measurements: ours merges days that are over then.
      await this.withAll(() => Promise.resolve());
      keepEnd();
      const settled = (performance.now() - startMs) / 1000;
      for (const contender of contenders) writeFileSync(join(this.folderOf(contender), LOADED_FILE), DATA_IDENTITY);
      console.log(
        `Loaded ${samples} samples (${workload.name}) in ${seconds.toFixed(0)} s, at rest after ${settled.toFixed(0)} s.`,
      );
    } finally {
      for (const server of servers) await server.kill();
    }
  }
}

async function writeToAll(servers: readonly ServerProcess[], requests: Iterable<WriteRequest>): Promise<number> {
  let samples = 0;
  for (const request of requests) {
    await Promise.all(servers.map((server) => writeAll(server, [request])));
    samples += request.samples;
  }
  return samples;
}

async function untilIdle(server: ServerProcess): Promise<void> {
  let idle = 0;
  for (let second = 0; idle < IDLE_SECONDS && second < IDLE_WITHIN_SECONDS; second++) {
    const before = server.usage().cpuSeconds;
    await sleep(1000);
    idle = server.usage().cpuSeconds - before < IDLE_CPU_SECONDS ? idle + 1 : 0;
  }
}
