import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Registry } from '@chainpulse/instrument';
import { MachineMetrics } from '../../packages/monitor/src/sources/machine/machine-metrics.ts';
import { EvmMetrics } from '../../packages/monitor/src/sources/probes/evm/evm-metrics.ts';

/** `name`, then the type as the formats without infos and state sets show it. */
function shownIn(...registries: readonly Registry[]): readonly string[] {
  const shown: string[] = [];
  for (const registry of registries) {
    registry.visit({
      family: ({ name, type }) => shown.push(`${name} ${type === 'stateset' || type === 'info' ? 'gauge' : type}`),
      sample: () => {},
    });
  }
  return shown.sort();
}

function writtenIn(page: string, prefix: RegExp): readonly string[] {
  const text = readFileSync(new URL(`../../docs/reference/${page}`, import.meta.url), 'utf8');
  const rows = [...text.matchAll(/^\| `([a-z_]+)[^|]*?(?:\\\|[^|]*?)*` \| (counter|gauge|histogram)/gm)];
  return rows
    .filter(([, name]) => prefix.test(name ?? ''))
    .map(([, name, type]) => `${name} ${type}`)
    .sort();
}

test('the page of the EVM probe lists every metric that it gives', () => {
  const { node, receipts } = new EvmMetrics();
  assert.deepEqual(writtenIn('evm-probe.md', /^chain/), shownIn(node, receipts));
});

test('the page of the machine lists every metric of it', () => {
  assert.deepEqual(writtenIn('machine.md', /^chain_machine_/), shownIn(new MachineMetrics().registry));
});
