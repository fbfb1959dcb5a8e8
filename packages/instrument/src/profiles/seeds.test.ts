// Each profile against the list of its system: the names, types and buckets that a node exposes, nothing missing or added.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInstruments, PROFILE_NAMES, type ProfileName } from '../domains/metric-definition.ts';
import { createNodeMetrics } from '../domains/node-metrics.ts';
import { NODEJS_METRICS, PROCESS_METRICS } from '../domains/table/runtime.ts';
import { playNodeScript } from '../domains/testing/node-script.ts';
import { renderSnapshotText } from '../exposition/snapshot-text.ts';
import { Registry } from '../registry.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { createProfile } from './profile.ts';
import { profileMetrics } from './profile-metric.ts';
import {
  ALYS_METRICS,
  ARTHACHAIN_FIELDS,
  ARTHACHAIN_NO_METRICS,
  AUREON_METRICS,
  HOTSTUFF2_FIELDS,
  P2P_MACROS,
  P2P_PROTOCOLS,
  type SeedType,
} from './testdata/seed-metrics.ts';
import { DATA_MOUNT, Everything } from './testing/everything.ts';

/** What a node that has everything shows after a minute. */
function expose(name: ProfileName): Snapshot {
  const everything = new Everything();
  const profile = createProfile(name, { dataMount: DATA_MOUNT });
  profile.apply(everything.pass(30));
  return profile.apply(everything.pass(30));
}

/** By name, as the text says it; metrics without any sample are left out. */
function exposedTypes(snapshot: Snapshot): Readonly<Record<string, string>> {
  const families = snapshot.families.filter(({ points }) => points.length > 0);
  const text = new TextDecoder().decode(renderSnapshotText({ ...snapshot, families }));
  return sorted(Array.from(text.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type = '']) => [name, type]));
}

function sorted(entries: readonly (readonly [string, string])[]): Readonly<Record<string, string>> {
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function withSuffix(name: string, type: SeedType): string {
  if (type === 'gauge') return name;
  return `${name}_${type === 'counter' ? 'total' : 'seconds'}`;
}

function listed(
  lists: Readonly<Record<SeedType, readonly string[]>>,
  nameOf: (listed: string, type: SeedType) => string,
): [name: string, type: string][] {
  return (['counter', 'gauge', 'histogram'] as const).flatMap((type) =>
    lists[type].map((name): [string, string] => [nameOf(name, type), type]),
  );
}

function originals(profile: ProfileName): ReadonlyMap<string, string | undefined> {
  return new Map(profileMetrics(profile).map(({ alias }) => [alias.name, alias.original]));
}

test('hotstuff2 shows every field of the collector', () => {
  const nameOf = (field: string, type: SeedType) => withSuffix(`hotstuff2_${field}`, type);
  assert.deepEqual(exposedTypes(expose('hotstuff2')), sorted(listed(HOTSTUFF2_FIELDS, nameOf)));
  const original = originals('hotstuff2');
  for (const [field, type] of listed(HOTSTUFF2_FIELDS, (name) => name)) {
    assert.equal(original.get(nameOf(field, type as SeedType)), field);
  }
});

test('p2p shows every macro and a counter for each event of a protocol', () => {
  const nameOf = (macro: string, type: SeedType) => withSuffix(macro.replace('.', '_'), type);
  const protocols = P2P_PROTOCOLS.flatMap((protocol) =>
    ['a', 'b'].map((event): [string, string] => [`protocol_${protocol}_${event}_total`, 'counter']),
  );
  assert.deepEqual(exposedTypes(expose('p2p')), sorted([...listed(P2P_MACROS, nameOf), ...protocols]));
  const original = originals('p2p');
  for (const [macro, type] of listed(P2P_MACROS, (name) => name)) {
    assert.equal(original.get(nameOf(macro, type as SeedType)), macro);
  }
});

test('alys shows every metric of its registry, with its buckets, and help that tells as much', () => {
  const snapshot = expose('alys');
  const expected = Object.entries(ALYS_METRICS).map(([name, { type }]) => [name, type] as const);
  assert.deepEqual(exposedTypes(snapshot), sorted(expected));
  for (const family of snapshot.families) {
    const { buckets, tells = [] } = ALYS_METRICS[family.name] ?? {};
    assert.deepEqual('bounds' in family ? family.bounds : undefined, buckets, family.name);
    for (const word of tells) assert.ok(family.help.includes(word), `${family.name}: ${family.help} (${word})`);
  }
});

test('aureon shows every metric of its eight categories', () => {
  assert.deepEqual(exposedTypes(expose('aureon')), sorted(listed(AUREON_METRICS, (name) => name)));
});

test('arthachain shows every field of its snapshot that is a metric, all as gauges', () => {
  const fields = Object.entries(ARTHACHAIN_FIELDS).flatMap(([part, names]) => names.map((name) => `${part}.${name}`));
  const metrics = fields.filter((field) => ARTHACHAIN_NO_METRICS[field] === undefined);
  const nameOf = (field: string) => `arthachain_${field.replace('.', '_')}`;
  assert.deepEqual(
    exposedTypes(expose('arthachain')),
    sorted(metrics.map((field): [string, string] => [nameOf(field), 'gauge'])),
  );
  const original = originals('arthachain');
  for (const field of metrics) assert.equal(original.get(nameOf(field)), field);
});

for (const name of PROFILE_NAMES) {
  test(`a node that calls every recorder shows all of ${name}`, () => {
    let nowMs = 1_700_000_000_000;
    const registry = new Registry({ nowMs: () => nowMs });
    const metrics = createNodeMetrics({ registry, nowMs: () => nowMs });
    const { processCpu, processResidentMemory, processVirtualMemory } = PROCESS_METRICS;
    const runtime = makeInstruments(registry, {
      processCpu,
      processResidentMemory,
      processVirtualMemory,
      nodejsGcDuration: NODEJS_METRICS.nodejsGcDuration,
    });
    const profile = createProfile(name, { dataMount: DATA_MOUNT });
    let receivedPackets = 100;
    const pass = (seconds: number): Snapshot => {
      playNodeScript(metrics);
      runtime.processCpu.inc(seconds / 2);
      runtime.processResidentMemory.set(1e8);
      runtime.processVirtualMemory.set(1e9);
      runtime.nodejsGcDuration.observe({ kind: 'major' }, 0.01);
      metrics.resources.updateFilesystem({ mount: DATA_MOUNT, sizeBytes: 1e12, availableBytes: 4e11 });
      // A mirrored total grows when its origin does.
      metrics.resources.recordInterface({ device: 'eth0', receivedPackets: (receivedPackets += 100) });
      nowMs += seconds * 1000;
      return profile.apply(registry.snapshot());
    };
    pass(30);
    const shown = exposedTypes(pass(30));
    const missing = profileMetrics(name).filter(({ alias }) => alias.nameLabel === undefined && !(alias.name in shown));
    assert.deepEqual(
      missing.map(({ alias }) => alias.name),
      [],
    );
  });
}

test('labels are those that each system names', () => {
  const labelsOf = (profile: ProfileName) =>
    Object.fromEntries(
      profileMetrics(profile)
        .filter(({ alias }) => alias.labels.length > 0)
        .map(({ alias }) => [alias.name, alias.labels.map(({ shown }) => shown).join()]),
    );
  assert.deepEqual(labelsOf('hotstuff2'), {});
  assert.deepEqual(labelsOf('p2p'), {});
  assert.deepEqual(labelsOf('alys'), {
    alys_actor_messages_total: 'actor',
    alys_actor_message_latency_seconds: 'actor',
    alys_actor_mailbox_size: 'actor',
    alys_actor_restarts_total: 'actor,reason',
  });
  assert.deepEqual(labelsOf('aureon'), {
    messages_sent_total: 'type',
    messages_received_total: 'type',
    peer_heights: 'peer',
    http_requests_total: 'method,path',
    http_request_duration_seconds: 'path',
    http_errors_total: 'path,status',
    db_operations_total: 'operation',
    db_operation_time_seconds: 'operation',
  });
  const kept = new Set(Object.values(labelsOf('arthachain')).flatMap((labels) => labels.split(',')));
  assert.deepEqual(
    kept,
    new Set([
      'algorithm',
      'core',
      'device',
      'function',
      'gpu',
      'indicator',
      'kind',
      'layer',
      'model',
      'quantization',
      'type',
    ]),
  );
});
