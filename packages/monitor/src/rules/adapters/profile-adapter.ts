// Makes the adapter of a naming profile from the instrument's table: a node that shows the profile is stored under canonical names.
// What the profile shows in another unit is scaled on the way in, its number of a state becomes a state set by a rule, and what cannot be
// had back (a mean, a rate) keeps the profile's name and is told among the gaps. Nothing detects a profile: who shows one may have rules
// and dashboards on its names, and says so where the canonical ones are wanted.

import { type InverseMetric, inverseProfile, type ProfileName, type UnreadableMetric } from '@chainpulse/instrument';
import { Document, isCollection, isSeq } from 'yaml';

const SOURCE = 'packages/instrument/src/domains/table';

/** The adapter file of a profile, as text. */
export function profileAdapterText(profile: ProfileName): string {
  const { metrics, unreadable } = inverseProfile(profile);
  const plain = metrics.filter(({ states }) => states === undefined);
  const groups = groupsOf(profile, metrics);
  const given = new Set(metrics.map(({ canonical }) => canonical));
  const adapter = {
    title: `Naming profile ${profile}`,
    versions: 'as this release of the instrument library shows it',
    sources: [SOURCE],
    rename: plain.flatMap(renameRules),
    scale: plain.flatMap(scaleOf),
    ...(groups.length === 0 ? {} : { groups }),
    gaps: unreadable.filter(({ canonical }) => !given.has(canonical)).map(gapOf),
  };
  const header = [
    `# Canonical names for a node that shows the naming profile ${profile}: \`profile: ${profile}\` at a target.`,
    '# Made from the table of metrics; change that, and make this anew: UPDATE_DOCS=1.',
  ];
  return `${header.join('\n')}\n\n${written(withoutEmpty(adapter))}`;
}

function renameRules(metric: InverseMetric): readonly object[] {
  const { shown, pattern, canonical, type, renamedLabels, addedLabels } = metric;
  const suffix = type === 'histogram' ? '(_bucket|_sum|_count)' : '';
  const regex = pattern === undefined ? `${shown}${suffix}` : pattern.source.replace(/^\^/, '').replace(/\$$/, '');
  const labels: object[] = [];
  if (pattern !== undefined) {
    labels.push({ source_labels: ['__name__'], regex, target_label: pattern.label, replacement: '$1' });
  }
  for (const [theirs, ours] of Object.entries(renamedLabels)) {
    const source = { source_labels: ['__name__', theirs], regex: `${regex};(.+)` };
    const value = suffix === '' && pattern === undefined ? '$1' : '$2';
    labels.push({ ...source, target_label: ours, replacement: value });
    labels.push({ source_labels: ['__name__'], regex, target_label: theirs, replacement: '' });
  }
  for (const [label, value] of Object.entries(addedLabels)) {
    labels.push({ source_labels: ['__name__'], regex, target_label: label, replacement: value });
  }
  const replacement = suffix === '' ? canonical : `${canonical}$1`;
  return [...labels, { source_labels: ['__name__'], regex, target_label: '__name__', replacement }];
}

function scaleOf({ canonical, multiplier, divisor }: InverseMetric): readonly object[] {
  if (multiplier === divisor) return [];
  return [{ metric: canonical, ...(divisor === 1 ? { multiply: multiplier } : { divide: divisor }) }];
}

/** State sets: a series for each state, 1 for the one whose number is shown. */
function groupsOf(profile: ProfileName, metrics: readonly InverseMetric[]): readonly object[] {
  const rules = metrics.flatMap(({ shown, canonical, states }) =>
    (states?.values ?? []).map((value, index) => ({
      record: canonical,
      expr: `${shown} == bool ${index}`,
      labels: { [states!.label]: value },
    })),
  );
  return rules.length === 0 ? [] : [{ name: `adapter-profile-${profile}`, interval: '5s', rules }];
}

function gapOf({ shown, canonical, reason }: UnreadableMetric): object {
  return { metric: canonical, reason: `shown as ${shown}, which keeps its name: ${reason}` };
}

/** A line each rule. */
function written(adapter: object): string {
  const document = new Document(adapter);
  for (const key of ['rename', 'scale', 'gaps']) {
    const list = document.get(key);
    if (isSeq(list)) for (const item of list.items) if (isCollection(item)) item.flow = true;
  }
  return document.toString({ lineWidth: 0 });
}

function withoutEmpty(adapter: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(adapter).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  );
}
