// The instruments of this machine, rows of the table of a node's metrics. A disk, interface, mount or core that is no longer
// found ends its series.

import { METRIC_TABLE, makeInstruments, Registry } from '@chainpulse/instrument';
import { usageRatio } from './cpu.ts';
import {
  type CpuTimes,
  type DiskReading,
  type FilesystemReading,
  type InterfaceReading,
  type MachineReading,
  type MemoryReading,
  SOCKET_PROTOCOLS,
} from './machine-reading.ts';
import { PacketLoss } from './packet-loss.ts';
import { PresentSeries } from './present-series.ts';

const { resources } = METRIC_TABLE;

const CPU_METRICS = {
  all: resources.cpuUsage,
  available: resources.cpuAvailableCores,
  core: resources.cpuCoreUsage,
  frequency: resources.cpuFrequency,
  temperature: resources.cpuTemperature,
};

const MEMORY_METRICS = {
  used: resources.memoryUsed,
  total: resources.memoryTotal,
  usage: resources.memoryUsage,
  swapUsed: resources.swapUsed,
};

const DISK_METRICS = {
  reads: resources.diskReads,
  writes: resources.diskWrites,
  readBytes: resources.diskRead,
  writtenBytes: resources.diskWritten,
};

const FILESYSTEM_METRICS = {
  size: resources.filesystemSize,
  available: resources.filesystemAvailable,
  usage: resources.filesystemUsage,
};

const NETWORK_METRICS = {
  receivedBytes: resources.networkReceived,
  sentBytes: resources.networkSent,
  packets: resources.networkPackets,
  lost: resources.networkPacketsLost,
  lossRatio: resources.networkPacketLoss,
  sockets: resources.socketsOpen,
};

export class MachineMetrics {
  readonly registry = new Registry();
  readonly #cpu = makeInstruments(this.registry, CPU_METRICS);
  readonly #memory = makeInstruments(this.registry, MEMORY_METRICS);
  readonly #disks = makeInstruments(this.registry, DISK_METRICS);
  readonly #filesystems = makeInstruments(this.registry, FILESYSTEM_METRICS);
  readonly #network = makeInstruments(this.registry, NETWORK_METRICS);
  readonly #loss = new PacketLoss();
  readonly #present = {
    cores: new PresentSeries((core) => this.#cpu.core.remove({ core })),
    frequencies: new PresentSeries((core) => this.#cpu.frequency.remove({ core })),
    sensors: new PresentSeries((sensor) => this.#cpu.temperature.remove({ sensor })),
    disks: new PresentSeries((device) => {
      for (const counter of Object.values(this.#disks)) counter.remove({ device });
    }),
    mounts: new PresentSeries((mount) => {
      for (const gauge of Object.values(this.#filesystems)) gauge.remove({ mount });
    }),
    interfaces: new PresentSeries((device) => this.#removeInterface(device)),
  };
  #lastCpu: CpuTimes | undefined;

  apply(reading: MachineReading, timeMs: number): void {
    this.#applyCpu(reading.cpu);
    if (reading.availableCores === undefined) this.#cpu.available.clear();
    else this.#cpu.available.set(reading.availableCores);
    this.#applyMemory(reading.memory);
    this.#present.frequencies.keep(reading.frequencies.map(({ core }) => core));
    for (const { core, hertz } of reading.frequencies) this.#cpu.frequency.set({ core }, hertz);
    this.#present.sensors.keep(reading.temperatures.map(({ sensor }) => sensor));
    for (const { sensor, celsius } of reading.temperatures) this.#cpu.temperature.set({ sensor }, celsius);
    this.#present.disks.keep(reading.disks.map(({ device }) => device));
    for (const disk of reading.disks) this.#applyDisk(disk);
    this.#present.mounts.keep(reading.filesystems.map(({ mount }) => mount));
    for (const filesystem of reading.filesystems) this.#applyFilesystem(filesystem);
    this.#present.interfaces.keep(reading.interfaces.map(({ device }) => device));
    for (const networkInterface of reading.interfaces) this.#applyInterface(networkInterface);
    const lossRatio = this.#loss.update(timeMs, reading.interfaces);
    if (lossRatio === undefined) this.#network.lossRatio.clear();
    else this.#network.lossRatio.set(lossRatio);
    for (const protocol of SOCKET_PROTOCOLS) {
      const count = reading.sockets[protocol];
      if (count === undefined) this.#network.sockets.remove({ protocol });
      else this.#network.sockets.set({ protocol }, count);
    }
  }

  /** A share needs two readings: the first one shows nothing. */
  #applyCpu(cpu: CpuTimes | undefined): void {
    const before = this.#lastCpu;
    this.#lastCpu = cpu;
    const ratio = cpu === undefined ? undefined : usageRatio(before?.all, cpu.all);
    if (ratio === undefined) this.#cpu.all.clear();
    else this.#cpu.all.set(ratio);
    const shown: string[] = [];
    for (const [core, time] of cpu?.cores ?? []) {
      const coreRatio = usageRatio(before?.cores.get(core), time);
      if (coreRatio === undefined) continue;
      this.#cpu.core.set({ core }, coreRatio);
      shown.push(core);
    }
    this.#present.cores.keep(shown);
  }

  #applyMemory(memory: MemoryReading | undefined): void {
    const { used, total, usage, swapUsed } = this.#memory;
    if (memory === undefined) for (const gauge of [used, total, usage]) gauge.clear();
    else {
      used.set(memory.usedBytes);
      total.set(memory.totalBytes);
      usage.set(memory.usedBytes / memory.totalBytes);
    }
    if (memory?.swapUsedBytes === undefined) swapUsed.clear();
    else swapUsed.set(memory.swapUsedBytes);
  }

  #applyDisk({ device, reads, writes, readBytes, writtenBytes }: DiskReading): void {
    this.#disks.reads.mirrorTotal({ device }, reads);
    this.#disks.writes.mirrorTotal({ device }, writes);
    this.#disks.readBytes.mirrorTotal({ device }, readBytes);
    this.#disks.writtenBytes.mirrorTotal({ device }, writtenBytes);
  }

  #applyFilesystem({ mount, sizeBytes, availableBytes }: FilesystemReading): void {
    this.#filesystems.size.set({ mount }, sizeBytes);
    this.#filesystems.available.set({ mount }, availableBytes);
    this.#filesystems.usage.set({ mount }, 1 - availableBytes / sizeBytes);
  }

  #applyInterface(reading: InterfaceReading): void {
    const { device } = reading;
    this.#network.receivedBytes.mirrorTotal({ device }, reading.receivedBytes);
    this.#network.sentBytes.mirrorTotal({ device }, reading.sentBytes);
    this.#network.packets.mirrorTotal({ device, direction: 'received' }, reading.receivedPackets);
    this.#network.packets.mirrorTotal({ device, direction: 'sent' }, reading.sentPackets);
    this.#network.lost.mirrorTotal({ device, direction: 'received' }, reading.receivedLostPackets);
    this.#network.lost.mirrorTotal({ device, direction: 'sent' }, reading.sentLostPackets);
  }

  #removeInterface(device: string): void {
    this.#network.receivedBytes.remove({ device });
    this.#network.sentBytes.remove({ device });
    for (const direction of ['sent', 'received'] as const) {
      this.#network.packets.remove({ device, direction });
      this.#network.lost.remove({ device, direction });
    }
  }
}
