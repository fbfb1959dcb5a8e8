// A CPU profile of this thread, and what it says by function and by folder: whose code was running, not what had called it.

import { type Profiler, Session } from 'node:inspector/promises';

const SAMPLING_INTERVAL_US = 200;
const SOURCE_FOLDER = /\/packages\/monitor\/(?:src|dist)\/(.*)$/;

export interface Share {
  readonly name: string;
  readonly share: number;
}

export interface ProfileSummary {
  readonly byFunction: readonly Share[];
  readonly byFolder: readonly Share[];
}

/** Milliseconds by what was running. */
export class RunningTimes {
  readonly #byFunction = new Map<string, number>();
  readonly #byFolder = new Map<string, number>();
  #totalUs = 0;

  add({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): void {
    const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
    for (const [at, id] of samples.entries()) {
      const frame = byId.get(id);
      const elapsedUs = timeDeltas[at] ?? 0;
      if (frame === undefined || frame.functionName === '(idle)' || frame.url === 'node:inspector') continue;
      const path = SOURCE_FOLDER.exec(frame.url)?.[1] ?? '';
      this.#totalUs += elapsedUs;
      addTo(this.#byFunction, functionOf(frame, path), elapsedUs);
      addTo(this.#byFolder, folderOf(frame, path), elapsedUs);
    }
  }

  summary(): ProfileSummary {
    return { byFunction: this.#ranked(this.#byFunction), byFolder: this.#ranked(this.#byFolder) };
  }

  #ranked(times: ReadonlyMap<string, number>): Share[] {
    const ranked = [...times].sort(([, a], [, b]) => b - a);
    return ranked.map(([name, us]) => ({ name, share: us / this.#totalUs }));
  }
}

export async function profiled(work: () => Promise<void>): Promise<Profiler.Profile> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_INTERVAL_US });
    await session.post('Profiler.start');
    await work();
    const { profile } = await session.post('Profiler.stop');
    return profile;
  } finally {
    session.disconnect();
  }
}

function functionOf(
  { functionName, lineNumber, url }: Profiler.Profile['nodes'][number]['callFrame'],
  path: string,
): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (path !== '') return `${name}  ${path}:${lineNumber + 1}`;
  return url === '' ? name : `${name}  ${url.split('/').slice(-2).join('/')}`;
}

function folderOf({ functionName, url }: Profiler.Profile['nodes'][number]['callFrame'], path: string): string {
  if (path !== '') return path.slice(0, path.lastIndexOf('/'));
  if (functionName.startsWith('(')) return functionName;
  return url === '' ? '(built into V8)' : url.startsWith('node:') ? '(Node)' : '(others)';
}

function addTo(times: Map<string, number>, name: string, us: number): void {
  times.set(name, (times.get(name) ?? 0) + us);
}
