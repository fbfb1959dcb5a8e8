// Unit tests of the alerts of models that a node runs.

import { type AlertTest, quick, slowing } from './alert-test.ts';

const DURATION = 'chain_inference_duration_seconds_bucket';
const MODEL = ',model="mev"';
const FAILURES = 'chain_inference_failures_total{model="mev",reason="out_of_memory"}';
const INFERENCES = 'chain_inference_inferences_total{model="mev"}';

export const INFERENCE_TESTS: readonly AlertTest[] = [
  {
    alert: 'ModelInferenceSlow',
    incident: slowing(DURATION, { quick: ['0.1', '0.5'], slow: ['1', '+Inf'] }, 20, MODEL),
    quietUntil: '14m',
    fires: { at: '25m', value: 0.975, labels: { model: 'mev' } },
    clearAt: '30m30s',
    calm: quick(DURATION, ['0.1', '0.5', '1', '+Inf'], MODEL),
  },
  {
    alert: 'ModelInferenceFailing',
    incident: { [FAILURES]: '0x20 3+3x60 183x60', [INFERENCES]: '0+12x150', up: '1x150' },
    quietUntil: '11m',
    fires: { at: '17m', value: 0.2, labels: { model: 'mev' } },
    clearAt: '32m',
    calm: { [FAILURES]: '0+1x60', [INFERENCES]: '0+12x60', up: '1x60' },
  },
];
