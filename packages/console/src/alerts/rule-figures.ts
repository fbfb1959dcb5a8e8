// Which rules are shown, which first, and what there is of them.

import type { RuleAnswer, RuleGroupAnswer } from '../api/alerts.ts';

const RANK: Readonly<Record<string, number>> = { fails: 0, firing: 1, pending: 2 };

/** Groups with the rules that have every word of the filter. What fails comes first, then what fires, then what is about to. */
export function chosenGroups(groups: readonly RuleGroupAnswer[], filter: string): readonly RuleGroupAnswer[] {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  return groups
    .map((group) => ({
      ...group,
      rules: group.rules.filter((rule) => {
        const text = [group.name, group.file, rule.name, rule.query, wordOf(rule), ...Object.values(rule.labels)];
        const haystack = text.join(' ').toLowerCase();
        return words.every((word) => haystack.includes(word));
      }),
    }))
    .filter(({ rules }) => rules.length > 0)
    .toSorted((one, other) => rankOf(one) - rankOf(other));
}

export function countsOfRules(groups: readonly RuleGroupAnswer[]): {
  readonly rules: number;
  readonly failing: number;
} {
  const rules = groups.flatMap((group) => group.rules);
  return { rules: rules.length, failing: rules.filter(({ health }) => health === 'err').length };
}

/** Unix milliseconds of the last evaluation; undefined before the first. */
export function evaluatedAtMs({ lastEvaluation }: RuleAnswer): number | undefined {
  const timeMs = Date.parse(lastEvaluation);
  return timeMs > 0 ? timeMs : undefined;
}

function rankOf({ rules }: RuleGroupAnswer): number {
  return Math.min(...rules.map((rule) => RANK[wordOf(rule)] ?? 3));
}

/** What always fires, to say that alerting works, is no reason to look. */
function wordOf({ health, state, labels }: RuleAnswer): string {
  if (health === 'err') return 'fails';
  return labels['severity'] === 'none' ? 'signal' : (state ?? '');
}
