// The contenders' stores, loaded once a run: every write request is made once and sent to all of them at the same time, in the order of
// time. They are ended in order after it. Each part starts them again on a copy, so that what is asked is what lies on the disk, and sends
// them the newest minutes, which they then have in memory, as they do when they run for long.

import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeAll } from '../storage/loading.ts';
import { type WriteRequest, writeRequests } from '../storage/remote-write.ts';
import type { ServerProcess } from '../storage/server-process.ts';
import { type Contender, contendersHere } from './contenders.ts';
import { DATA_IDENTITY, keepEnd, liveData, storedData } from './data.ts';
import { KEPT_FOLDER, TEMPORARY_FOLDER } from './settings.ts';

const REQUESTS = { samplesARequest: 5000, samplesASeries: 40 };
/** The folder of the copies. */
const COPIES = 'running';
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
  #liveRequests: readonly WriteRequest[] | undefined;

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

  /** A copy of the contender's folder for the time of the work. */
  async withCopy<Result>(contender: Pick<Contender, 'id'>, work: (folder: string) => Promise<Result>): Promise<Result> {
    const copy = join(this.#root, COPIES, contender.id);
    rmSync(copy, { recursive: true, force: true });
    cpSync(this.#folderOf(contender), copy, { recursive: true });
    try {
      return await work(copy);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }

  /** Starts all of them and waits until they rest; they are ended afterwards, however the work ends. */
  async withAll<Result>(work: (started: readonly Started[]) => Promise<Result>): Promise<Result> {
    const started: Started[] = [];
    const withNext = (contenders: readonly Contender[]): Promise<Result> => {
      const [contender, ...rest] = contenders;
      if (contender === undefined) return this.#withLiveData(started, work);
      return this.withCopy(contender, async (folder) => {
        const server = await contender.start(folder);
        started.push({ contender, server });
        try {
          return await withNext(rest);
        } finally {
          await server.kill();
        }
      });
    };
    return withNext(contendersHere());
  }

  async #withLiveData<Result>(
    started: readonly Started[],
    work: (started: readonly Started[]) => Promise<Result>,
  ): Promise<Result> {
    const servers = started.map(({ server }) => server);
    await allIdle(servers);
    this.#liveRequests ??= [...writeRequests(liveData(), REQUESTS)];
    await writeToAll(servers, this.#liveRequests);
    await allIdle(servers);
    return work(started);
  }

  remove(): void {
    rmSync(join(this.#root, COPIES), { recursive: true, force: true });
    if (!this.#isKept) rmSync(this.#root, { recursive: true, force: true });
  }

  #folderOf({ id }: Pick<Contender, 'id'>): string {
    return join(this.#root, id);
  }

  #isLoaded(contender: Contender): boolean {
    const file = join(this.#folderOf(contender), LOADED_FILE);
    return existsSync(file) && readFileSync(file, 'utf8') === DATA_IDENTITY;
  }

  async #loadMissing(contenders: readonly Contender[]): Promise<void> {
    if (contenders.length === 0) return;
    const startMs = performance.now();
    for (const contender of contenders) {
      rmSync(this.#folderOf(contender), { recursive: true, force: true });
      mkdirSync(this.#folderOf(contender), { recursive: true });
    }
    const workload = storedData();
    let [samples, seconds] = [0, 0];
    await this.#whileRunning(contenders, async (servers) => {
      samples = await writeToAll(servers, writeRequests(workload, REQUESTS));
      seconds = (performance.now() - startMs) / 1000;
    });
    // What a store does once, at its next start, is not to fall into the measurements: ours merges days that are over then.
    await this.#whileRunning(contenders, () => Promise.resolve());
    const settled = (performance.now() - startMs) / 1000;
    for (const contender of contenders) writeFileSync(join(this.#folderOf(contender), LOADED_FILE), DATA_IDENTITY);
    keepEnd();
    console.log(
      `Loaded ${samples} samples (${workload.name}) in ${seconds.toFixed(0)} s, at rest after ${settled.toFixed(0)} s.`,
    );
  }

  /** Starts them, and ends them in order once they rest after the work. */
  async #whileRunning(
    contenders: readonly Contender[],
    work: (servers: readonly ServerProcess[]) => Promise<void>,
  ): Promise<void> {
    const servers: ServerProcess[] = [];
    try {
      for (const contender of contenders) servers.push(await contender.start(this.#folderOf(contender)));
      await work(servers);
      await allIdle(servers);
      for (const server of servers) await server.stop();
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

async function allIdle(servers: readonly ServerProcess[]): Promise<void> {
  await Promise.all(servers.map(untilIdle));
}

async function untilIdle(server: ServerProcess): Promise<void> {
  let idle = 0;
  for (let second = 0; idle < IDLE_SECONDS && second < IDLE_WITHIN_SECONDS; second++) {
    const before = server.usage().cpuSeconds;
    await sleep(1000);
    idle = server.usage().cpuSeconds - before < IDLE_CPU_SECONDS ? idle + 1 : 0;
  }
}
