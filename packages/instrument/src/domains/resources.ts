// The machine that the node runs on, for a node that measures it itself: processors, memory, disks, file systems, network
// interfaces, sockets, clock; and signs that the process leaks memory. What cannot be measured is left out.

import type { Gauge } from '../gauge.ts';
import { closedHandles } from './closed-handles.ts';
import type { DomainContext } from './context.ts';
import { DerivedGrowth, ratio, SeriesRise, share, show } from './derive.ts';
import { amountOrNaN, finiteOrNaN, ratioOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { LeakDetector, type LeakIndicator, type MemoryReading } from './leak-detector.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { RESOURCES_METRICS } from './table/resources.ts';

type Table = typeof RESOURCES_METRICS;

export type SocketProtocol = Table['socketsOpen']['labels']['protocol'][number];

export interface CpuReading {
  /** Share of the time of all cores since the last reading that was not idle, 0 to 1. */
  readonly usageRatio?: number | undefined;
  /** The same by core; past 256 cores they are left out. */
  readonly coreUsageRatios?: readonly number[] | undefined;
  /** By sensor. */
  readonly temperaturesCelsius?: Readonly<Record<string, number>> | undefined;
  /** Cores that the node may use, such as 1.5: those of the machine, or the limit of its container when that is lower. */
  readonly availableCores?: number | undefined;
  /** By core; past 256 cores they are left out. */
  readonly frequenciesHertz?: readonly number[] | undefined;
}

export interface MachineMemory {
  /** Without caches that can be given back. */
  readonly usedBytes: number;
  /** Physical memory, or the limit of the container when that is lower. */
  readonly totalBytes: number;
  readonly swapUsedBytes?: number | undefined;
}

export interface LeakSuspicion {
  readonly indicator: LeakIndicator;
  readonly suspected: boolean;
}

/** Totals since the machine was started, as the kernel counts them. */
export interface DiskTotals {
  readonly device: string;
  readonly readOperations?: number | undefined;
  readonly writeOperations?: number | undefined;
  readonly readBytes?: number | undefined;
  readonly writtenBytes?: number | undefined;
}

export interface FilesystemSize {
  readonly mount: string;
  readonly sizeBytes: number;
  /** What an ordinary user can still write. */
  readonly availableBytes: number;
}

/** Totals since the machine was started, as the kernel counts them. */
export interface InterfaceTotals {
  readonly device: string;
  readonly receivedBytes?: number | undefined;
  readonly sentBytes?: number | undefined;
  readonly receivedPackets?: number | undefined;
  readonly sentPackets?: number | undefined;
  /** Dropped or faulty. */
  readonly receivedLostPackets?: number | undefined;
  /** Dropped or faulty. */
  readonly sentLostPackets?: number | undefined;
}

export interface OpenSockets {
  readonly protocol: SocketProtocol;
  readonly count: number;
}

export interface ClockOffset {
  /** Positive when the clock of this machine is ahead of the reference. */
  readonly offsetSeconds: number;
}

export type ResourcesEvents = {
  'resources.disk_read': DiskTotals;
  'resources.interface_read': InterfaceTotals;
  'resources.memory_read': MemoryReading;
};

const MAX_CORES = RESOURCES_METRICS.cpuCoreUsage.labels.core.limit;

export class ResourcesMetrics {
  static {
    guardRecorders(ResourcesMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #sockets: ReturnType<typeof socketHandles>;
  readonly #context: DomainContext<ResourcesEvents>;
  /** Absent in a set that is switched off. */
  readonly #leaks: LeakDetector | undefined;

  constructor(context: DomainContext<ResourcesEvents>) {
    this.#instruments = makeInstruments(context.registry, RESOURCES_METRICS);
    this.#sockets = socketHandles(this.#instruments);
    this.#context = context;
    if (context.registry !== undefined) this.#leaks = new LeakDetector(context.nowMs);
    derivePacketLoss(context, this.#instruments.networkPacketLoss);
  }

  updateCpu(fields: CpuReading): void {
    const { usageRatio, coreUsageRatios, availableCores, temperaturesCelsius, frequenciesHertz } = fields;
    const { cpuUsage, cpuCoreUsage, cpuAvailableCores, cpuTemperature, cpuFrequency } = this.#instruments;
    if (usageRatio !== undefined) cpuUsage.set(ratioOrNaN(usageRatio));
    if (availableCores !== undefined) cpuAvailableCores.set(amountOrNaN(availableCores));
    for (const [core, usage] of coresOf(coreUsageRatios)) cpuCoreUsage.set({ core: String(core) }, ratioOrNaN(usage));
    for (const [core, hertz] of coresOf(frequenciesHertz)) cpuFrequency.set({ core: String(core) }, amountOrNaN(hertz));
    for (const [sensor, celsius] of Object.entries(temperaturesCelsius ?? {}))
      cpuTemperature.set({ sensor }, finiteOrNaN(celsius));
  }

  /** The share in use is computed from the two. */
  updateMemory({ usedBytes, totalBytes, swapUsedBytes }: MachineMemory): void {
    const { memoryUsed, memoryTotal, memoryUsage, swapUsed } = this.#instruments;
    memoryUsed.set(amountOrNaN(usedBytes));
    memoryTotal.set(amountOrNaN(totalBytes));
    show(memoryUsage, ratio(amountOrNaN(usedBytes), amountOrNaN(totalBytes)));
    if (swapUsedBytes !== undefined) swapUsed.set(amountOrNaN(swapUsedBytes));
  }

  /** For a node that has its own means to find leaks. */
  updateLeakIndicator({ indicator, suspected }: LeakSuspicion): void {
    this.#instruments.memoryLeakSuspected.setActive(indicator, suspected === true);
  }

  /**
   * Takes what the process holds now, and shows signs of a leak once an hour's readings are there. Call it several times in
   * five minutes, or let `watchMemory` do so.
   */
  recordMemory(fields: MemoryReading): void {
    this.#leaks?.sample(fields);
    for (const [indicator, suspected] of this.#leaks?.read() ?? []) this.updateLeakIndicator({ indicator, suspected });
    this.#context.events.publish?.('resources.memory_read', fields);
  }

  /**
   * Calls `read` at every collection, as `recordMemory` would be called; answers with a function that ends it. What `read`
   * throws is counted as `internal`.
   * @throws {InstrumentError} `collector_limit` at 1,000 callbacks of the registry
   */
  watchMemory(read: () => MemoryReading): () => void {
    return this.#context.registry?.onCollect(() => this.recordMemory(read())) ?? (() => {});
  }

  recordDisk(fields: DiskTotals): void {
    const { device, readOperations, writeOperations, readBytes, writtenBytes } = fields;
    const { diskReads, diskWrites, diskRead, diskWritten } = this.#instruments;
    if (readOperations !== undefined) diskReads.mirrorTotal({ device }, readOperations);
    if (writeOperations !== undefined) diskWrites.mirrorTotal({ device }, writeOperations);
    if (readBytes !== undefined) diskRead.mirrorTotal({ device }, readBytes);
    if (writtenBytes !== undefined) diskWritten.mirrorTotal({ device }, writtenBytes);
    this.#context.events.publish?.('resources.disk_read', fields);
  }

  /** The share in use is computed from the two. */
  updateFilesystem({ mount, sizeBytes, availableBytes }: FilesystemSize): void {
    const { filesystemSize, filesystemAvailable, filesystemUsage } = this.#instruments;
    filesystemSize.set({ mount }, amountOrNaN(sizeBytes));
    filesystemAvailable.set({ mount }, amountOrNaN(availableBytes));
    const available = ratio(amountOrNaN(availableBytes), amountOrNaN(sizeBytes));
    if (available === undefined) filesystemUsage.remove({ mount });
    else filesystemUsage.set({ mount }, 1 - Math.min(1, available));
  }

  /** The loss of packets is computed from these over the window. */
  recordInterface(fields: InterfaceTotals): void {
    const { device, receivedBytes, sentBytes } = fields;
    const { receivedPackets, sentPackets, receivedLostPackets, sentLostPackets } = fields;
    const { networkReceived, networkSent, networkPackets, networkPacketsLost } = this.#instruments;
    if (receivedBytes !== undefined) networkReceived.mirrorTotal({ device }, receivedBytes);
    if (sentBytes !== undefined) networkSent.mirrorTotal({ device }, sentBytes);
    if (receivedPackets !== undefined) networkPackets.mirrorTotal({ device, direction: 'received' }, receivedPackets);
    if (sentPackets !== undefined) networkPackets.mirrorTotal({ device, direction: 'sent' }, sentPackets);
    if (receivedLostPackets !== undefined) {
      networkPacketsLost.mirrorTotal({ device, direction: 'received' }, receivedLostPackets);
    }
    if (sentLostPackets !== undefined) networkPacketsLost.mirrorTotal({ device, direction: 'sent' }, sentLostPackets);
    this.#context.events.publish?.('resources.interface_read', fields);
  }

  updateSockets({ protocol, count }: OpenSockets): void {
    this.#sockets.of(protocol).set(amountOrNaN(count));
  }

  updateClockOffset({ offsetSeconds }: ClockOffset): void {
    this.#instruments.clockOffset.set(finiteOrNaN(offsetSeconds));
  }
}

function coresOf(values: readonly number[] | undefined): Iterable<[number, number]> {
  return Array.isArray(values) ? values.slice(0, MAX_CORES).entries() : [];
}

function derivePacketLoss(context: DomainContext<ResourcesEvents>, loss: Gauge): void {
  const passed = new SeriesRise(RESOURCES_METRICS.networkPackets.name);
  const lost = new SeriesRise(RESOURCES_METRICS.networkPacketsLost.name);
  const growth = new DerivedGrowth(context, {
    passed: (reader) => passed.read(reader),
    lost: (reader) => lost.read(reader),
  });
  context.registry?.onDerive((reader) => {
    const { passed: passedCount, lost: lostCount } = growth.read(reader)?.deltas ?? {};
    const all = passedCount === undefined || lostCount === undefined ? undefined : passedCount + lostCount;
    show(loss, share(ratio(lostCount, all)));
  });
}

function socketHandles(instruments: InstrumentsOf<Table>) {
  return closedHandles(instruments.socketsOpen, RESOURCES_METRICS.socketsOpen.labels, 'protocol');
}
