// The metrics of the domain set `storage`. How to add one: docs/guide/add-a-metric.md.

import { OPERATION_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const STORAGE_METRICS = {
  operations: metric({
    name: 'chain_storage_operations_total',
    type: 'counter',
    unit: 'operations',
    help: 'Operations on the node database, failed ones included; a batch is one.',
    labels: { operation: ['read', 'write', 'delete', 'batch'] },
    recordedBy:
      'storage.recordRead({ keyType, durationSeconds, success, reason }); storage.recordWrite({ keyType, sizeBytes, durationSeconds, success, reason }); storage.recordDelete({ keyType, durationSeconds, success, reason }); storage.recordBatch({ operationCount, durationSeconds, success, reason })',
    aliases: {
      hotstuff2:
        'hotstuff2_storage_reads_total [operation=read] (storage_reads) ; hotstuff2_storage_writes_total [operation=write] (storage_writes) ; hotstuff2_storage_deletes_total [operation=delete] (storage_deletes)',
      aureon: 'db_operations_total{operation}',
    },
  }),
  operationDuration: metric({
    name: 'chain_storage_operation_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that an operation on the node database took.',
    labels: { operation: ['read', 'write', 'delete', 'batch'] },
    buckets: OPERATION_SECONDS,
    recordedBy:
      'storage.recordRead({ keyType, durationSeconds, success, reason }); storage.recordWrite({ keyType, sizeBytes, durationSeconds, success, reason }); storage.recordDelete({ keyType, durationSeconds, success, reason }); storage.recordBatch({ operationCount, durationSeconds, success, reason })',
    aliases: {
      hotstuff2:
        'hotstuff2_read_latency_seconds [operation=read] (read_latency) ; hotstuff2_write_latency_seconds [operation=write] (write_latency) ; hotstuff2_batch_operation_latency_seconds [operation=batch] (batch_operation_latency)',
      aureon: 'db_operation_time_seconds{operation}',
    },
  }),
  errors: metric({
    name: 'chain_storage_errors_total',
    type: 'counter',
    unit: 'errors',
    help: 'Operations on the node database that failed.',
    labels: {
      operation: ['read', 'write', 'delete', 'batch'],
      reason: ['io', 'full', 'corruption', 'timeout', 'locked', 'other'],
    },
    recordedBy:
      'storage.recordError({ operation, reason }); storage.recordRead({ keyType, durationSeconds, success, reason }); storage.recordWrite({ keyType, sizeBytes, durationSeconds, success, reason }); storage.recordDelete({ keyType, durationSeconds, success, reason }); storage.recordBatch({ operationCount, durationSeconds, success, reason })',
    aliases: { hotstuff2: 'hotstuff2_storage_errors_total (storage_errors)' },
  }),
  size: metric({
    name: 'chain_storage_size_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes that the node database occupies on disk.',
    recordedBy: 'storage.updateSize({ sizeBytes, liveBytes })',
    aliases: {
      hotstuff2: 'hotstuff2_storage_size (storage_size)',
      p2p: 'resources_storage_usage (resources.storage_usage)',
    },
  }),
  live: metric({
    name: 'chain_storage_live_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes of live keys and values in the node database.',
    recordedBy: 'storage.updateSize({ sizeBytes, liveBytes })',
  }),
  capacity: metric({
    name: 'chain_storage_capacity_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes that the node database may grow to: its quota, else its size plus the free space of its file system.',
    recordedBy: 'storage.setCapacity({ capacityBytes })',
  }),
  utilization: metric({
    name: 'chain_storage_utilization_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the storage capacity in use.',
    formula: 'chain_storage_size_bytes / chain_storage_capacity_bytes; absent while the divisor is 0',
    recordedBy: 'storage collector',
    aliases: { hotstuff2: 'hotstuff2_storage_utilization (storage_utilization)' },
  }),
  keys: metric({
    name: 'chain_storage_keys',
    type: 'gauge',
    unit: 'keys',
    help: 'Keys in the node database.',
    recordedBy: 'storage.updateKeyCount({ count })',
    aliases: { aureon: 'db_key_count' },
  }),
  cacheHits: metric({
    name: 'chain_storage_cache_hits_total',
    type: 'counter',
    unit: 'lookups',
    help: 'Cache lookups that found the entry.',
    labels: { cache: ['block', 'state', 'key', 'trie', 'other'] },
    recordedBy: 'storage.recordCacheHit({ cache, count })',
    aliases: { hotstuff2: 'hotstuff2_cache_hits_total (cache_hits)' },
  }),
  cacheMisses: metric({
    name: 'chain_storage_cache_misses_total',
    type: 'counter',
    unit: 'lookups',
    help: 'Cache lookups that did not find the entry.',
    labels: { cache: ['block', 'state', 'key', 'trie', 'other'] },
    recordedBy: 'storage.recordCacheMiss({ cache, count })',
    aliases: { hotstuff2: 'hotstuff2_cache_misses_total (cache_misses)' },
  }),
  cacheSize: metric({
    name: 'chain_storage_cache_size_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes held by a cache.',
    labels: { cache: ['block', 'state', 'key', 'trie', 'other'] },
    merge: 'sum',
    recordedBy: 'storage.updateCacheSize({ cache, sizeBytes })',
    aliases: { hotstuff2: 'hotstuff2_cache_size (cache_size)' },
  }),
  written: metric({
    name: 'chain_storage_written_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes of the values that were written to the node database one by one.',
    recordedBy: 'storage.recordWrite({ keyType, sizeBytes, durationSeconds, success, reason })',
  }),
  batchedOperations: metric({
    name: 'chain_storage_batched_operations_total',
    type: 'counter',
    unit: 'operations',
    help: 'Operations on the node database that were carried out as part of a batch.',
    recordedBy: 'storage.recordBatch({ operationCount, durationSeconds, success, reason })',
  }),
} as const;
