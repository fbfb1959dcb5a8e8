import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

describe('the storage set', () => {
  it('counts operations with their time, and failed ones as errors too', () => {
    const { metrics, value, dropped } = setUp(['storage']);
    metrics.storage.recordRead({ keyType: 'block', durationSeconds: 0.002 });
    metrics.storage.recordRead({ durationSeconds: 0.5, success: false, reason: 'timeout' });
    metrics.storage.recordWrite({ durationSeconds: 0.1, sizeBytes: 700 });
    metrics.storage.recordWrite({ durationSeconds: 0.1, sizeBytes: 900, success: false });
    metrics.storage.recordBatch({ durationSeconds: 0.1, operationCount: 40 });
    metrics.storage.recordDelete({ durationSeconds: 0.1 });
    assert.equal(value('chain_storage_operations_total{operation="read"}'), 2);
    assert.equal(value('chain_storage_operation_duration_seconds_sum{operation="read"}'), 0.502);
    assert.equal(value('chain_storage_errors_total{operation="read",reason="timeout"}'), 1);
    assert.equal(value('chain_storage_errors_total{operation="write",reason="other"}'), 1);
    assert.equal(value('chain_storage_written_bytes_total'), 700);
    assert.equal(value('chain_storage_batched_operations_total'), 40);
    assert.equal(value('chain_storage_operations_total{operation="batch"}'), 1);
    assert.equal(value('chain_storage_operations_total{operation="delete"}'), 1);
    assert.deepEqual(dropped(), {});
  });

  it('shows how full the database is once both its size and its capacity are known', () => {
    const { metrics, value } = setUp(['storage']);
    metrics.storage.updateSize({ sizeBytes: 0 });
    assert.equal(value('chain_storage_utilization_ratio'), undefined);
    metrics.storage.setCapacity({ capacityBytes: 0 });
    assert.equal(value('chain_storage_utilization_ratio'), undefined);
    metrics.storage.setCapacity({ capacityBytes: 4_000 });
    assert.equal(value('chain_storage_utilization_ratio'), 0);
    metrics.storage.updateSize({ sizeBytes: 1_000, liveBytes: 900 });
    assert.equal(value('chain_storage_utilization_ratio'), 0.25);
    assert.equal(value('chain_storage_live_bytes'), 900);
  });

  it('counts cache lookups by cache', () => {
    const { metrics, value } = setUp(['storage']);
    metrics.storage.recordCacheHit({ cache: 'trie', count: 8 });
    metrics.storage.recordCacheHit({ cache: 'trie' });
    metrics.storage.recordCacheMiss({ cache: 'block' });
    metrics.storage.updateCacheSize({ cache: 'trie', sizeBytes: 4_096 });
    assert.equal(value('chain_storage_cache_hits_total{cache="trie"}'), 9);
    assert.equal(value('chain_storage_cache_misses_total{cache="block"}'), 1);
    assert.equal(value('chain_storage_cache_size_bytes{cache="trie"}'), 4_096);
    assert.equal(value('chain_storage_cache_size_bytes{cache="block"}'), undefined);
  });

  it('drops and counts what it cannot take', () => {
    const { metrics, value, dropped } = setUp(['storage']);
    metrics.storage.recordRead({ durationSeconds: Number.NaN });
    metrics.storage.recordError({ operation: 'read', reason: 'gremlins' as 'io' });
    metrics.storage.recordCacheHit({ cache: 'l1' as 'trie' });
    metrics.storage.recordCacheMiss({ cache: 'trie', count: -1 });
    assert.equal(value('chain_storage_operation_duration_seconds_count{operation="read"}'), 0);
    assert.deepEqual(dropped(), { invalid_value: 2, unknown_label: 2 });
  });
});
