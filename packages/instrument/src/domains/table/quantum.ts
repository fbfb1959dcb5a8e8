// The metrics of the domain set `quantum`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { LONG_SECONDS, OPERATION_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const QUANTUM_METRICS = {
  random: metric({
    name: 'chain_quantum_random_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Random bytes obtained from the quantum random number generator.',
    recordedBy: 'quantum.recordRandom({ sizeBytes })',
    aliases: { arthachain: 'arthachain_quantum_qrng_throughput:gauge=rate*8 (quantum.qrng_throughput)' },
  }),
  randomTests: metric({
    name: 'chain_quantum_random_tests_total',
    type: 'counter',
    unit: 'tests',
    help: 'Health tests of the quantum random number generator; after one that failed, its output is not to be used.',
    labels: { outcome: ['passed', 'failed'] },
    recordedBy: 'quantum.recordRandomTest({ passed })',
  }),
  cryptoOverhead: metric({
    name: 'chain_quantum_crypto_overhead_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Extra time of post-quantum cryptography, relative to classical cryptography.',
    formula:
      '(delta of chain_quantum_crypto_duration_seconds_sum - operations * chain_quantum_crypto_reference_duration_seconds) / (operations * chain_quantum_crypto_reference_duration_seconds) over the window and over the operations that have a reference; absent without any',
    recordedBy: 'quantum collector',
    aliases: { arthachain: 'arthachain_quantum_pq_crypto_overhead:gauge*100 (quantum.pq_crypto_overhead)' },
  }),
  cryptoDuration: metric({
    name: 'chain_quantum_crypto_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that a post-quantum cryptographic operation took.',
    labels: { operation: ['sign', 'verify', 'encapsulate', 'decapsulate', 'keygen'] },
    buckets: OPERATION_SECONDS,
    recordedBy: 'quantum.recordCrypto({ operation, durationSeconds })',
  }),
  merkleOperations: metric({
    name: 'chain_quantum_merkle_operations_total',
    type: 'counter',
    unit: 'operations',
    help: 'Operations on quantum-resistant Merkle trees.',
    labels: { operation: ['insert', 'prove', 'verify'] },
    recordedBy: 'quantum.recordMerkle({ operation, count })',
    aliases: { arthachain: 'arthachain_quantum_merkle_ops_per_sec:gauge=rate (quantum.merkle_ops_per_sec)' },
  }),
  securityLevel: metric({
    name: 'chain_quantum_security_level',
    type: 'gauge',
    help: 'Estimated security of the node against a quantum attacker in bits, the exponent of two.',
    recordedBy: 'quantum.updateSecurityLevel({ securityLevelBits })',
    aliases: { arthachain: 'arthachain_quantum_security_level_bits (quantum.security_level_bits)' },
  }),
  simulationDuration: metric({
    name: 'chain_quantum_simulation_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that a simulation of a quantum circuit took.',
    buckets: LONG_SECONDS,
    recordedBy: 'quantum.recordSimulation({ durationSeconds })',
    aliases: { arthachain: 'arthachain_quantum_simulation_metrics:gauge=avg (quantum.simulation_metrics)' },
  }),
  cryptoReferenceDuration: metric({
    name: 'chain_quantum_crypto_reference_duration_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Time that the classical counterpart of a post-quantum operation takes on this node, as the node measured it.',
    labels: { operation: ['sign', 'verify', 'encapsulate', 'decapsulate', 'keygen'] },
    recordedBy: 'quantum.setClassicalReference({ operation, durationSeconds })',
  }),
  gpuQuantumSimulationUsage: metric({
    name: 'chain_gpu_quantum_simulation_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of a GPU used by quantum simulation.',
    labels: { gpu: bounded(16) },
    formula: 'raw',
    recordedBy: 'quantum.updateGpuUsage({ gpu, usageRatio })',
    aliases: { arthachain: 'arthachain_gpu_quantum_sim_usage{gpu}:gauge*100 (gpu.quantum_sim_usage)' },
  }),
} as const;
