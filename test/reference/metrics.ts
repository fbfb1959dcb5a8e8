// Renders the reference page of a node's metrics from their table, so that the page cannot say anything else.

import { METRIC_TABLE, type MetricDefinition, PROFILE_NAMES } from '../../packages/instrument/src/domains/index.ts';
import { NO_NODE_METRICS } from './seed-metrics.ts';

type SetName = keyof typeof METRIC_TABLE;

const SETS: Readonly<Record<SetName, string>> = {
  consensus: 'Proposals, commits, views, votes, certificates, faults and voting power.',
  blocks: 'The head of the chain, and blocks that arrive, are validated and imported.',
  transactions: 'Transactions from their submission to their inclusion.',
  mempool: 'The pool of transactions.',
  performance: 'Throughput, latency and efficiency of the whole.',
  network: 'Messages, bytes and connections of the peer network.',
  peers: 'The peers: how many, how well, which.',
  protocol: 'Sub-protocols of the peer network.',
  storage: "The node's database and its caches.",
  state: 'The state of the chain.',
  sync: 'Synchronization with the chain.',
  migration: 'A migration of the node in phases.',
  actors: 'Actors within the node.',
  api: 'The interfaces for clients.',
  contracts: 'Smart contracts.',
  validators: "The validator set (`chain_validators_…`) and the node's own validators (`chain_validator_…`).",
  resources: 'The machine, for a node that measures it itself, or as the monitor measures its own.',
  inference: 'Models that the node runs, and the GPUs beneath them.',
  quantum: 'Post-quantum cryptography, quantum randomness and simulation.',
  runtime: "The node's program, its process, Node.js and the registry.",
};

const HEAD = `# The metrics of a node

What a node shows with \`createNodeMetrics\` of \`@chainpulse/instrument\`, by domain set. How to add one:
[add a metric](../guide/add-a-metric.md).

- **Labels.** One whose values are listed has all of them from the start, counters and histograms at 0. Of one with \`≤ N\` at most N values
  are told apart, and the rest is added up under \`other\`. Gauges are absent until they are set.
- **Recorded by** names the methods, each with the fields of its one argument; which of them can be left out, and their units and ranges, is in
  their types. A \`collector\` or \`source\` needs no call.
- **Computed** values follow their formula at every collection. The window is 60 s unless the set is made with another one. They are absent
  while a part of the formula is unknown or its divisor is 0. \`raw\` is measured and not computed.
- **Threads**: how the values of several threads become one. Counters and histograms are added up.
- **Elsewhere**: the name in each naming profile. \`{LABELS}\` are the labels kept there, and over others is added up; \`:TYPE\` is another type
  there; \`=avg\`, \`=p95\`, \`=rate\`, \`=per(X)\` is what is taken of the metric over the window; \`*K\` and \`/K\` lead to the unit there;
  \`@BOUNDS\` are the buckets there; \`[label=value]\` is the part that is meant; in brackets the name where the profile comes from.

<!-- Generated from packages/instrument/src/domains/table: UPDATE_DOCS=1 node scripts/test.ts test/reference -->
`;

export function metricsReference(): string {
  const sections = Object.entries(METRIC_TABLE).map(([set, rows]) => section(set as SetName, rows));
  return `${HEAD}${sections.join('')}${notMetrics()}`;
}

function section(set: SetName, rows: Readonly<Record<string, MetricDefinition>>): string {
  const lines = Object.values(rows).map(row);
  const head = '| metric | type | unit | labels | | elsewhere |\n|---|---|---|---|---|---|';
  return `\n## ${set}\n\n${SETS[set]}\n\n${head}\n${lines.join('\n')}\n`;
}

function row(definition: MetricDefinition): string {
  const { name, type, unit = '', help } = definition;
  const about = [help, ...details(definition)].join('<br>');
  const cells = [`\`${name}\``, type, unit, labelsText(definition), about, elsewhere(definition)];
  return `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
}

function labelsText({ labels = {} }: MetricDefinition): string {
  const texts = Object.entries(labels).map(([label, values]) => {
    return 'limit' in values ? `\`${label}\` ≤ ${values.limit}` : `\`${label}\`: ${values.join(', ')}`;
  });
  return texts.join('<br>');
}

function details({ formula, buckets, merge, type, recordedBy }: MetricDefinition): string[] {
  const calls = recordedBy.replaceAll(/[a-z]+\.[a-z]\w*\([^)]*\)/gi, (call) => `\`${call}\``);
  const found = [`*Recorded by* ${calls}`];
  if (formula !== undefined) found.push(`*Computed* \`${formula}\``);
  if (buckets !== undefined) found.push(`*Buckets* ${buckets.join(', ')}`);
  if (type === 'gauge') found.push(`*Threads* ${merge ?? 'last'}`);
  return found;
}

function elsewhere({ aliases = {} }: MetricDefinition): string {
  const names = PROFILE_NAMES.flatMap((profile) => {
    const alias = aliases[profile];
    return alias === undefined ? [] : [`${profile} \`${alias.replaceAll(' ; ', '`, `')}\``];
  });
  return names.join('<br>');
}

function notMetrics(): string {
  const lines = Object.entries(NO_NODE_METRICS).map(([name, what]) => `| \`${name}\` | ${what} |`);
  return `\n## Named elsewhere, and no metric of a node\n\n| arthachain | is |\n|---|---|\n${lines.join('\n')}\n`;
}
