// Fills `$1` and `${name}` in a replacement with what an expression has matched, as Go's Regexp.Expand does: `$$` is a dollar,
// `$name` takes the longest name there is, an unknown group is empty, and a `$` that starts nothing stands for itself.

import type { RE2JS } from 're2js';

type Match = ReturnType<RE2JS['matcher']>;
export type Expansion = (match: Match) => string;

/** With a zero before it, it is a name, and no group has it. */
const GROUP_NUMBER = /^(?:0|[1-9][0-9]*)$/;
const VARIABLE = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;

export function expansionOf(replacement: string): Expansion {
  const parts: (string | { readonly group: string })[] = [];
  let index = 0;
  for (const found of replacement.matchAll(VARIABLE)) {
    parts.push(replacement.slice(index, found.index));
    const group = found[1] ?? found[2];
    parts.push(group === undefined ? '$' : { group });
    index = found.index + found[0].length;
  }
  parts.push(replacement.slice(index));
  return (match) => parts.map((part) => (typeof part === 'string' ? part : groupText(match, part.group))).join('');
}

/** Whether a replacement has none of them, so that it is the same for every match. */
export function isFixed(replacement: string): boolean {
  return replacement.search(VARIABLE) === -1;
}

function groupText(match: Match, group: string): string {
  const index = GROUP_NUMBER.test(group) ? Number(group) : match.namedGroups[group];
  return index === undefined || index > match.groupCount() ? '' : (match.group(index) ?? '');
}
