import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { InstrumentError } from '../errors.ts';
import { renderText } from '../exposition/text.ts';
import { Registry } from '../registry.ts';
import { type MetricDefinition, type MetricDefinitions, makeInstruments } from './metric-definition.ts';
import { createNodeMetrics, DOMAIN_SET_NAMES, type NodeEventMap, type NodeMetrics } from './node-metrics.ts';
import { BRIDGES_METRICS } from './table/bridges.ts';
import { COLLECTOR_METRICS } from './table/collector.ts';
import { METRIC_TABLE } from './table/index.ts';
import { PUSH_METRICS } from './table/push.ts';
import { INSTRUMENT_METRICS, NODEJS_METRICS, PROCESS_METRICS } from './table/runtime.ts';
import { NODE_SCRIPT, playNodeScript } from './testing/node-script.ts';

/** Made elsewhere in the package, and in the table for the reference. */
const OTHERS: readonly MetricDefinitions[] = [
  PROCESS_METRICS,
  NODEJS_METRICS,
  INSTRUMENT_METRICS,
  PUSH_METRICS,
  BRIDGES_METRICS,
  COLLECTOR_METRICS,
];
const OTHER_NAMES = new Set(OTHERS.flatMap((rows) => Object.values(rows).map(({ name }) => name)));

const ROWS: readonly (readonly [set: string, row: MetricDefinition])[] = Object.entries(METRIC_TABLE).flatMap(
  ([set, rows]) => Object.values<MetricDefinition>(rows).map((row) => [set, row] as const),
);

const OWN_ROWS = ROWS.filter(([, { name }]) => !OTHER_NAMES.has(name));

/** Plays the script twice, a collection and some time after each: what derived values need. */
function playedNode() {
  let nowMs = 1_700_000_000_000;
  const registry = new Registry({ nowMs: () => nowMs });
  const metrics = createNodeMetrics({ registry, nowMs: () => nowMs });
  playNodeScript(metrics);
  nowMs += 30_000;
  registry.snapshot();
  playNodeScript(metrics);
  // A mirrored total grows when its origin does.
  metrics.resources.recordInterface({ device: 'eth0', receivedPackets: 180, receivedLostPackets: 20 });
  nowMs += 30_000;
  registry.snapshot();
  return { registry, metrics };
}

function sampleNames(registry: Registry): Set<string> {
  const lines = renderText(registry).split('\n');
  return new Set(lines.flatMap((line) => /^([a-z0-9_]+)[ {]/.exec(line)?.[1] ?? []));
}

function sampleValue(registry: Registry, series: string): string | undefined {
  const lines = renderText(registry).split('\n');
  return lines.find((line) => line.startsWith(`${series} `))?.slice(series.length + 1);
}

/** What can be below 0. */
const SIGNED =
  /^chain_(machine_(cpu_temperature_celsius|clock_offset_seconds)|.*_(reputation_score|overhead_ratio)|actors_alive)$/;

/** Names of metrics of which a value or a sum cannot be. */
function belowZeroOrInfinite(registry: Registry): readonly string[] {
  const names = registry.snapshot().families.flatMap((family): readonly string[] => {
    if (family.type === 'summary' || family.type === 'exponential') return [];
    const values = family.points.map((point) => ('sum' in point ? point.sum : point.value));
    const isPossible = (value: number) => Number.isFinite(value) && (value >= 0 || SIGNED.test(family.name));
    return values.every(isPossible) ? [] : [family.name];
  });
  return [...new Set(names)];
}

describe('the metrics of a node', () => {
  it('have a value each once every recorder was called', () => {
    const { registry } = playedNode();
    const shown = sampleNames(registry);
    const without = OWN_ROWS.filter(([, { name, type }]) => !shown.has(type === 'histogram' ? `${name}_count` : name));
    assert.deepEqual(
      without.map(([, { name }]) => name),
      [],
    );
    const untouched = registry.snapshot().families.flatMap((family) => {
      if (family.type === 'counter' && family.points.every(({ value }) => value === 0)) return [family.name];
      const isEmpty = family.type === 'histogram' && family.points.every(({ counts }) => Math.max(...counts) === 0);
      return isEmpty ? [family.name] : [];
    });
    assert.deepEqual(
      untouched,
      // The only one of the script that is a success.
      ['chain_validator_signing_failures_total'],
    );
  });

  it('drop nothing of what the script says', () => {
    const { registry } = playedNode();
    const nothing = { series_limit: 0, label_limit: 0, invalid_value: 0, unknown_label: 0, internal: 0 };
    assert.deepEqual(registry.droppedRecords(), nothing);
  });

  it('are recorded by the methods that the table names', () => {
    const { metrics } = playedNode();
    const byName = metrics as unknown as Record<string, Record<string, unknown>>;
    const missing = OWN_ROWS.flatMap(([, { name, recordedBy }]) =>
      Array.from(recordedBy.matchAll(/([a-z]+)\.([a-z]\w+)\(/g))
        .filter(([, set, method]) => typeof byName[set ?? '']?.[method ?? ''] !== 'function')
        .map(([call]) => `${name}: ${call}`),
    );
    assert.deepEqual(missing, []);
  });

  it('are named in the table with every recorder that there is', () => {
    const named = ROWS.map(([, { recordedBy }]) => recordedBy).join(';');
    const unnamed = Object.entries(NODE_SCRIPT).flatMap(([set, recorders]) =>
      Object.keys(recorders)
        .map((method) => `${set}.${method}(`)
        .filter((call) => !named.includes(call)),
    );
    // They end what others began, and write no metric of their own.
    assert.deepEqual(unnamed, ['peers.forgetPeer(']);
  });

  it('fit into a registry with its default limit, all of them, and leave more than half of it for bounded labels', () => {
    const registry = new Registry();
    createNodeMetrics({ registry });
    for (const rows of OTHERS) makeInstruments(registry, rows);
    assert.equal(registry.snapshot().families.length, ROWS.length);
    assert.ok(registry.seriesCount() > 1_000 && registry.seriesCount() < 5_000, `${registry.seriesCount()} series`);
    assert.ok(playedNode().registry.seriesCount() < 5_000);
  });

  it('are free of what the lint finds', () => {
    const registry = new Registry();
    createNodeMetrics({ registry });
    // Bridges keep stores of their own.
    for (const rows of OTHERS.filter((others) => others !== BRIDGES_METRICS)) makeInstruments(registry, rows);
    assert.deepEqual(registry.lintFindings, []);
  });

  it('are free of what promtool finds', (context) => {
    const { registry } = playedNode();
    const { error, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: renderText(registry),
      encoding: 'utf8',
    });
    if (error !== undefined) {
      context.skip('promtool is not installed');
      return;
    }
    assert.deepEqual([stdout, stderr], ['', '']);
  });

  it('each have a name of their own', () => {
    const names = ROWS.map(([, { name }]) => name);
    assert.deepEqual(
      names.filter((name, i) => names.indexOf(name) !== i),
      [],
    );
  });
});

describe('createNodeMetrics', () => {
  it('makes the chosen sets and no others', () => {
    const registry = new Registry();
    const metrics = createNodeMetrics({ registry, sets: ['storage', 'sync'] });
    assert.deepEqual(Object.keys(metrics), ['storage', 'sync', 'events']);
    metrics.sync.recordBlocks({ count: 3 });
    // @ts-expect-error: this set was not chosen
    assert.equal(metrics.consensus, undefined);
    assert.equal(sampleValue(registry, 'chain_sync_blocks_total'), '3');
    assert.equal(sampleNames(registry).has('chain_consensus_views_total'), false);
  });

  it('makes all sets by default', () => {
    const metrics: NodeMetrics = createNodeMetrics({ registry: new Registry() });
    assert.deepEqual(Object.keys(metrics), [...DOMAIN_SET_NAMES, 'events']);
    assert.deepEqual(DOMAIN_SET_NAMES, Object.keys(METRIC_TABLE));
  });

  it('leaves sets that are switched off without series, events and effect', () => {
    const registry = new Registry();
    const metrics = createNodeMetrics({ registry, off: ['consensus', 'resources', 'validators'] });
    const types: string[] = [];
    metrics.events.subscribe(({ type }) => types.push(type));
    playNodeScript(metrics);
    metrics.resources.watchMemory(() => ({ heapUsedBytes: 1 }))();
    const shown = [...sampleNames(registry)];
    assert.deepEqual(
      shown.filter((name) => /^chain_(consensus|machine|validators?)_/.test(name)),
      [],
    );
    assert.deepEqual(
      types.filter((type) => /^(consensus|resources|validators)\./.test(type)),
      [],
    );
    assert.ok(types.includes('storage.written'));
  });

  it('switches everything off', () => {
    const registry = new Registry();
    const metrics = createNodeMetrics({ registry, off: 'all' });
    let events = 0;
    metrics.events.subscribe(() => events++);
    playNodeScript(metrics);
    assert.equal(renderText(registry), '');
    assert.equal(events, 0);
    assert.equal(registry.seriesCount(), 0);
    assert.ok(Object.values(registry.droppedRecords()).every((count) => count === 0));
  });

  it('counts what an argument throws when it is read', () => {
    const registry = new Registry();
    const { consensus } = createNodeMetrics({ registry, sets: ['consensus'] });
    const throwing = {
      get height(): number {
        throw new Error('from a getter');
      },
    };
    consensus.recordBlockCommitted(throwing as never);
    assert.equal(registry.droppedRecords().internal, 1);
  });

  it('makes all or nothing, so that it can be tried again', () => {
    const small = new Registry({ maxSeries: 100 });
    assert.throws(() => createNodeMetrics({ registry: small }), { code: 'series_limit' });
    assert.equal(small.seriesCount(), 0);
    createNodeMetrics({ registry: small, sets: ['sync'] });
    assert.throws(() => createNodeMetrics({ registry: small, sets: ['mempool', 'sync'] }), { code: 'name_duplicate' });
    createNodeMetrics({ registry: small, sets: ['mempool'] });
    const full = new Registry({ maxSeries: 1 });
    full.gauge({ name: 'other', help: 'Measured.' });
    assert.throws(() => createNodeMetrics({ registry: full }), { code: 'series_limit' });
    createNodeMetrics({ registry: full, off: 'all' });
  });

  it('refuses a set that does not exist, and says which there are', () => {
    const registry = new Registry();
    const wrong: unknown[] = [['storge'], 'storage', [undefined], ['constructor'], [7], null];
    for (const names of wrong) {
      for (const option of ['sets', 'off']) {
        assert.throws(
          () => createNodeMetrics({ registry, [option]: names }),
          (error: unknown) =>
            error instanceof InstrumentError &&
            error.code === 'option_invalid' &&
            error.message.startsWith(`${option} names "`) &&
            error.message.includes('consensus, blocks,'),
          `${option}: ${String(names)}`,
        );
      }
    }
    assert.equal(registry.seriesCount(), 0);
  });

  it('refuses to do nothing for want of a registry', () => {
    for (const registry of [undefined, null, 'registry', {}, new Map()]) {
      assert.throws(() => createNodeMetrics({ registry: registry as unknown as Registry }), {
        code: 'option_invalid',
        message: /give a Registry of this package/,
      });
    }
  });

  it('refuses a window that is none', () => {
    for (const windowSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, '60' as unknown as number]) {
      assert.throws(() => createNodeMetrics({ registry: new Registry(), windowSeconds }), { code: 'option_invalid' });
    }
  });

  it('refuses a registry that has the metrics already', () => {
    const registry = new Registry();
    createNodeMetrics({ registry, sets: ['sync'] });
    assert.throws(() => createNodeMetrics({ registry, sets: ['sync'] }), { code: 'name_duplicate' });
  });
});

describe('recorders', () => {
  it('tell their event with the fields as they were given', () => {
    const metrics = createNodeMetrics({ registry: new Registry(), nowMs: () => 5_000 });
    const heard: unknown[] = [];
    const end = metrics.events.subscribe((event) => heard.push(event));
    const fields = { actor: 'ChainActor', reason: 'panic' } as const;
    metrics.actors.recordRestart(fields);
    metrics.actors.updateMailbox({ actor: 'ChainActor', count: 3 });
    end();
    metrics.actors.recordRestart(fields);
    const expected: { type: keyof NodeEventMap; atMs: number; fields: unknown }[] = [
      { type: 'actors.restarted', atMs: 5_000, fields },
    ];
    assert.deepEqual(heard, expected);
  });

  it('each tell one event of their set, and nothing else does', () => {
    const metrics = createNodeMetrics({ registry: new Registry() });
    const untold: string[] = [];
    let heard: string[] = [];
    metrics.events.subscribe(({ type }) => heard.push(type));
    for (const [set, recorders] of Object.entries(NODE_SCRIPT)) {
      const made = metrics[set as keyof typeof NODE_SCRIPT] as unknown as Record<string, (fields: unknown) => void>;
      for (const [method, [fields]] of Object.entries<readonly unknown[]>(recorders)) {
        heard = [];
        made[method]?.(fields);
        const expected = method.startsWith('record') ? 1 : 0;
        if (heard.length !== expected || heard.some((type) => !type.startsWith(`${set}.`))) {
          untold.push(`${set}.${method}: ${heard.join()}`);
        }
      }
    }
    assert.deepEqual(untold, []);
  });

  it('take no amount that was left out for 1', () => {
    const registry = new Registry();
    const { sync, inference } = createNodeMetrics({ registry });
    sync.recordBlocks({} as { count: number });
    inference.recordLayer({ model: 'm', layer: 'l' } as Parameters<typeof inference.recordLayer>[0]);
    assert.equal(sampleValue(registry, 'chain_sync_blocks_total'), '0');
    assert.equal(sampleNames(registry).has('chain_inference_layer_duration_seconds_total'), false);
    assert.equal(registry.droppedRecords().invalid_value, 2);
  });

  it('never throw for what is inside of their argument, and count what they cannot take', () => {
    const registry = new Registry();
    const metrics = createNodeMetrics({ registry });
    const thrown = new Set<string>();
    const wrong: unknown[] = [
      undefined,
      null,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      -1,
      '',
      'x',
      5n,
      Symbol('x'),
      {},
      [],
      () => {},
      new Proxy({}, {}),
    ];
    for (const [set, recorders] of Object.entries(NODE_SCRIPT)) {
      const made = metrics[set as keyof typeof NODE_SCRIPT] as unknown as Record<string, (fields?: unknown) => void>;
      for (const [method, [fields]] of Object.entries<readonly unknown[]>(recorders)) {
        const changed = Object.keys(fields as object).flatMap((name) =>
          wrong.map((value) => ({ ...(fields as object), [name]: value })),
        );
        for (const given of [undefined, null, ...changed]) {
          try {
            made[method]?.(given);
          } catch (error) {
            thrown.add(`${set}.${method}: ${String(error)}`);
          }
        }
      }
    }
    assert.deepEqual([...thrown], []);
    const { internal, invalid_value, unknown_label } = registry.droppedRecords();
    assert.equal(internal, 0);
    assert.ok(invalid_value > 100 && unknown_label > 100);
    registry.snapshot();
    assert.equal(registry.droppedRecords().internal, 0);
    // A total that a wrong value got into would be NaN, or fall.
    const wrongTotals = registry
      .snapshot()
      .families.flatMap((family) => (family.type === 'counter' ? family.points : []))
      .filter(({ value }) => !(value >= 0));
    assert.deepEqual(wrongTotals, []);
    assert.deepEqual(belowZeroOrInfinite(registry), []);
  });
});
