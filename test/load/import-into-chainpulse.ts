// The load through a pipe of the kernel, as a shell makes one, from the generator into `chainpulse import -`.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sizeOf } from '../../bench/storage/contenders.ts';
import { BINARY } from '../apptest/monitor-process.ts';
import { type Load, samplesOf, startGenerator } from './generated-load.ts';
import { WatchedProcess } from './watched-process.ts';

export interface Imported {
  readonly name: string;
  readonly samples: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly residentPeakBytes: number;
  readonly sizeBytes: number;
}

export interface ImportedByUs extends Imported {
  readonly stderr: string;
  readonly watched: WatchedProcess;
  readonly generatorCpuSeconds: number;
}

const PIPE_MAKER = '/usr/bin/mkfifo';

/** Into `data` in the folder. @throws when one of both ends otherwise than in order. */
export async function importIntoChainpulse(load: Load, folder: string): Promise<ImportedByUs> {
  const [readEnd, writeEnd] = kernelPipe(join(folder, 'pipe'));
  const startMs = performance.now();
  const generator = startGenerator(load, writeEnd);
  // The folder keeps everything: the oldest sample of thirty days would be beyond thirty days by now.
  const args = [BINARY, 'import', '-', '--data', 'data', '--retention', 'unlimited'];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: [readEnd, 'ignore', 'pipe'] });
  closeSync(readEnd);
  closeSync(writeEnd);
  const watched = new WatchedProcess(child.pid!);
  const watchedGenerator = new WatchedProcess(generator.pid!);
  try {
    const [stderr] = await Promise.all([saidUntilItsEnd(child), endInOrder(generator)]);
    return {
      name: 'Chainpulse',
      samples: samplesOf(load),
      seconds: (performance.now() - startMs) / 1000,
      cpuSeconds: watched.cpuSeconds,
      residentPeakBytes: watched.residentPeakBytes,
      sizeBytes: sizeOf(join(folder, 'data')),
      stderr,
      watched,
      generatorCpuSeconds: watchedGenerator.cpuSeconds,
    };
  } finally {
    watched.end();
    watchedGenerator.end();
    for (const started of [child, generator]) started.kill('SIGKILL');
  }
}

/** The ends for reading and for writing. `spawn` alone would make a socket. */
function kernelPipe(path: string): [readEnd: number, writeEnd: number] {
  execFileSync(PIPE_MAKER, [path]);
  // Opening one end waits for the other, unless somebody has both.
  const both = openSync(path, 'r+');
  const ends: [number, number] = [openSync(path, 'r'), openSync(path, 'w')];
  closeSync(both);
  rmSync(path);
  return ends;
}

async function saidUntilItsEnd(child: ChildProcess): Promise<string> {
  const said = text(child.stderr!);
  await endInOrder(child).catch(async (error: Error) => {
    throw new Error(`${error.message}:\n${await said}`);
  });
  return said;
}

export async function endInOrder(child: ChildProcess): Promise<void> {
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (exitCode !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${exitCode ?? signal}`);
}
