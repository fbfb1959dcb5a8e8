// The instruments of this machine. A disk, interface, mount or core that is no longer found ends its series.

import { bounded, Registry } from '@chainpulse/instrument';
import { MAX_CORES, usageRatio } from './cpu.ts';
import { MAX_DISKS } from './disks.ts';
import { MAX_FILESYSTEMS } from './filesystems.ts';
import {
  type CpuTimes,
  type DiskReading,
  type FilesystemReading,
  type InterfaceReading,
  type MachineReading,
  type MemoryReading,
  SOCKET_PROTOCOLS,
} from './machine-reading.ts';
import { MAX_INTERFACES } from './network.ts';
import { PacketLoss } from './packet-loss.ts';
import { PresentSeries } from './present-series.ts';
import { MAX_SENSORS } from './sensors.ts';

export class MachineMetrics {
  readonly registry = new Registry();
  readonly #cpu = cpuGauges(this.registry);
  readonly #memory = memoryGauges(this.registry);
  readonly #disks = diskCounters(this.registry);
  readonly #filesystems = filesystemGauges(this.registry);
  readonly #network = networkInstruments(this.registry);
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

function cpuGauges(registry: Registry) {
  return {
    all: registry.gauge({
      name: 'chain_machine_cpu_usage_ratio',
      help: 'Share of the CPU time of all cores that was not idle.',
      unit: 'ratio',
    }),
    core: registry.gauge({
      name: 'chain_machine_cpu_core_usage_ratio',
      help: 'Share of the CPU time of one core that was not idle.',
      unit: 'ratio',
      labels: { core: bounded(MAX_CORES) },
    }),
    frequency: registry.gauge({
      name: 'chain_machine_cpu_frequency_hertz',
      help: 'Current clock frequency of a core.',
      unit: 'hertz',
      labels: { core: bounded(MAX_CORES) },
    }),
    temperature: registry.gauge({
      name: 'chain_machine_cpu_temperature_celsius',
      help: 'Temperature of the CPU; absent where no sensor can be read.',
      unit: 'celsius',
      labels: { sensor: bounded(MAX_SENSORS) },
    }),
  };
}

function memoryGauges(registry: Registry) {
  return {
    used: registry.gauge({
      name: 'chain_machine_memory_used_bytes',
      help: 'Physical memory in use, caches that can be given back excluded.',
      unit: 'bytes',
    }),
    total: registry.gauge({
      name: 'chain_machine_memory_total_bytes',
      help: 'Physical memory, or the limit of the container when that is lower.',
      unit: 'bytes',
    }),
    usage: registry.gauge({
      name: 'chain_machine_memory_usage_ratio',
      help: 'Share of the physical memory in use.',
      unit: 'ratio',
    }),
    swapUsed: registry.gauge({ name: 'chain_machine_swap_used_bytes', help: 'Swap space in use.', unit: 'bytes' }),
  };
}

function diskCounters(registry: Registry) {
  const labels = { device: bounded(MAX_DISKS) };
  return {
    reads: registry.counter({
      name: 'chain_machine_disk_reads_total',
      help: 'Read operations completed by a disk.',
      unit: 'operations',
      labels,
    }),
    writes: registry.counter({
      name: 'chain_machine_disk_writes_total',
      help: 'Write operations completed by a disk.',
      unit: 'operations',
      labels,
    }),
    readBytes: registry.counter({
      name: 'chain_machine_disk_read_bytes_total',
      help: 'Bytes read from a disk.',
      unit: 'bytes',
      labels,
    }),
    writtenBytes: registry.counter({
      name: 'chain_machine_disk_written_bytes_total',
      help: 'Bytes written to a disk.',
      unit: 'bytes',
      labels,
    }),
  };
}

function filesystemGauges(registry: Registry) {
  const labels = { mount: bounded(MAX_FILESYSTEMS) };
  return {
    size: registry.gauge({
      name: 'chain_machine_filesystem_size_bytes',
      help: 'Size of a file system.',
      unit: 'bytes',
      labels,
    }),
    available: registry.gauge({
      name: 'chain_machine_filesystem_available_bytes',
      help: 'Bytes of a file system that an ordinary user can still write.',
      unit: 'bytes',
      labels,
    }),
    usage: registry.gauge({
      name: 'chain_machine_filesystem_usage_ratio',
      help: 'Share of a file system that is used.',
      unit: 'ratio',
      labels,
    }),
  };
}

function networkInstruments(registry: Registry) {
  const device = bounded(MAX_INTERFACES);
  const direction = ['sent', 'received'] as const;
  return {
    receivedBytes: registry.counter({
      name: 'chain_machine_network_received_bytes_total',
      help: 'Bytes received by a network interface.',
      unit: 'bytes',
      labels: { device },
    }),
    sentBytes: registry.counter({
      name: 'chain_machine_network_sent_bytes_total',
      help: 'Bytes sent by a network interface.',
      unit: 'bytes',
      labels: { device },
    }),
    packets: registry.counter({
      name: 'chain_machine_network_packets_total',
      help: 'Packets that passed a network interface.',
      unit: 'packets',
      labels: { device, direction },
    }),
    lost: registry.counter({
      name: 'chain_machine_network_packets_lost_total',
      help: 'Packets that a network interface dropped or found faulty.',
      unit: 'packets',
      labels: { device, direction },
    }),
    lossRatio: registry.gauge({
      name: 'chain_machine_network_packet_loss_ratio',
      help: 'Share of the packets that the interfaces dropped or found faulty.',
      unit: 'ratio',
    }),
    sockets: registry.gauge({
      name: 'chain_machine_sockets_open',
      help: 'Sockets open on this machine.',
      unit: 'sockets',
      labels: { protocol: SOCKET_PROTOCOLS },
    }),
  };
}
