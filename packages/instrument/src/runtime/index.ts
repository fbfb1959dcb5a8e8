// The public surface of @chainpulse/instrument/runtime: what needs Node.js.

export { aggregateCluster, type ClusterOptions, reportToPrimary } from './cluster/aggregate-cluster.ts';
export { collectRuntimeMetrics, type RuntimeMetricsOptions } from './collect-runtime-metrics.ts';
export { type JoinOptions, joinRegistry } from './threads/join-registry.ts';
export { type SharedRegistry, shareRegistry } from './threads/share-registry.ts';
export { type WatchedProcess, watchProcess } from './watch-process.ts';
export type { PidSource } from './watched-pid.ts';
