// The recording rules of adapters, each group once: rules are about the names of a client, so they may be evaluated whether or not a
// target is this client, and give nothing where none is.

import type { RuleFile, RuleGroup } from '../interface.ts';
import type { Adapter } from './adapter.ts';

/** A file for each adapter that has rules. A rule that an adapter before it has, word by word, is left out. */
export function adapterRuleFiles(adapters: readonly Adapter[]): readonly RuleFile[] {
  const seen = new Set<string>();
  return adapters.flatMap(({ path, groups }) => {
    const own = groups.map((group) => withoutSeen(group, seen)).filter(({ rules }) => rules.length > 0);
    return own.length === 0 ? [] : [{ path, groups: own, problems: [] }];
  });
}

function withoutSeen(group: RuleGroup, seen: Set<string>): RuleGroup {
  const rules = group.rules.filter((rule) => {
    const key = JSON.stringify([rule.kind === 'recording' ? rule.record : '', rule.printed, rule.labels]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return { ...group, rules };
}
