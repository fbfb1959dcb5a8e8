import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROFILE_NAMES, type ProfileName } from '../../packages/instrument/src/domains/metric-definition.ts';
import type { AliasFunction } from '../../packages/instrument/src/profiles/alias.ts';
import { inverseProfile } from '../../packages/instrument/src/profiles/inverse.ts';
import {
  droppedLabels,
  type ProfileMetric,
  profileMetrics,
} from '../../packages/instrument/src/profiles/profile-metric.ts';
import { assertPageIsCurrent } from './page.ts';

const HEAD = `# Naming profiles

A node can show its instruments under the names of another system, so that rules and dashboards written for that system keep working; a
monitor can read a node that does so. The instruments and the calls that record stay the same.

\`\`\`ts
const alys = createProfile('alys'); // one for each registry: it keeps the totals of one window
const page = renderSnapshotText(alys.apply(registry.snapshot()));
\`\`\`

- A label that the profile lacks is summed (counters, gauges) or merged (histograms).
- What is computed over the window (60 s, \`windowSeconds\`) is absent until there are two readings, and without anything to divide by.
- "of the data" is the file system that holds the node's data: \`dataMount\`, by default the only one, or \`/\`.
- \`alongside: true\` shows the canonical names as well. Metrics that are not of the table keep their names.
- Where the other system fixes buckets they are some of ours, so counts are exact. A histogram that was made exponential goes into them by
  the upper ends of its own buckets.

\`inverseProfile\` gives the way back as data, \`applyInverse\` goes it. The last column says what it can tell: a sum lacks the labels that were
summed; what is not told keeps the profile's name.

<!-- Generated from the table of packages/instrument/src/domains: UPDATE_DOCS=1 node scripts/test.ts test/reference -->
`;

const TITLES: Readonly<Record<ProfileName, string>> = {
  hotstuff2: 'the fields of the HotStuff-2 collector, with the prefix `hotstuff2_`, units and, for counters, `_total`',
  p2p: 'the macros of the peer-to-peer system, with `_` for the dots, units and, for counters, `_total`',
  alys: "the registry of Alys, with its buckets; its rules' messages name the label `actor`",
  aureon: 'the categories of Aureon, with the labels by which its panels tell series apart',
  arthachain: "the fields of ArthaChain's snapshot as gauges and one info; MB, GB and KB are 2^20, 2^30 and 2^10 bytes",
};

const HOW: Readonly<Record<Exclude<AliasFunction, 'per'>, string>> = {
  rate: 'growth a second over the window',
  avg: 'mean over the window',
  p95: '95th percentile over the window',
  p99: '99th percentile over the window',
  max: 'highest of all series',
  mean: 'mean of all series',
  data: 'of the data',
  index: 'number of the state',
};

function row(metric: ProfileMetric, reasons: ReadonlyMap<string, string>): string {
  const { alias, definition, type, unit } = metric;
  const labels = alias.labels.map(({ shown, ours }) =>
    shown === ours ? `\`${shown}\`` : `\`${shown}\` (\`${ours}\`)`,
  );
  const cells = [
    `\`${alias.name}\``,
    type,
    unit,
    labels.join(', '),
    `\`${definition.name}${alias.only === undefined ? '' : `{${alias.only.label}="${alias.only.value}"}`}\``,
    howOf(metric),
    wayBack(metric, reasons),
  ];
  return `| ${cells.join(' | ')} |`;
}

function howOf({ alias }: ProfileMetric): string {
  const { fn, divisorMetric, multiplier, divisor, bounds } = alias;
  const parts = [
    ...(fn === undefined ? [] : [fn === 'per' ? `for each one of \`${divisorMetric}\`, over the window` : HOW[fn]]),
    ...(multiplier === 1 ? [] : [`× ${multiplier}`]),
    ...(divisor === 1 ? [] : [`÷ ${divisor}`]),
    ...(bounds === undefined ? [] : [`buckets ${bounds.join(', ')}`]),
  ];
  return parts.join(', ');
}

function wayBack(metric: ProfileMetric, reasons: ReadonlyMap<string, string>): string {
  const reason = reasons.get(metric.alias.name);
  if (reason !== undefined) return `no: ${reason}`;
  const dropped = droppedLabels(metric);
  return dropped.length === 0 ? 'yes' : `without ${dropped.map((label) => `\`${label}\``).join(', ')}`;
}

test('the reference page lists every name of every profile', () => {
  const sections = PROFILE_NAMES.map((profile) => {
    const reasons = new Map(inverseProfile(profile).unreadable.map(({ shown, reason }) => [shown, reason]));
    const metrics = profileMetrics(profile);
    assert.ok(metrics.length > 15, `${profile}: ${metrics.length}`);
    return [
      '',
      `## ${profile}`,
      '',
      `${metrics.length} names: ${TITLES[profile]}.`,
      '',
      '| name | type | unit | labels | canonical | computed | read back |',
      '|---|---|---|---|---|---|---|',
      ...metrics.map((metric) => row(metric, reasons)),
    ].join('\n');
  });
  assertPageIsCurrent('profiles.md', `${HEAD}${sections.join('\n')}\n`);
});
