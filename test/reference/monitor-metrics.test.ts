import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FamilyDescription } from '@chainpulse/instrument';
import { MonitorMetrics } from '../../packages/monitor/src/self/monitor-metrics.ts';
import { registerProcessMetrics } from '../../packages/monitor/src/sources/machine/process-metrics.ts';
import { assertPageIsCurrent } from './page.ts';

const HEAD = `# The monitor's own metrics

What the monitor tells of itself, at \`/metrics\` and, unless the machine is left out, in its own store with \`job="chainpulse"\`. A label whose
values are listed has all of them from the start, counters at 0. A value that cannot be read on a system is absent.

<!-- Generated from the registry of the monitor: UPDATE_DOCS=1 node scripts/test.ts test/reference -->

| metric | type | unit | labels | |
|---|---|---|---|---|
`;

interface Described {
  readonly family: FamilyDescription;
  readonly labels: Map<string, Set<string>>;
}

/** Labels whose values differ from process to process. */
const OPEN_LABELS = new Set(['version', 'node_version', 'major', 'minor', 'patch', 'type of nodejs_active_resources']);

function describeMetrics(): readonly Described[] {
  const metrics = new MonitorMetrics({
    version: '0.0.0',
    targets: () => [],
    droppedSubscribers: () => 0,
    clockAheadMs: () => 0,
  });
  const stop = registerProcessMetrics(metrics.registry);
  // Gauges are absent until they are read.
  metrics.storeRead({
    activeSeries: 0,
    totalSeries: 0,
    headSamples: 0,
    sizeBytes: { head: 0, blocks: 0, index: 0 },
    oldestTimeMs: undefined,
    newestTimeMs: undefined,
    errorsTotal: { append: 0, read: 0, seal: 0, delete: 0, checkpoint: 0 },
  });
  const described: Described[] = [];
  metrics.registry.visit({
    family: (family) => described.push({ family, labels: new Map() }),
    sample: (_, labels) => {
      const known = described.at(-1)?.labels;
      for (const { name, value } of labels) {
        if (name === 'le') continue;
        const values = known?.get(name) ?? new Set();
        values.add(value);
        known?.set(name, values);
      }
    },
  });
  stop();
  return described;
}

function row({ family: { name, type, unit, help }, labels }: Described): string {
  const texts = [...labels].map(([label, values]) => {
    const isOpen = OPEN_LABELS.has(label) || OPEN_LABELS.has(`${label} of ${name}`);
    return isOpen ? `\`${label}\`` : `\`${label}\`: ${[...values].join(', ')}`;
  });
  return `| \`${name}\` | ${type} | ${unit} | ${texts.join('; ')} | ${help} |`;
}

test('the reference page lists every metric of the monitor', () => {
  const rows = describeMetrics().map(row);
  assert.ok(rows.length > 30, `${rows.length} metrics`);
  assertPageIsCurrent('monitor-metrics.md', `${HEAD}${rows.join('\n')}\n`);
});
