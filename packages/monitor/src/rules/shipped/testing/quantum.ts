// Unit tests of the alerts of post-quantum cryptography.

import type { AlertTest } from './alert-test.ts';

const LEVEL = 'chain_quantum_security_level';
const FAILED = 'chain_quantum_random_tests_total{outcome="failed"}';
const PASSED = 'chain_quantum_random_tests_total{outcome="passed"}';

export const QUANTUM_TESTS: readonly AlertTest[] = [
  {
    alert: 'QuantumSecurityLow',
    incident: { [LEVEL]: '256x7 64x19 256x8' },
    quietUntil: '1m45s',
    fires: { at: '2m', value: 64 },
    clearAt: '7m',
    calm: { [LEVEL]: '128x40' },
  },
  {
    alert: 'RandomSourceFailing',
    incident: { [FAILED]: '0x20 1x60', [PASSED]: '0+1x80' },
    quietUntil: '6m',
    fires: { at: '7m', value: 1, labels: { outcome: 'failed' } },
    clearAt: '16m',
    calm: { [FAILED]: '0x40', [PASSED]: '0+1x40' },
  },
];
