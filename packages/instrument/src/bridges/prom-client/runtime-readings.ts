// What the default metrics read of a Node process, as one interface, and its implementation on Node's own modules. Each
// reading is taken when metrics are collected; only the event loop and the garbage collector are watched in between.

import { nodeModule } from './node-modules.ts';

/** Seconds each, of the delays of the event loop since the last reset. */
interface EventLoopDelays {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** What a platform does not tell is undefined. */
export interface RuntimeReadings {
  /** Such as `v24.1.0`. */
  readonly version: string;
  /** Unix time in seconds. */
  readonly startTimeSeconds: number;
  /** Since the process began. */
  cpuSeconds(): { readonly user: number; readonly system: number };
  memoryBytes(): { readonly resident: number; readonly virtual?: number; readonly data?: number } | undefined;
  heapBytes(): { readonly total: number; readonly used: number; readonly external: number };
  heapSpaces(): readonly {
    readonly name: string;
    readonly total: number;
    readonly used: number;
    readonly available: number;
  }[];
  openFileDescriptors(): number | undefined;
  maxFileDescriptors(): number | undefined;
  /** Type names, one for each that is active. */
  activeResources(): readonly string[];
  activeHandles(): readonly string[] | undefined;
  activeRequests(): readonly string[] | undefined;
  /** Reads the delays since the last call and begins anew. */
  watchEventLoop(precisionMs: number): () => EventLoopDelays;
  /** Calls back, after the work that is queued now, with the seconds that took. */
  measureLag(callback: (seconds: number) => void): void;
  watchGarbageCollection(callback: (kind: string, seconds: number) => void): void;
}

interface ProcessModule {
  readonly version: string;
  readonly platform: string;
  uptime(): number;
  cpuUsage(): { user: number; system: number };
  memoryUsage(): { rss: number; heapTotal: number; heapUsed: number; external: number };
  getActiveResourcesInfo(): string[];
  _getActiveHandles?(): object[];
  _getActiveRequests?(): object[];
}

interface FileSystemModule {
  readFileSync(path: string, encoding: string): string;
  readdirSync(path: string): string[];
}

interface V8Module {
  getHeapSpaceStatistics(): {
    space_name: string;
    space_size: number;
    space_used_size: number;
    space_available_size: number;
  }[];
}

interface DelayHistogram {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  percentile(percent: number): number;
  enable(): void;
  reset(): void;
}

interface GcEntry {
  readonly duration: number;
  readonly detail?: { readonly kind?: number };
}

interface PerformanceModule {
  readonly constants: Readonly<Record<string, number>>;
  readonly monitorEventLoopDelay: (options: { resolution: number }) => DelayHistogram;
  PerformanceObserver: new (
    callback: (list: { getEntries(): GcEntry[] }) => void,
  ) => { observe(options: { entryTypes: string[] }): void };
}

declare const setImmediate: (callback: () => void) => unknown;
declare const performance: { now(): number };

const GC_KINDS = ['major', 'minor', 'incremental', 'weakcb'];
const NANOSECONDS = 1e9;
const KIBIBYTE = 1024;

/** @throws {Error} where the runtime is not Node */
export function nodeReadings(): RuntimeReadings {
  const process = nodeModule<ProcessModule>('process', 'collectDefaultMetrics');
  const files = nodeModule<FileSystemModule>('fs', 'collectDefaultMetrics');
  const v8 = nodeModule<V8Module>('v8', 'collectDefaultMetrics');
  const performanceHooks = nodeModule<PerformanceModule>('perf_hooks', 'collectDefaultMetrics');
  const isLinux = process.platform === 'linux';
  return {
    version: process.version,
    startTimeSeconds: Math.round(Date.now() / 1000 - process.uptime()),
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return { user: user / 1e6, system: system / 1e6 };
    },
    memoryBytes: () => (isLinux ? statusOf(files) : { resident: process.memoryUsage().rss }),
    heapBytes: () => {
      const { heapTotal, heapUsed, external } = process.memoryUsage();
      return { total: heapTotal, used: heapUsed, external };
    },
    heapSpaces: () =>
      v8.getHeapSpaceStatistics().map((space) => ({
        name: space.space_name.slice(0, space.space_name.indexOf('_space')),
        total: space.space_size,
        used: space.space_used_size,
        available: space.space_available_size,
      })),
    // Less the one that reads the folder.
    openFileDescriptors: () => (isLinux ? attempt(() => files.readdirSync('/proc/self/fd').length - 1) : undefined),
    maxFileDescriptors: () => attempt(() => maxFilesOf(files.readFileSync('/proc/self/limits', 'utf8'))),
    activeResources: () => process.getActiveResourcesInfo(),
    activeHandles: () => process._getActiveHandles?.().map(typeNameOf),
    activeRequests: () => process._getActiveRequests?.().map(typeNameOf),
    watchEventLoop: (precisionMs) => watchEventLoop(performanceHooks, precisionMs),
    measureLag: (callback) => {
      const startMs = performance.now();
      setImmediate(() => callback((performance.now() - startMs) / 1000));
    },
    watchGarbageCollection: (callback) => watchGarbageCollection(performanceHooks, callback),
  };
}

function statusOf(files: FileSystemModule): { resident: number; virtual: number; data: number } | undefined {
  const status = attempt(() => files.readFileSync('/proc/self/status', 'utf8'));
  if (status === undefined) return undefined;
  const bytesOf = (field: string): number =>
    Number(new RegExp(`^${field}:\\s*(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * KIBIBYTE;
  return { resident: bytesOf('VmRSS'), virtual: bytesOf('VmSize'), data: bytesOf('VmData') };
}

function maxFilesOf(limits: string): number | undefined {
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
  return soft === undefined ? undefined : Number(soft);
}

function watchEventLoop({ monitorEventLoopDelay }: PerformanceModule, precisionMs: number): () => EventLoopDelays {
  const histogram = monitorEventLoopDelay({ resolution: precisionMs });
  histogram.enable();
  return () => {
    const delays = {
      min: histogram.min / NANOSECONDS,
      max: histogram.max / NANOSECONDS,
      mean: histogram.mean / NANOSECONDS,
      stddev: histogram.stddev / NANOSECONDS,
      p50: histogram.percentile(50) / NANOSECONDS,
      p90: histogram.percentile(90) / NANOSECONDS,
      p99: histogram.percentile(99) / NANOSECONDS,
    };
    histogram.reset();
    return delays;
  };
}

function watchGarbageCollection(
  { PerformanceObserver, constants }: PerformanceModule,
  callback: (kind: string, seconds: number) => void,
): void {
  const kinds = new Map(GC_KINDS.map((kind) => [constants[`NODE_PERFORMANCE_GC_${kind.toUpperCase()}`], kind]));
  const observer = new PerformanceObserver((list) => {
    for (const { detail, duration } of list.getEntries()) {
      const kind = kinds.get(detail?.kind);
      if (kind !== undefined) callback(kind, duration / 1000);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
}

function typeNameOf(value: object): string {
  return value?.constructor?.name ?? 'Object';
}

/** What a platform refuses is not measured. */
function attempt<R>(read: () => R): R | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
