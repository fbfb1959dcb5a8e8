// What one look at the machine found. Whatever could not be read is `undefined` or missing from its list, never 0.

export interface MachineReading {
  readonly cpu: CpuTimes | undefined;
  /** Cores that programs may use, a limit of their container included. */
  readonly availableCores: number | undefined;
  readonly memory: MemoryReading | undefined;
  readonly disks: readonly DiskReading[];
  readonly filesystems: readonly FilesystemReading[];
  readonly interfaces: readonly InterfaceReading[];
  readonly sockets: Readonly<Partial<Record<SocketProtocol, number>>>;
  readonly frequencies: readonly CoreFrequency[];
  readonly temperatures: readonly SensorTemperature[];
}

/** Since the machine started, in any unit that is the same for both numbers. */
export interface CpuTime {
  readonly idle: number;
  readonly total: number;
}

export interface CpuTimes {
  readonly all: CpuTime;
  readonly cores: ReadonlyMap<string, CpuTime>;
}

export interface MemoryReading {
  readonly usedBytes: number;
  readonly totalBytes: number;
  readonly swapUsedBytes: number | undefined;
}

export interface DiskReading {
  readonly device: string;
  readonly reads: number;
  readonly writes: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

export interface FilesystemReading {
  readonly mount: string;
  readonly sizeBytes: number;
  readonly availableBytes: number;
}

export interface InterfaceReading {
  readonly device: string;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly receivedPackets: number;
  readonly sentPackets: number;
  readonly receivedLostPackets: number;
  readonly sentLostPackets: number;
}

export const SOCKET_PROTOCOLS = ['tcp', 'udp', 'unix'] as const;
export type SocketProtocol = (typeof SOCKET_PROTOCOLS)[number];

export interface CoreFrequency {
  readonly core: string;
  readonly hertz: number;
}

export interface SensorTemperature {
  readonly sensor: string;
  readonly celsius: number;
}
