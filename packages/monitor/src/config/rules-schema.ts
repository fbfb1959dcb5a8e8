// The section `rules` of the configuration: which rules are evaluated, how, and the thresholds of those that are shipped.

import { z } from 'zod';
import { alertSettings } from '../rules/shipped/alert-settings.ts';
import { chainParameters } from '../rules/shipped/chain-parameters.ts';
import { durationBetween, file } from './fields.ts';

const MAX_PATTERNS = 100;
const MAX_DISABLED = 1000;

export const rules = z.strictObject({
  files: z
    .array(file)
    .max(MAX_PATTERNS)
    .default([])
    .describe("Rule files in Prometheus' format, or patterns of them such as `rules/*.yaml`; read again on reload."),
  shipped: z.boolean().default(true).describe('Whether the shipped alerts are evaluated.'),
  disabled: z
    .array(z.string().min(1))
    .max(MAX_DISABLED)
    .default([])
    .describe('Names of shipped alerts that are left out.'),
  evaluationInterval: durationBetween(1000, 86_400_000, '1s to 1d')
    .prefault('15s')
    .describe("How often groups are evaluated that say nothing of it: Prometheus' `evaluation_interval`."),
  onCommit: z
    .boolean()
    .default(true)
    .describe(
      'Whether alerts of severity `critical` without `for` are evaluated as soon as a sample that they look at has changed, beside the interval.',
    ),
  outageTolerance: durationBetween(0, 86_400_000, '0s to 1d')
    .prefault('1h')
    .describe(
      "Longest outage over which alerts keep since when they are active: Prometheus' `--rules.alert.for-outage-tolerance`.",
    ),
  forGracePeriod: durationBetween(0, 86_400_000, '0s to 1d')
    .prefault('0s')
    .describe(
      "Least wait of a restored alert before it fires, and least `for` of what is restored: Prometheus' `--rules.alert.for-grace-period`, which is 10m there.",
    ),
  externalUrl: z
    .url({ error: 'write an address such as https://monitor.example/' })
    .optional()
    .describe(
      'Address under which people reach this monitor, for links in alerts. Default: the address it listens on.',
    ),
  runbookUrl: z
    .url({ error: 'write an address such as https://wiki.example/runbooks/' })
    .optional()
    .describe('Where the runbooks of the shipped alerts are; the name of the alert follows. Default: on this monitor.'),
  alerts: alertSettings.prefault({}).describe('Thresholds of the shipped alerts.'),
  chain: chainParameters.prefault({}).describe('What is normal on the chain of targets that do not say it themselves.'),
});
