// Targets by what is normal on their chains: each set of parameters has rules of its own, whose selectors name its targets. What a
// target does not say is as `rules.chain` says; where that says nothing either, the client that was found there decides, and a
// node that is probed is one of Ethereum.

import { type Config, identityOf, type TargetConfig } from '../config/schema.ts';
import { quoted } from '../promql/go-text.ts';
import {
  type ChainParameters,
  type ChainParametersConfig,
  type ChainPreset,
  chainParametersOf,
} from '../rules/shipped/chain-parameters.ts';
import type { ChainGroup } from '../rules/shipped/generate.ts';

/** The preset of the client that was found at a target. */
export type PresetOf = (target: TargetConfig) => ChainPreset | undefined;

const REGEX_SIGNS = /[\\.+*?()|[\]{}^$]/g;

/** The first is of all targets that no other one names. */
export function chainsOf({ rules, targets }: Config, presetOf: PresetOf = () => undefined): readonly ChainGroup[] {
  const common = chainParametersOf(rules.chain);
  const byParameters = Map.groupBy(targets, (target) => {
    // What a recording holds is known by other labels than what is live.
    const kind = target.url.kind === 'replay' ? 'recorded' : 'live';
    return `${kind} ${JSON.stringify(parametersOf(target, rules.chain, presetOf))}`;
  });
  for (const kind of ['recorded', 'live']) byParameters.delete(`${kind} ${JSON.stringify(common)}`);
  const named = [...byParameters.values()].flat();
  const others = [...byParameters].map(([text, alike], at) => ({
    name: `${(alike[0]?.chain ?? 'chain').replaceAll(/[^A-Za-z0-9-]/g, '-')}-${at + 2}`,
    chain: JSON.parse(text.slice(text.indexOf(' '))) as ChainParameters,
    matchers: matchersOf(alike, '=~'),
  }));
  return [{ name: '', chain: common, matchers: named.length === 0 ? '' : matchersOf(named, '!~') }, ...others];
}

function parametersOf(target: TargetConfig, common: ChainParametersConfig, presetOf: PresetOf): ChainParameters {
  const { url, chainParameters } = target;
  const found = presetOf(target) ?? (url.kind === 'evm' ? ('ethereum' as const) : undefined);
  const given = found === undefined || common.preset !== undefined ? {} : { preset: found };
  return chainParametersOf({ ...given, ...common, ...chainParameters });
}

/** By address; what a recording holds has addresses of its own, and is known by its job. */
function matchersOf(targets: readonly TargetConfig[], operator: '=~' | '!~'): string {
  const names = (of: readonly TargetConfig[], label: 'job' | 'instance') =>
    [...new Set(of.map((target) => identityOf(target)[label].replaceAll(REGEX_SIGNS, '\\$&')))].join('|');
  const replays = targets.filter(({ url }) => url.kind === 'replay');
  const others = targets.filter(({ url }) => url.kind !== 'replay');
  const matchers = [
    ...(others.length === 0 ? [] : [`instance${operator}${quoted(names(others, 'instance'))}`]),
    ...(replays.length === 0 ? [] : [`job${operator}${quoted(names(replays, 'job'))}`]),
  ];
  return matchers.join(',');
}
