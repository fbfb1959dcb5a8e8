import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inspectExpression } from '../../promql/inspect.ts';
import { Evidence } from '../evidence/evidence.ts';
import { registryEvidence } from '../evidence/of-table.ts';
import { Analysis } from './analysis.ts';
import type { PartFacts } from './part-facts.ts';

const KNOWN = new Evidence([registryEvidence()]);
const NOTHING = new Evidence([]);

function facts(text: string, evidence = KNOWN): PartFacts {
  const { syntax } = inspectExpression(text);
  return new Analysis(syntax, evidence).of(syntax);
}

function labels(text: string, evidence = KNOWN): readonly (readonly [string, boolean])[] {
  return facts(text, evidence).shapes.map(({ labels: known, hasOthers }) => [
    [...known.keys()].sort().join(),
    hasOthers,
  ]);
}

describe('labels', () => {
  const own = 'chain,instance,job,node';
  for (const [text, expected] of [
    ['chain_blocks_head_height', own],
    ['sum by (job) (chain_sync_state)', 'job'],
    ['sum without (state) (chain_sync_state)', own],
    ['sum(chain_sync_state)', ''],
    ['rate(chain_transactions_processed_total[5m])', own],
    ['chain_blocks_head_height > on (job) chain_sync_current_height', 'job'],
    ['chain_blocks_head_height - ignoring (chain, node) chain_sync_current_height', 'instance,job'],
    ['chain_blocks_head_height * on (job) group_left (state) chain_sync_state', `${own},state`],
    ['label_replace(vector(1), "x", "y", "", "")', 'x'],
    ['absent(up{job="a",instance=~"b"})', 'job'],
    ['count_values by (job) ("v", chain_migration_phase)', 'job,v'],
    ['histogram_quantile(0.9, rate(chain_blocks_interval_seconds_bucket[5m]))', own],
    ['topk(3, chain_blocks_head_height)', own],
    ['vector(1)', ''],
  ] as const) {
    test(text, () => assert.deepEqual(labels(text)[0]?.[0], expected));
  }

  test('what an aggregation drops is certain, whatever is known of the metric', () => {
    assert.deepEqual(labels('sum by (job) (anything)', NOTHING), [['job', false]]);
    assert.deepEqual(labels('sum without (job) (anything)', NOTHING), [['', true]]);
  });

  test('`or` gives the shapes of both sides', () => {
    assert.equal(facts('chain_blocks_head_height or vector(0)').shapes.length, 2);
  });
});

describe('ranges', () => {
  for (const [text, min, max] of [
    ['chain_machine_cpu_usage_ratio', 0, 1],
    ['100 * chain_machine_cpu_usage_ratio', 0, 100],
    ['1 - chain_machine_cpu_usage_ratio', 0, 1],
    ['-chain_machine_cpu_usage_ratio', -1, 0],
    ['sum(chain_machine_cpu_usage_ratio)', 0, Number.POSITIVE_INFINITY],
    ['max(chain_machine_cpu_usage_ratio)', 0, 1],
    ['count(up)', 1, Number.POSITIVE_INFINITY],
    ['up == bool 1', 0, 1],
    ['chain_sync_state{state="failed"}', 0, 1],
    ['rate(chain_transactions_processed_total[5m])', 0, Number.POSITIVE_INFINITY],
    ['delta(chain_blocks_head_height[5m])', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['clamp_max(chain_blocks_head_height, 5)', 0, 5],
    ['abs(chain_machine_clock_offset_seconds)', 0, Number.POSITIVE_INFINITY],
    ['chain_machine_clock_offset_seconds', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['absent(up)', 1, 1],
    ['hour()', 0, 23],
    ['anything', Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ] as const) {
    test(text, () => {
      const { range } = facts(text);
      // A zero has no sign here.
      assert.deepEqual([range.min + 0, range.max + 0], [min, max]);
    });
  }

  test('a quantile is never above the highest bound of its buckets', () => {
    const { range } = facts('histogram_quantile(0.99, rate(chain_blocks_interval_seconds_bucket[5m]))');
    assert.ok(Number.isFinite(range.max));
  });
});

describe('natures and units', () => {
  for (const [text, nature, unit] of [
    ['chain_transactions_processed_total', 'counter', 'transactions'],
    ['sum by (job) (chain_transactions_processed_total)', 'counter', 'transactions'],
    ['rate(chain_transactions_processed_total[5m])', 'rate', 'per_second'],
    ['process_resident_memory_bytes', 'gauge', 'bytes'],
    ['process_resident_memory_bytes / 1024', 'gauge', undefined],
    ['100 * chain_machine_cpu_usage_ratio', 'gauge', 'percent'],
    ['time() - chain_blocks_head_timestamp_seconds', 'gauge', 'seconds'],
    ['anything_total', 'unknown', undefined],
  ] as const) {
    test(text, () => {
      const known = facts(text);
      assert.deepEqual([known.nature, known.unit], [nature, unit]);
    });
  }
});
