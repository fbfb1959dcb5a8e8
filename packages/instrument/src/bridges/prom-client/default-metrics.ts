// The metrics of the process itself, under prom-client's names, help and groups, so that dashboards made for it go on.

import { Counter } from './counter.ts';
import { Gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import { nodeReadings, type RuntimeReadings } from './runtime-readings.ts';
import type { Aggregator, LabelValues, MetricRegistry, RegistryContentType } from './types.ts';

const GC_BUCKETS = [0.001, 0.01, 0.1, 1, 2, 5];
const DEFAULT_PRECISION_MS = 10;

export interface DefaultMetricsCollectorConfiguration<T extends RegistryContentType = RegistryContentType> {
  /** Default: the global `register`. */
  register?: (MetricRegistry & { readonly contentType: T }) | undefined;
  /** Before every name. */
  prefix?: string | undefined;
  /** Seconds. */
  gcDurationBuckets?: number[] | undefined;
  /** Milliseconds; default 10. */
  eventLoopMonitoringPrecision?: number | undefined;
  /** On every metric. */
  labels?: object | undefined;
  /** Where the values come from; default: this Node process. Not in prom-client. */
  readings?: RuntimeReadings | undefined;
}

/** What each group is made with. */
interface Group {
  readonly readings: RuntimeReadings;
  readonly labels: LabelValues<string>;
  readonly config: DefaultMetricsCollectorConfiguration;
  readonly gauge: (options: GaugeOptions) => Gauge<string>;
}

interface GaugeOptions {
  readonly name: string;
  readonly help: string;
  /** Before those of the configuration. */
  readonly labelNames?: readonly string[];
  readonly aggregator?: Aggregator;
  readonly collect?: (this: Gauge<string>) => void;
}

const GROUPS: Readonly<Record<string, (group: Group) => void>> = {
  processCpuTotal,
  processStartTime,
  osMemoryHeap,
  processOpenFileDescriptors,
  processMaxFileDescriptors,
  eventLoopLag,
  processResources,
  processHandles,
  processRequests,
  heapSizeAndUsed,
  heapSpacesSizeAndUsed,
  version,
  gc,
};

/** Registers all groups. @throws {TypeError} for a configuration that is none */
function collect<T extends RegistryContentType>(config?: DefaultMetricsCollectorConfiguration<T> | null): void {
  if (config !== null && config !== undefined && typeof config !== 'object') {
    throw new TypeError('config must be null, undefined, or an object');
  }
  const group = groupOf(config ?? {});
  for (const make of Object.values(GROUPS)) make(group);
}

/** Registers the metrics of the process; `metricsList` names their groups. */
export const collectDefaultMetrics: typeof collect & { metricsList: string[] } = Object.assign(collect, {
  metricsList: Object.keys(GROUPS),
});

function groupOf(config: DefaultMetricsCollectorConfiguration): Group {
  const labels = { ...config.labels } as LabelValues<string>;
  return {
    config,
    labels,
    readings: config.readings ?? nodeReadings(),
    gauge: ({ name, help, labelNames = [], aggregator, collect: read }) =>
      new Gauge({
        ...placeOf(config, name),
        help,
        labelNames: [...labelNames, ...Object.keys(labels)],
        aggregator,
        collect: read as never,
      }),
  };
}

function placeOf(
  config: DefaultMetricsCollectorConfiguration,
  name: string,
): { name: string; registers?: MetricRegistry[] } {
  const prefixed = `${config.prefix ?? ''}${name}`;
  return config.register ? { name: prefixed, registers: [config.register] } : { name: prefixed };
}

function processCpuTotal({ readings, labels, config }: Group): void {
  let last = readings.cpuSeconds();
  const counter = (name: string, help: string): Counter<string> =>
    new Counter({ ...placeOf(config, name), help, labelNames: Object.keys(labels) });
  const user = counter('process_cpu_user_seconds_total', 'Total user CPU time spent in seconds.');
  const system = counter('process_cpu_system_seconds_total', 'Total system CPU time spent in seconds.');
  const both = counter('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.');
  user.collect = () => {
    const now = readings.cpuSeconds();
    const userSeconds = Math.max(0, now.user - last.user);
    const systemSeconds = Math.max(0, now.system - last.system);
    last = now;
    user.inc(labels, userSeconds);
    system.inc(labels, systemSeconds);
    both.inc(labels, userSeconds + systemSeconds);
  };
}

function processStartTime({ readings, labels, gauge }: Group): void {
  gauge({
    name: 'process_start_time_seconds',
    help: 'Start time of the process since unix epoch in seconds.',
    aggregator: 'omit',
    collect() {
      this.set(labels, readings.startTimeSeconds);
    },
  });
}

function osMemoryHeap({ readings, labels, gauge }: Group): void {
  const hasAll = readings.memoryBytes()?.virtual !== undefined;
  const resident = gauge({ name: 'process_resident_memory_bytes', help: 'Resident memory size in bytes.' });
  const virtual = hasAll
    ? gauge({ name: 'process_virtual_memory_bytes', help: 'Virtual memory size in bytes.' })
    : undefined;
  const heap = hasAll ? gauge({ name: 'process_heap_bytes', help: 'Process heap size in bytes.' }) : undefined;
  resident.collect = () => {
    const bytes = readings.memoryBytes();
    if (bytes === undefined) return;
    resident.set(labels, bytes.resident);
    if (bytes.virtual !== undefined) virtual?.set(labels, bytes.virtual);
    if (bytes.data !== undefined) heap?.set(labels, bytes.data);
  };
}

function processOpenFileDescriptors({ readings, labels, gauge }: Group): void {
  if (readings.openFileDescriptors() === undefined) return;
  gauge({
    name: 'process_open_fds',
    help: 'Number of open file descriptors.',
    collect() {
      const count = readings.openFileDescriptors();
      if (count !== undefined) this.set(labels, count);
    },
  });
}

function processMaxFileDescriptors({ readings, labels, gauge }: Group): void {
  const max = readings.maxFileDescriptors();
  if (max === undefined) return;
  gauge({
    name: 'process_max_fds',
    help: 'Maximum number of open file descriptors.',
    collect() {
      this.set(labels, max);
    },
  });
}

function eventLoopLag({ readings, labels, gauge, config }: Group): void {
  const read = readings.watchEventLoop(config.eventLoopMonitoringPrecision ?? DEFAULT_PRECISION_MS);
  const delay = (part: string, help: string, aggregator: Aggregator): Gauge<string> =>
    gauge({ name: `nodejs_eventloop_lag_${part}seconds`, help, aggregator });
  const lag = delay('', 'Lag of event loop in seconds.', 'average');
  const gauges = {
    min: delay('min_', 'The minimum recorded event loop delay.', 'min'),
    max: delay('max_', 'The maximum recorded event loop delay.', 'max'),
    mean: delay('mean_', 'The mean of the recorded event loop delays.', 'average'),
    stddev: delay('stddev_', 'The standard deviation of the recorded event loop delays.', 'average'),
    p50: delay('p50_', 'The 50th percentile of the recorded event loop delays.', 'average'),
    p90: delay('p90_', 'The 90th percentile of the recorded event loop delays.', 'average'),
    p99: delay('p99_', 'The 99th percentile of the recorded event loop delays.', 'average'),
  };
  lag.collect = () => {
    readings.measureLag((seconds) => lag.set(labels, seconds));
    const delays = read();
    for (const [part, partGauge] of Object.entries(gauges)) partGauge.set(labels, delays[part as keyof typeof delays]);
  };
}

/** A gauge of how many there are of each type, and one of all. */
function typeCounts(
  { labels, gauge }: Group,
  name: string,
  [helpByType, helpTotal]: readonly [string, string],
  read: () => readonly string[] | undefined,
): void {
  if (read() === undefined) return;
  gauge({
    name,
    help: helpByType,
    labelNames: ['type'],
    collect() {
      this.reset();
      for (const type of read() ?? []) this.inc({ type, ...labels });
    },
  });
  gauge({
    name: `${name}_total`,
    help: helpTotal,
    collect() {
      this.set(labels, read()?.length ?? 0);
    },
  });
}

function processResources(group: Group): void {
  const help = [
    'Number of active resources that are currently keeping the event loop alive, grouped by async resource type.',
    'Total number of active resources.',
  ] as const;
  typeCounts(group, 'nodejs_active_resources', help, () => group.readings.activeResources());
}

function processHandles(group: Group): void {
  const help = [
    'Number of active libuv handles grouped by handle type. Every handle type is C++ class name.',
    'Total number of active handles.',
  ] as const;
  typeCounts(group, 'nodejs_active_handles', help, () => group.readings.activeHandles());
}

function processRequests(group: Group): void {
  const help = [
    'Number of active libuv requests grouped by request type. Every request type is C++ class name.',
    'Total number of active requests.',
  ] as const;
  typeCounts(group, 'nodejs_active_requests', help, () => group.readings.activeRequests());
}

function heapSizeAndUsed({ readings, labels, gauge }: Group): void {
  const total = gauge({ name: 'nodejs_heap_size_total_bytes', help: 'Process heap size from Node.js in bytes.' });
  const used = gauge({ name: 'nodejs_heap_size_used_bytes', help: 'Process heap size used from Node.js in bytes.' });
  const external = gauge({ name: 'nodejs_external_memory_bytes', help: 'Node.js external memory size in bytes.' });
  total.collect = () => {
    const bytes = readings.heapBytes();
    total.set(labels, bytes.total);
    used.set(labels, bytes.used);
    external.set(labels, bytes.external);
  };
}

function heapSpacesSizeAndUsed({ readings, labels, gauge }: Group): void {
  const sized = (part: string): Gauge<string> =>
    gauge({
      name: `nodejs_heap_space_size_${part}_bytes`,
      help: `Process heap space size ${part} from Node.js in bytes.`,
      labelNames: ['space'],
    });
  const total = sized('total');
  const used = sized('used');
  const available = sized('available');
  total.collect = () => {
    for (const space of readings.heapSpaces()) {
      const spaceLabels = { space: space.name, ...labels };
      total.set(spaceLabels, space.total);
      used.set(spaceLabels, space.used);
      available.set(spaceLabels, space.available);
    }
  };
}

function version({ readings, labels, gauge }: Group): void {
  const [major = 0, minor = 0, patch = 0] = readings.version.slice(1).split('.').map(Number);
  gauge({
    name: 'nodejs_version_info',
    help: 'Node.js version info.',
    labelNames: ['version', 'major', 'minor', 'patch'],
    aggregator: 'first',
    collect() {
      this.set({ version: readings.version, major, minor, patch, ...labels }, 1);
    },
  });
}

function gc({ readings, labels, config }: Group): void {
  const histogram = new Histogram<string>({
    ...placeOf(config, 'nodejs_gc_duration_seconds'),
    help: 'Garbage collection duration by kind, one of major, minor, incremental or weakcb.',
    labelNames: ['kind', ...Object.keys(labels)],
    buckets: config.gcDurationBuckets ?? GC_BUCKETS,
  });
  readings.watchGarbageCollection((kind, seconds) => histogram.observe({ kind, ...labels }, seconds));
}
