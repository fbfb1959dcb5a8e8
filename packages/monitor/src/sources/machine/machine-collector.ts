// This machine as a source: processors, memory, disks, file systems, network. /proc is read directly, some 10 files a
// collection; where there is none (macOS, Windows), what Node itself knows is shown and the rest is absent.
// The metrics, their units and sources: docs/reference/machine.md.

import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parse } from 'node:path';
import { type Clock, SteadyClock } from '../../model/clock.ts';
import type { Collector } from '../interface.ts';
import { createRegistryCollector } from '../registry-collector.ts';
import { parseProcStat, readCpuTimesOfNode } from './cpu.ts';
import { parseDiskstats } from './disks.ts';
import { FilesystemReader, parseMountinfo } from './filesystems.ts';
import { MachineMetrics } from './machine-metrics.ts';
import type { MachineReading } from './machine-reading.ts';
import { readMemory, readMemoryOfNode } from './memory.ts';
import { parseNetDev, parseSockets } from './network.ts';
import { readProcFile } from './proc-file.ts';
import { SensorReader } from './sensors.ts';

/** Names of devices; beyond it all are looked up again. */
const MAX_REMEMBERED_DEVICES = 1024;

export interface MachineCollectorOptions {
  readonly clock?: Clock;
}

export function createMachineCollector({ clock = new SteadyClock() }: MachineCollectorOptions = {}): Collector {
  const metrics = new MachineMetrics();
  const reader = readProcFile('/proc/stat') === undefined ? new NodeReader() : new ProcReader(clock);
  return createRegistryCollector({
    registry: metrics.registry,
    type: 'machine',
    refresh: async () => metrics.apply(await reader.read(), clock.nowMs()),
  });
}

class ProcReader {
  readonly #filesystems = new FilesystemReader();
  readonly #sensors: SensorReader;
  readonly #wholeDevices = new Map<string, boolean>();

  constructor(clock: Clock) {
    this.#sensors = new SensorReader(clock);
  }

  async read(): Promise<MachineReading> {
    const [filesystems, sensors] = await Promise.all([
      this.#filesystems.read(parseMountinfo(readProcFile('/proc/self/mountinfo') ?? '')),
      this.#sensors.read(),
    ]);
    return {
      availableCores: availableParallelism(),
      cpu: parseProcStat(readProcFile('/proc/stat') ?? ''),
      memory: readMemory(),
      disks: parseDiskstats(readProcFile('/proc/diskstats') ?? '', (name) => this.#isWholeDevice(name)),
      filesystems,
      interfaces: parseNetDev(readProcFile('/proc/net/dev') ?? ''),
      sockets: parseSockets({
        sockstat: readProcFile('/proc/net/sockstat'),
        sockstat6: readProcFile('/proc/net/sockstat6'),
        protocols: readProcFile('/proc/net/protocols'),
      }),
      ...sensors,
    };
  }

  /** Whole devices have a folder of their own there, partitions one within their device's. */
  #isWholeDevice(name: string): boolean {
    let isWhole = this.#wholeDevices.get(name);
    if (isWhole === undefined) {
      if (this.#wholeDevices.size >= MAX_REMEMBERED_DEVICES) this.#wholeDevices.clear();
      isWhole = existsSync(`/sys/block/${name.replaceAll('/', '!')}`);
      this.#wholeDevices.set(name, isWhole);
    }
    return isWhole;
  }
}

class NodeReader {
  readonly #filesystems = new FilesystemReader();

  async read(): Promise<MachineReading> {
    return {
      availableCores: availableParallelism(),
      cpu: readCpuTimesOfNode(),
      memory: readMemoryOfNode(),
      disks: [],
      filesystems: await this.#filesystems.read([parse(process.cwd()).root]),
      interfaces: [],
      sockets: {},
      frequencies: [],
      temperatures: [],
    };
  }
}
