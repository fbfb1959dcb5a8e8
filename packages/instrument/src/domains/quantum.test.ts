import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

const OVERHEAD = 'chain_quantum_crypto_overhead_ratio';

describe('the quantum set', () => {
  it('computes the overhead from the operations of the window that have a reference', () => {
    const { metrics, value, pass } = setUp(['quantum']);
    const record = (operation: 'sign' | 'verify' | 'keygen', durationSeconds: number) => {
      metrics.quantum.recordCrypto({ operation, durationSeconds });
    };
    metrics.quantum.setClassicalReference({ operation: 'sign', durationSeconds: 0.25 });
    metrics.quantum.setClassicalReference({ operation: 'verify', durationSeconds: 0.5 });
    record('sign', 100);
    assert.equal(value(OVERHEAD), undefined);
    pass(60);
    record('sign', 0.75);
    record('sign', 0.25);
    record('verify', 0.5);
    record('keygen', 60);
    // 1.5 seconds where classical cryptography takes 1.
    assert.equal(value(OVERHEAD), 0.5);
  });

  it('counts the tests of the random source by their outcome, and none whose outcome is not told', () => {
    const { metrics, value, dropped } = setUp(['quantum']);
    const tests = (outcome: string) => value(`chain_quantum_random_tests_total{outcome="${outcome}"}`);
    assert.equal(tests('failed'), 0);
    metrics.quantum.recordRandomTest({ passed: true });
    metrics.quantum.recordRandomTest({ passed: true });
    metrics.quantum.recordRandomTest({ passed: false });
    metrics.quantum.recordRandomTest({} as { passed: boolean });
    metrics.quantum.recordRandom({} as { sizeBytes: number });
    assert.equal(tests('passed'), 2);
    assert.equal(tests('failed'), 1);
    assert.equal(value('chain_quantum_random_bytes_total'), 0);
    assert.deepEqual(dropped(), { invalid_value: 2 });
  });

  it('has no overhead to tell without operations or without references', () => {
    const { metrics, value, pass, dropped } = setUp(['quantum']);
    value(OVERHEAD);
    pass(60);
    metrics.quantum.recordCrypto({ operation: 'sign', durationSeconds: 0.5 });
    assert.equal(value(OVERHEAD), undefined);
    for (const durationSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      metrics.quantum.setClassicalReference({ operation: 'sign', durationSeconds });
    }
    assert.equal(value(OVERHEAD), undefined);
    assert.deepEqual(dropped(), { invalid_value: 4 });
    metrics.quantum.setClassicalReference({ operation: 'sign', durationSeconds: 0.25 });
    assert.equal(value(OVERHEAD), 1);
    pass(60);
    assert.equal(value(OVERHEAD), undefined);
  });

  it('is negative where post-quantum cryptography is faster', () => {
    const { metrics, value, pass } = setUp(['quantum']);
    metrics.quantum.setClassicalReference({ operation: 'verify', durationSeconds: 0.5 });
    value(OVERHEAD);
    pass(60);
    metrics.quantum.recordCrypto({ operation: 'verify', durationSeconds: 0.25 });
    assert.equal(value(OVERHEAD), -0.5);
  });

  it('counts randomness, trees and simulations, and shows the level of security', () => {
    const { metrics, value, dropped } = setUp(['quantum']);
    metrics.quantum.recordRandom({ sizeBytes: 32 });
    metrics.quantum.recordMerkle({ operation: 'prove', count: 3 });
    metrics.quantum.recordMerkle({ operation: 'prove' });
    metrics.quantum.recordSimulation({ durationSeconds: 1.5 });
    metrics.quantum.updateSecurityLevel({ securityLevelBits: 128 });
    metrics.quantum.updateGpuUsage({ gpu: '0', usageRatio: 10 });
    assert.equal(value('chain_quantum_random_bytes_total'), 32);
    assert.equal(value('chain_quantum_merkle_operations_total{operation="prove"}'), 4);
    assert.equal(value('chain_quantum_simulation_duration_seconds_sum'), 1.5);
    assert.equal(value('chain_quantum_security_level'), 128);
    assert.deepEqual(dropped(), { invalid_value: 1 });
  });
});
