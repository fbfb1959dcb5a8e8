// The page of the API names everything that the instrument library exports to be called, and every code and reason.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as core from '@chainpulse/instrument';
import * as foreign from '@chainpulse/instrument/foreign';
import * as libp2p from '@chainpulse/instrument/libp2p';
import { toSnapshotSource } from '@chainpulse/instrument/prom-client';
import * as push from '@chainpulse/instrument/push';
import * as runtime from '@chainpulse/instrument/runtime';
import * as server from '@chainpulse/instrument/server';

const PAGE = readFileSync(new URL('../../docs/reference/instrument.md', import.meta.url), 'utf8');

function unnamed(names: Iterable<string>): string[] {
  return Array.from(names).filter((name) => !new RegExp(`\\b${name}\\b`).test(PAGE));
}

describe('the page of the API', () => {
  it('names what is exported', () => {
    const exported = [core, foreign, libp2p, push, runtime, server, { toSnapshotSource }].flatMap(Object.keys);
    assert.deepEqual(unnamed(exported), []);
  });

  it('names every error code and lint rule', () => {
    for (const [file, type] of [
      ['errors.ts', 'InstrumentErrorCode'],
      ['lint.ts', 'LintRule'],
    ] as const) {
      const source = readFileSync(new URL(`../../packages/instrument/src/${file}`, import.meta.url), 'utf8');
      const union = new RegExp(`export type ${type} =([^;]*);`).exec(source)?.[1] ?? '';
      const values = Array.from(union.matchAll(/'([a-z_]+)'/g), ([, value = '']) => value);
      assert.ok(values.length > 5, type);
      assert.deepEqual(unnamed(values), []);
    }
  });

  it('names every reason for a drop, and every way in which a request ends', () => {
    const registry = new core.Registry();
    const collector = new core.MetricsCollector({ registry });
    const to = push.remoteWrite({ url: 'http://127.0.0.1:9/' });
    const { requests, droppedSamples } = push.startPush({ registry, to }).statistics();
    for (const counts of [registry.droppedRecords(), collector.droppedRecords(), requests, droppedSamples]) {
      assert.deepEqual(unnamed(Object.keys(counts)), []);
    }
  });
});
