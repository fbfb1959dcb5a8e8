// What a shipped alert is, as data: rule files, the reference, the runbooks' check and the unit tests are made from it.

import type { AlertSettings } from './alert-settings.ts';
import type { ChainParameters } from './chain-parameters.ts';

export const COMPONENTS = [
  'node',
  'consensus',
  'validator',
  'sync',
  'network',
  'mempool',
  'storage',
  'resources',
  'migration',
  'inference',
  'quantum',
  'monitor',
] as const;
export type Component = (typeof COMPONENTS)[number];

/** The words of rule files, and their numbers: 1 to 5. `none` is of what always fires. */
export const SEVERITIES = { none: 0, info: 1, low: 2, warning: 3, high: 4, critical: 5 } as const;
type Severity = keyof typeof SEVERITIES;

/** What an expression is made for: the thresholds, and the targets that it is about. */
export interface AlertContext {
  readonly settings: AlertSettings;
  readonly chain: ChainParameters;
  /** The longest time between two collections of a target. */
  readonly collectionMs: number;
  /** Labels that tell each configured target from the others; none in files that are shipped. */
  readonly targets: readonly Readonly<Record<string, string>>[];
  /** A selector of the metric for the targets of the group: `metric{instance="…",state="failed"}`. */
  readonly select: (metric: string, matchers?: string) => string;
}

export interface AlertDefinition {
  readonly name: string;
  readonly component: Component;
  readonly severity: Severity;
  /** Metrics that it reads, all of them canonical. */
  readonly metrics: readonly string[];
  /** Whether the chain's parameters decide: then each set of parameters has a rule of its own. */
  readonly dependsOnChain?: boolean;
  /** Whether the rule says anything with these parameters; without it, always. */
  readonly applies?: (context: AlertContext) => boolean;
  readonly expression: (context: AlertContext) => string;
  /** Undefined: at once. */
  readonly forMs?: (context: AlertContext) => number;
  /** One sentence, a template: what is wrong with which node, and what to do. */
  readonly summary: string;
  /** The evidence and what it means, a template. */
  readonly description: string;
}
