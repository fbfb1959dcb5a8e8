// Alerts of models that a node runs.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE, risen, seconds, share } from './phrases.ts';

export const INFERENCE_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'ModelInferenceSlow',
    component: 'inference',
    severity: 'warning',
    metrics: ['chain_inference_duration_seconds'],
    expression: ({ settings, select }) =>
      `histogram_quantile(0.95, sum by (le, model, job, instance, chain, node) (rate(${select('chain_inference_duration_seconds_bucket')}[5m]))) > ${seconds(settings.maxInferenceLatency)}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `Model {{ $labels.model }} on ${NODE} takes {{ $value | humanizeDuration }}: see how busy its accelerator is, and the size of its batches`,
    description: 'The p95 of an inference is too long.',
  },
  {
    name: 'ModelInferenceFailing',
    component: 'inference',
    severity: 'warning',
    metrics: ['chain_inference_failures_total', 'chain_inference_inferences_total'],
    expression: ({ select }) => {
      const failed = `sum without (reason) (${risen(select('chain_inference_failures_total'), '10m')})`;
      const all = `(${failed} + increase(${select('chain_inference_inferences_total')}[10m]))`;
      return `${share(failed, all)} > 0.1`;
    },
    forMs: () => 5 * MINUTE_MS,
    summary: `{{ $value | humanizePercentage }} of the inferences of model {{ $labels.model }} on ${NODE} fail: see the reasons`,
    description: 'Out of memory is the accelerator, invalid input is who asks.',
  },
];
