import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unitOfExpression } from './unit.ts';

const UNITS: readonly (readonly [expression: string, unit: string])[] = [
  ['chain_machine_memory_used_bytes', 'bytes'],
  ['chain_machine_memory_used_bytes{instance="a:1"}', 'bytes'],
  ['rate(chain_machine_disk_read_bytes_total[1m])', 'bytesPerSecond'],
  ['sum by (job) (rate(chain_machine_disk_read_bytes_total{device=~"sd.*"}[1m]))', 'bytesPerSecond'],
  ['sum(rate(x_bytes_total[5m])) by (job)', 'bytesPerSecond'],
  ['topk(5, chain_machine_cpu_core_usage_ratio)', 'ratio'],
  ['rate(chain_transactions_processed_total[1m])', 'perSecond'],
  ['chain_blocks_base_fee_wei', 'wei'],
  ['scrape_duration_seconds', 'seconds'],
  ['chain_blocks_head_timestamp_seconds', 'none'],
  ['x_seconds_bucket', 'none'],
  ['rate(process_cpu_seconds_total[1m])', 'none'],
  ['a_bytes / b_bytes', 'none'],
  ['sum(a_bytes) / sum(b_bytes)', 'none'],
  ['count(a_bytes)', 'none'],
  ['up', 'none'],
  ['', 'none'],
];

for (const [expression, unit] of UNITS) {
  test(`the unit of ${expression === '' ? 'nothing' : expression} is ${unit}`, () => {
    assert.equal(unitOfExpression(expression), unit);
  });
}
