// What the recorders of the sets blocks, transactions, mempool, state and storage do to their metrics.

import type { StorageErrorReason, StorageOperation } from '../../domains/storage.ts';
import { BLOCKS_METRICS } from '../../domains/table/blocks.ts';
import { CONSENSUS_METRICS } from '../../domains/table/consensus.ts';
import { MEMPOOL_METRICS } from '../../domains/table/mempool.ts';
import { STATE_METRICS } from '../../domains/table/state.ts';
import { STORAGE_METRICS } from '../../domains/table/storage.ts';
import { TRANSACTIONS_METRICS } from '../../domains/table/transactions.ts';
import type { EffectContext, EffectsOf } from './effects.ts';

const NONE = {};

export function blocksEffects({ truth, nowMs }: EffectContext) {
  const table = BLOCKS_METRICS;
  let headArrivedMs: number | undefined;
  truth.cover(Object.values(table));
  truth.derive(table.finalityLagBlocks, NONE, () => {
    const finalized = truth.value(CONSENSUS_METRICS.finalizedHeight);
    const head = truth.value(table.headHeight);
    return finalized === undefined || head === undefined ? undefined : Math.max(0, head - finalized);
  });
  return {
    updateHead: ({ height, timestampSeconds }) => {
      const before = truth.value(table.headHeight);
      truth.set(table.headHeight, NONE, height);
      if (timestampSeconds !== undefined) truth.set(table.headTimestamp, NONE, timestampSeconds);
      if (height === before) return;
      if (before !== undefined && headArrivedMs !== undefined && height > before) {
        truth.observe(table.interval, NONE, (nowMs() - headArrivedMs) / 1000);
      }
      headArrivedMs = nowMs();
    },
    updateHeadContents: ({ transactionCount, gasUsed, gasLimit, baseFeeWei }) => {
      if (transactionCount !== undefined) truth.set(table.headTransactions, NONE, transactionCount);
      if (gasUsed !== undefined) truth.set(table.headGasUsed, NONE, gasUsed);
      if (gasLimit !== undefined) truth.set(table.headGasLimit, NONE, gasLimit);
      if (baseFeeWei !== undefined) truth.set(table.baseFeeWei, NONE, baseFeeWei);
    },
    recordBlockReceived: ({ origin }) => truth.add(table.received, { origin }),
    recordInvalidBlock: ({ reason }) => truth.add(table.invalid, { reason }),
    recordBlockValidated: ({ durationSeconds }) => truth.observe(table.validationDuration, NONE, durationSeconds),
    recordBlockImported: ({ sizeBytes, gasUsed }) => {
      if (sizeBytes !== undefined) truth.observe(table.size, NONE, sizeBytes);
      if (gasUsed !== undefined) truth.add(table.gasUsed, NONE, gasUsed);
    },
  } satisfies EffectsOf<'blocks'>;
}

export function transactionsEffects({ truth }: EffectContext) {
  const table = TRANSACTIONS_METRICS;
  truth.cover(Object.values(table));
  return {
    recordSubmitted: ({ origin, count = 1 }) => truth.add(table.submitted, { origin }, count),
    recordProcessed: ({ count }) => truth.add(table.processed, NONE, count),
    recordFailed: ({ reason, count = 1 }) => truth.add(table.failed, { reason }, count),
    recordValidation: ({ durationSeconds, isValid, reason = 'other' }) => {
      truth.add(table.validations);
      if (!isValid) truth.add(table.validationFailures, { reason });
      if (durationSeconds !== undefined) truth.observe(table.validationDuration, NONE, durationSeconds);
    },
    recordFee: ({ feeNative }) => truth.add(table.fees, NONE, feeNative),
  } satisfies EffectsOf<'transactions'>;
}

export function mempoolEffects({ truth }: EffectContext) {
  const table = MEMPOOL_METRICS;
  truth.cover(Object.values(table));
  truth.derive(table.usage, NONE, () => {
    const pending = truth.value(table.transactions, { state: 'pending' });
    const capacity = truth.value(table.capacityTransactions);
    if (pending === undefined || capacity === undefined || capacity === 0) return undefined;
    return (pending + (truth.value(table.transactions, { state: 'queued' }) ?? 0)) / capacity;
  });
  return {
    updateSize: ({ pendingCount, queuedCount, sizeBytes }) => {
      truth.set(table.transactions, { state: 'pending' }, pendingCount);
      if (queuedCount !== undefined) truth.set(table.transactions, { state: 'queued' }, queuedCount);
      if (sizeBytes !== undefined) truth.set(table.size, NONE, sizeBytes);
    },
    setCapacity: ({ capacityTransactions }) => {
      if (capacityTransactions === undefined) truth.remove(table.capacityTransactions);
      else truth.set(table.capacityTransactions, NONE, capacityTransactions);
    },
    recordAdded: ({ origin, count = 1 }) => truth.add(table.added, { origin }, count),
    recordRemoved: ({ reason, count = 1 }) => truth.add(table.removed, { reason }, count),
    recordRejected: ({ reason, count = 1 }) => truth.add(table.rejected, { reason }, count),
  } satisfies EffectsOf<'mempool'>;
}

export function stateEffects({ truth }: EffectContext) {
  const table = STATE_METRICS;
  truth.cover(Object.values(table));
  return {
    recordTransition: ({ durationSeconds }) => {
      truth.add(table.transitions);
      truth.observe(table.transitionDuration, NONE, durationSeconds);
    },
    recordQuery: ({ durationSeconds }) => {
      truth.add(table.queries);
      truth.observe(table.queryDuration, NONE, durationSeconds);
    },
    recordSnapshot: ({ durationSeconds, sizeBytes }) => {
      truth.add(table.snapshots);
      truth.observe(table.snapshotCreationDuration, NONE, durationSeconds);
      if (sizeBytes !== undefined) truth.set(table.snapshotSize, NONE, sizeBytes);
    },
    recordRootUpdate: () => truth.add(table.rootUpdates),
    updateSize: ({ sizeBytes }) => truth.set(table.size, NONE, sizeBytes),
    updateAccounts: ({ count }) => truth.set(table.accounts, NONE, count),
    updateContracts: ({ count }) => truth.set(table.contracts, NONE, count),
  } satisfies EffectsOf<'state'>;
}

interface Outcome {
  readonly durationSeconds: number;
  readonly success?: boolean | undefined;
  readonly reason?: StorageErrorReason | undefined;
}

export function storageEffects({ truth }: EffectContext) {
  const table = STORAGE_METRICS;
  const quotient = (part: number | undefined, whole: number | undefined) => {
    return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;
  };
  const done = (operation: StorageOperation, { durationSeconds, success = true, reason = 'other' }: Outcome) => {
    truth.add(table.operations, { operation });
    truth.observe(table.operationDuration, { operation }, durationSeconds);
    if (!success) truth.add(table.errors, { operation, reason });
    return success;
  };
  truth.cover(Object.values(table));
  truth.derive(table.utilization, NONE, () => quotient(truth.value(table.size), truth.value(table.capacity)));
  return {
    recordRead: (fields) => void done('read', fields),
    recordWrite: (fields) => {
      if (done('write', fields) && fields.sizeBytes !== undefined) truth.add(table.written, NONE, fields.sizeBytes);
    },
    recordDelete: (fields) => void done('delete', fields),
    recordBatch: (fields) => {
      const isDone = done('batch', fields);
      if (isDone && fields.operationCount !== undefined)
        truth.add(table.batchedOperations, NONE, fields.operationCount);
    },
    recordError: ({ operation, reason }) => truth.add(table.errors, { operation, reason }),
    updateSize: ({ sizeBytes, liveBytes }) => {
      truth.set(table.size, NONE, sizeBytes);
      if (liveBytes === undefined) return;
      truth.set(table.live, NONE, liveBytes);
    },
    setCapacity: ({ capacityBytes }) => truth.set(table.capacity, NONE, capacityBytes),
    updateKeyCount: ({ count }) => truth.set(table.keys, NONE, count),
    recordCacheHit: ({ cache, count = 1 }) => truth.add(table.cacheHits, { cache }, count),
    recordCacheMiss: ({ cache, count = 1 }) => truth.add(table.cacheMisses, { cache }, count),
    updateCacheSize: ({ cache, sizeBytes }) => truth.set(table.cacheSize, { cache }, sizeBytes),
  } satisfies EffectsOf<'storage'>;
}
