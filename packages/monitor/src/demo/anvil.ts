// The demo's node: a real anvil with a block a second, on loopback, whose chain is kept in a folder. Invariant: at most one
// anvil works on that folder; one that is left over from a monitor that was killed is taken over, and after `stop` there
// is none, whoever started it last; nor is there when this process exits without a stop. It runs apart from the monitor's
// terminal, so that Ctrl-C reaches the monitor alone.

import { spawn } from 'node:child_process';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChainpulseError } from '../model/errors.ts';
import { findAnvil } from './anvil-binary.ts';
import { anvilArguments, shellCommand } from './anvil-command.ts';
import { type AnvilProcess, anvilsAt, anvilsOn } from './anvil-processes.ts';
import { mendState, type StateFiles, stateFilesIn } from './anvil-state.ts';
import { AnvilUpkeep } from './anvil-upkeep.ts';
import { NodeRpc } from './node-rpc.ts';

export interface AnvilOptions {
  /** Made if it is not there. */
  readonly stateDirectory: string;
  /** The first port to try (default 8545); where it is taken, the next ones are. */
  readonly port?: number;
  /** Default: found as `findAnvil` says. */
  readonly binary?: string;
}

export interface Anvil {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** For a POSIX shell: starts the node again when it was stopped. */
  readonly restartCommand: string;
  /** Ends every anvil that works on the folder. Its chain is on disk then. */
  stop(): Promise<void>;
}

const DEFAULT_PORT = 8545;
const PORTS_TRIED = 100;
const ANSWERS_WITHIN_MS = 10_000;
const LEFT_OVER_ANSWERS_WITHIN_MS = 2000;
const ENDS_WITHIN_MS = 5000;
const POLL_MS = 25;
const LONGEST_LOG_QUOTE = 400;

/** @throws {ChainpulseError} `anvil_missing`, `anvil_failed`, `port_taken` */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  const binary = options.binary ?? findAnvil();
  const files = stateFilesIn(options.stateDirectory);
  await mkdir(options.stateDirectory, { recursive: true }).catch((error: Error) => {
    throw unwritable(files, error);
  });
  // An exit without a stop: a second Ctrl-C, or a failure that nobody caught.
  const onExit = () => signalAll(files, 'SIGTERM');
  process.once('exit', onExit);
  try {
    const running = (await adopt(files)) ?? (await launch(binary, options.port ?? DEFAULT_PORT, files));
    return anvilOf(running, binary, files, onExit);
  } catch (error) {
    process.off('exit', onExit);
    throw error;
  }
}

function anvilOf({ pid, port }: AnvilProcess, binary: string, files: StateFiles, onExit: () => void): Anvil {
  const url = urlOf(port);
  const upkeep = new AnvilUpkeep({ rpc: new NodeRpc(url), files });
  upkeep.start();
  return {
    url,
    port,
    pid,
    restartCommand: shellCommand(binary, port, files),
    async stop() {
      await upkeep.stop();
      await endAll(files);
      process.off('exit', onExit);
    },
  };
}

/** Takes over the anvil that is left over, if it answers; what does not answer is ended. */
async function adopt(files: StateFiles): Promise<AnvilProcess | undefined> {
  const [leftOver, ...others] = anvilsOn(files.state);
  if (leftOver === undefined) return undefined;
  if (others.length === 0 && (await answers(leftOver.port, LEFT_OVER_ANSWERS_WITHIN_MS, () => false))) return leftOver;
  await endAll(files);
  return undefined;
}

async function launch(binary: string, firstPort: number, files: StateFiles): Promise<AnvilProcess> {
  const log = await prepare(files);
  try {
    for (let port = await freePortFrom(firstPort); ; port = await freePortFrom(port + 1)) {
      const launched = await launchOn(port, binary, files, log);
      if (launched !== undefined) return launched;
    }
  } finally {
    await log.close();
  }
}

/** `undefined` when another demo took the port in the same moment: its node would answer in the place of this one. */
async function launchOn(
  port: number,
  binary: string,
  files: StateFiles,
  log: FileHandle,
): Promise<AnvilProcess | undefined> {
  const child = spawn(binary, anvilArguments(port, files), { detached: true, stdio: ['ignore', log.fd, log.fd] });
  child.unref();
  const { promise: failed, reject } = Promise.withResolvers<never>();
  failed.catch(() => {});
  child.once('error', reject);
  const pid = child.pid;
  // Of two, both see the one that came first, and the other gives way.
  if (pid !== undefined && anvilsAt(port).some((other) => other.pid < pid)) {
    await endAll(files);
    return undefined;
  }
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null;
  const answered = answers(port, ANSWERS_WITHIN_MS, hasEnded);
  try {
    if (await Promise.race([answered, failed])) return { pid: pid!, port };
  } catch (error) {
    throw await failure(`${binary} cannot be started: ${(error as Error).message}`, files);
  }
  await endAll(files);
  const how = child.exitCode === null ? `did not answer within ${ANSWERS_WITHIN_MS / 1000} s` : 'ended at once';
  throw await failure(`anvil ${how} on port ${port}`, files);
}

/** Mends what is there and opens the log. */
async function prepare(files: StateFiles): Promise<FileHandle> {
  try {
    await mendState(files);
    return await open(files.log, 'w');
  } catch (error) {
    throw unwritable(files, error as Error);
  }
}

function unwritable({ state }: StateFiles, error: Error): ChainpulseError {
  return new ChainpulseError(
    'anvil_failed',
    `The folder ${dirname(state)} of the demo's node cannot be used (${error.message}): let this user write there, or use another folder (--data).`,
    { cause: error },
  );
}

async function failure(what: string, { log, state }: StateFiles): Promise<ChainpulseError> {
  const said = (await readFile(log, 'utf8').catch(() => '')).trim().slice(-LONGEST_LOG_QUOTE);
  const quote = said === '' ? '' : ` It said: ${said}`;
  return new ChainpulseError(
    'anvil_failed',
    `${what}.${quote} Its log is ${log}; to begin with a new chain, move ${state} away.`,
  );
}

async function answers(port: number, withinMs: number, hasEnded: () => boolean): Promise<boolean> {
  const rpc = new NodeRpc(urlOf(port));
  const untilMs = performance.now() + withinMs;
  while (performance.now() < untilMs && !hasEnded()) {
    const version = await rpc.call('web3_clientVersion', [], AbortSignal.timeout(withinMs)).catch(() => undefined);
    if (typeof version === 'string' && version.startsWith('anvil/')) return true;
    await sleep(POLL_MS);
  }
  return false;
}

async function endAll(files: StateFiles): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalAll(files, signal);
    const untilMs = performance.now() + ENDS_WITHIN_MS;
    while (anvilsOn(files.state).length > 0 && performance.now() < untilMs) await sleep(POLL_MS);
  }
}

function signalAll({ state }: StateFiles, signal: 'SIGTERM' | 'SIGKILL'): void {
  for (const { pid } of anvilsOn(state)) signalTo(pid, signal);
}

function signalTo(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // Ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function freePortFrom(firstPort: number): Promise<number> {
  for (let port = firstPort; port < firstPort + PORTS_TRIED; port++) if (await isFree(port)) return port;
  throw new ChainpulseError(
    'port_taken',
    `The ports ${firstPort} to ${firstPort + PORTS_TRIED - 1} are all taken: end what listens there.`,
  );
}

async function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once('error', () => resolve(false));
  server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  return promise;
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}
