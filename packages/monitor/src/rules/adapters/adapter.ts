// What an adapter is: data that gives a client's own metrics the canonical names. It has a part that is applied when series come
// in (`rename`, `scale`) and recording rules for what must be computed (`groups`). docs/guide/adapters.md tells the format.

import type { Place, RuleGroup } from '../interface.ts';
import type { ChainPreset } from '../shipped/chain-parameters.ts';

export interface Adapter {
  /** That of the file, without its ending. */
  readonly name: string;
  readonly path: string;
  /** The client's own name, for people. */
  readonly title: string;
  /** Of the client: which versions have these names. */
  readonly versions: string;
  /** Where the names are published. */
  readonly sources: readonly string[];
  /** Names of metrics; a target that shows one of them is this client. */
  readonly detect: readonly string[];
  /** Clients are built with it: it is chosen where no client is detected. */
  readonly isLibrary: boolean;
  /** What is normal on the chains of this client, where nothing else is said. */
  readonly preset?: ChainPreset;
  readonly rename: readonly RelabelRule[];
  readonly scale: readonly ScaleRule[];
  /** Recording rules, as they are in a rule file. */
  readonly groups: readonly RuleGroup[];
  /** Canonical metrics that the client does not give. */
  readonly gaps: readonly Gap[];
}

export const RELABEL_ACTIONS = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
  'hashmod',
] as const;
export type RelabelAction = (typeof RELABEL_ACTIONS)[number];

/** One of Prometheus' `metric_relabel_configs`, its defaults filled in. */
export interface RelabelRule {
  readonly action: RelabelAction;
  readonly sourceLabels: readonly string[];
  readonly separator: string;
  /** RE2, anchored at both ends. */
  readonly regex: string;
  readonly targetLabel: string;
  readonly replacement: string;
  /** 0 unless the action is `hashmod`. */
  readonly modulus: number;
  readonly place: Place;
}

/** Values of a metric, by its name after the renaming, times a constant. */
export interface ScaleRule {
  readonly metric: string;
  /** The value becomes value × multiplier / divisor; one of them is 1. */
  readonly multiplier: number;
  readonly divisor: number;
  readonly place: Place;
}

export interface Gap {
  readonly metric: string;
  readonly reason: string;
}

export const RELABEL_DEFAULTS = {
  action: 'replace',
  sourceLabels: [],
  separator: ';',
  regex: '(.*)',
  targetLabel: '',
  replacement: '$1',
  modulus: 0,
} as const satisfies Omit<RelabelRule, 'place'>;

export const ADAPTER_LIMITS = {
  maxFileBytes: 1024 * 1024,
  /** Of each list: relabel rules, scales, gaps, sources, names by which the client is told. */
  maxEntries: 1000,
  maxExpressionCharacters: 1000,
  maxProblems: 200,
} as const;
