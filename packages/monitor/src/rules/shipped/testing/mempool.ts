// Unit tests of the alerts of the mempool.

import type { AlertTest } from './alert-test.ts';

const PENDING = 'chain_mempool_transactions{state="pending"}';
const QUEUED = 'chain_mempool_transactions{state="queued"}';
const CAPACITY = 'chain_mempool_capacity_transactions';
const COMMITTED = 'chain_mempool_removed_total{reason="committed"}';

export const MEMPOOL_TESTS: readonly AlertTest[] = [
  {
    alert: 'MempoolNearCapacity',
    incident: { [PENDING]: '100x7 800x39 100x8', [QUEUED]: '10x7 100x39 10x8', [CAPACITY]: '1000x56' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 0.9 },
    clearAt: '12m',
    calm: { [PENDING]: '700x40', [QUEUED]: '50x40', [CAPACITY]: '1000x40' },
  },
  {
    alert: 'MempoolStalled',
    incident: { [PENDING]: '5000x140', [COMMITTED]: '0+10x20 200x79 210+10x40' },
    quietUntil: '19m',
    fires: { at: '22m', value: 5000, labels: { state: 'pending' } },
    clearAt: '25m15s',
    // Nothing waits on an idle chain.
    calm: { [PENDING]: '0x100', [COMMITTED]: '0x100' },
  },
];
