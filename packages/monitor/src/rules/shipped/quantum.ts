// Alerts of post-quantum cryptography.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE } from './phrases.ts';

export const QUANTUM_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'QuantumSecurityLow',
    component: 'quantum',
    severity: 'high',
    metrics: ['chain_quantum_security_level'],
    expression: ({ settings, select }) => `${select('chain_quantum_security_level')} < ${settings.minSecurityLevel}`,
    summary: `${NODE} uses an algorithm of {{ $value }} bits of security: rotate to the one that is configured`,
    description: 'What is signed or sent with it now may be forged or read later.',
  },
  {
    name: 'RandomSourceFailing',
    component: 'quantum',
    severity: 'high',
    metrics: ['chain_quantum_random_tests_total'],
    expression: ({ select }) => `increase(${select('chain_quantum_random_tests_total', 'outcome="failed"')}[10m]) > 0`,
    forMs: () => MINUTE_MS,
    summary: `The random source of ${NODE} fails its tests: stop using it, and replace the keys that were made with it`,
    description: 'Keys from a bad source can be guessed.',
  },
];
