// Other processes of this machine that belong to the node, such as an execution client: what each of them uses, by a name
// that stays when the process is started anew. Linux alone tells; elsewhere nothing is shown.

import { type InstrumentsOf, makeInstruments } from '../domains/metric-definition.ts';
import { WATCHED_PROCESS_METRICS } from '../domains/table/runtime.ts';
import { InstrumentError } from '../errors.ts';
import type { LabelledGauge } from '../gauge.ts';
import type { Bounded } from '../labels.ts';
import type { Registry } from '../registry.ts';
import { countDescriptors, hasProcFiles, mostDescriptors, readDiskBytes, readMemory } from './proc-files.ts';
import { type FoundProcess, type PidSource, WatchedPid } from './watched-pid.ts';

/** Processes that one registry watches at a time. */
const MAX_PROCESSES = 16;
const MAX_NAME_LENGTH = 128;

export interface WatchedProcess {
  /** The label `process`: 1 to 128 characters, each name once a registry. */
  readonly name: string;
  readonly pid: PidSource;
}

type Instruments = InstrumentsOf<typeof WATCHED_PROCESS_METRICS>;

interface Watch {
  readonly instruments: Instruments;
  readonly names: Set<string>;
}

const watches = new WeakMap<Registry, Watch>();

/**
 * Shows a process of this machine as `chain_runtime_process_…{process="NAME"}`. It is looked at when the registry is read:
 * while it is not there, `chain_runtime_process_up` is 0 and the rest absent, and nothing is thrown; when it is back, under
 * another process id too if `pid` is a function or a file, it is shown again. In one thread and one process of a cluster
 * alone, since counters are added up. Answers with a function that ends it and the process' series.
 *
 * @example
 * watchProcess(registry, { name: 'geth', pid: { file: '/run/geth.pid' } });
 * watchProcess(registry, { name: 'signer', pid: () => child.pid });
 *
 * @throws {InstrumentError} `option_invalid` for a name that is empty, too long or watched already, or for no process id;
 * `collector_limit` at 16 processes
 */
export function watchProcess(registry: Registry, { name, pid }: WatchedProcess): () => void {
  const { instruments, names } = watchOf(registry);
  checkName(name, names);
  const watched = new WatchedPid(pid);
  if (!hasProcFiles()) return () => {};
  names.add(name);
  const shown = new ProcessSeries(instruments, name);
  const end = registry.onCollect(() => shown.show(watched.find()));
  return () => {
    end();
    shown.remove();
    names.delete(name);
  };
}

function watchOf(registry: Registry): Watch {
  const known = watches.get(registry);
  if (known !== undefined) return known;
  const made = { instruments: makeInstruments(registry, WATCHED_PROCESS_METRICS), names: new Set<string>() };
  watches.set(registry, made);
  return made;
}

function checkName(name: unknown, names: ReadonlySet<string>): void {
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME_LENGTH) {
    throw new InstrumentError(
      'option_invalid',
      `A watched process needs a name of 1 to ${MAX_NAME_LENGTH} characters.`,
    );
  }
  if (names.has(name)) {
    throw new InstrumentError(
      'option_invalid',
      `A process ${JSON.stringify(name)} is watched already: name it otherwise.`,
    );
  }
  if (names.size >= MAX_PROCESSES) {
    throw new InstrumentError('collector_limit', `${MAX_PROCESSES} processes are watched already: end some.`);
  }
}

/** The series of one process. */
class ProcessSeries {
  readonly #instruments: Instruments;
  readonly #process: string;

  constructor(instruments: Instruments, process: string) {
    this.#instruments = instruments;
    this.#process = process;
  }

  show(found: FoundProcess | undefined): void {
    // The totals of another process begin anew.
    if (found === undefined || found.isNew) this.#removeMeasured();
    this.#instruments.watchedProcessUp.set({ process: this.#process }, found === undefined ? 0 : 1);
    if (found !== undefined) this.#showFound(found);
  }

  remove(): void {
    this.#removeMeasured();
    this.#instruments.watchedProcessUp.remove({ process: this.#process });
  }

  #showFound({ pid, times, startTimeSeconds }: FoundProcess): void {
    const instruments = this.#instruments;
    const process = this.#process;
    instruments.watchedProcessInfo.set({ process, pid: String(pid) });
    instruments.watchedProcessCpu.mirrorTotal({ process, mode: 'user' }, times.userSeconds);
    instruments.watchedProcessCpu.mirrorTotal({ process, mode: 'system' }, times.systemSeconds);
    const { residentBytes, virtualBytes, threads } = readMemory(pid);
    this.#set(instruments.watchedProcessResidentMemory, residentBytes);
    this.#set(instruments.watchedProcessVirtualMemory, virtualBytes);
    this.#set(instruments.watchedProcessThreads, threads);
    this.#set(instruments.watchedProcessOpenFds, countDescriptors(pid));
    this.#set(instruments.watchedProcessMaxFds, mostDescriptors(pid));
    this.#set(instruments.watchedProcessStart, startTimeSeconds);
    const { read, written } = readDiskBytes(pid);
    if (read !== undefined) instruments.watchedProcessReadBytes.mirrorTotal({ process }, read);
    if (written !== undefined) instruments.watchedProcessWrittenBytes.mirrorTotal({ process }, written);
  }

  #set(gauge: LabelledGauge<{ readonly process: Bounded }>, value: number | undefined): void {
    if (value === undefined) gauge.remove({ process: this.#process });
    else gauge.set({ process: this.#process }, value);
  }

  #removeMeasured(): void {
    const { watchedProcessUp: _up, watchedProcessCpu: cpu, ...measured } = this.#instruments;
    const process = this.#process;
    for (const mode of ['user', 'system'] as const) cpu.remove({ process, mode });
    for (const instrument of Object.values(measured)) instrument.remove({ process });
  }
}
