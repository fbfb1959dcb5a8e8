// CPU time, memory, file descriptors and start of one process under the names that all client libraries share: this one,
// of which Node knows some on every system, or another one, of which only Linux tells.

import { makeInstruments } from '../domains/metric-definition.ts';
import { OWN_PROCESS_METRICS } from '../domains/table/runtime.ts';
import type { Registry } from '../registry.ts';
import { countDescriptors, hasProcFiles, mostDescriptors, type ProcessId, readMemory } from './proc-files.ts';
import { setOrClear } from './set-or-clear.ts';
import { type PidSource, WatchedPid } from './watched-pid.ts';

interface ProcessReading {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly residentBytes: number | undefined;
  readonly virtualBytes: number | undefined;
  readonly dataBytes: number | undefined;
  readonly openFds: number | undefined;
  readonly maxFds: number | undefined;
  readonly startTimeSeconds: number | undefined;
}

/**
 * Shows this process in the registry, or with `pid` another one: then gauges are absent while it is not found, counters stay
 * as they were, and a system that does not tell of others shows nothing. Answers with a function that ends it.
 * @throws {InstrumentError} `name_duplicate` when it was called before, `option_invalid` for a `pid` that is none
 */
export function collectProcessMetrics(registry: Registry, pid?: PidSource): () => void {
  const read = pid === undefined ? ownReader() : otherReader(new WatchedPid(pid));
  if (read === undefined) return () => {};
  const instruments = makeInstruments(registry, OWN_PROCESS_METRICS);
  return registry.onCollect(() => {
    const reading = read();
    if (reading !== undefined) {
      instruments.processCpuUser.mirrorTotal(reading.userSeconds);
      instruments.processCpuSystem.mirrorTotal(reading.systemSeconds);
      instruments.processCpu.mirrorTotal(reading.userSeconds + reading.systemSeconds);
    }
    setOrClear(instruments.processResidentMemory, reading?.residentBytes);
    setOrClear(instruments.processVirtualMemory, reading?.virtualBytes);
    setOrClear(instruments.processHeap, reading?.dataBytes);
    setOrClear(instruments.processOpenFds, reading?.openFds);
    setOrClear(instruments.processMaxFds, reading?.maxFds);
    setOrClear(instruments.processStartTime, reading?.startTimeSeconds);
  });
}

function ownReader(): () => ProcessReading {
  // Once: it must not move when somebody sets the clock.
  const startTime = Date.now() / 1000 - process.uptime();
  return () => {
    const { user, system } = process.cpuUsage();
    return {
      userSeconds: user / 1e6,
      systemSeconds: system / 1e6,
      ...sizesOf('self'),
      residentBytes: process.memoryUsage.rss(),
      startTimeSeconds: startTime,
    };
  };
}

function otherReader(watched: WatchedPid): (() => ProcessReading | undefined) | undefined {
  if (!hasProcFiles()) return undefined;
  return () => {
    const found = watched.find();
    if (found === undefined) return undefined;
    return { ...found.times, ...sizesOf(found.pid), startTimeSeconds: found.startTimeSeconds };
  };
}

function sizesOf(pid: ProcessId) {
  const { residentBytes, virtualBytes, dataBytes } = readMemory(pid);
  return {
    residentBytes,
    virtualBytes,
    dataBytes,
    openFds: countDescriptors(pid),
    maxFds: mostDescriptors(pid),
  };
}
