import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProfileName } from '../domains/metric-definition.ts';
import { Registry } from '../registry.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { createProfile } from './profile.ts';
import { DATA_MOUNT, Everything } from './testing/everything.ts';
import { at, familyOf, histogram, scalars, valuesOf } from './testing/snapshots.ts';

test('labels that the profile lacks are added up, the others stay or are renamed', () => {
  const aureon = createProfile('aureon');
  const shown = aureon.apply(
    at(
      0,
      scalars(
        'counter',
        'chain_api_requests_total',
        [{ method: 'GET', path: '/tx', status: '2xx' }, 3],
        [{ method: 'GET', path: '/tx', status: '5xx' }, 4],
        [{ method: 'POST', path: '/tx', status: '2xx' }, 5],
      ),
      scalars('counter', 'chain_api_errors_total', [{ code: '404', path: '/tx' }, 2]),
      scalars('gauge', 'chain_peers_connected', [{ direction: 'inbound' }, 1], [{ direction: 'outbound' }, 8]),
    ),
  );
  assert.deepEqual(valuesOf(shown, 'http_requests_total'), { 'method=GET,path=/tx': 7, 'method=POST,path=/tx': 5 });
  assert.deepEqual(valuesOf(shown, 'http_errors_total'), { 'path=/tx,status=404': 2 });
  assert.deepEqual(valuesOf(shown, 'peers_connected'), { '': 9 });
});

test('one label value can be a metric of its own', () => {
  const known = scalars(
    'gauge',
    'chain_peers_known',
    [{ health: 'healthy' }, 5],
    [{ health: 'degraded' }, 2],
    [{ health: 'unhealthy' }, 1],
  );
  const shown = createProfile('p2p').apply(at(0, known));
  assert.deepEqual(
    ['peers_total', 'peers_healthy', 'peers_degraded', 'peers_unhealthy'].map((name) => valuesOf(shown, name)),
    [{ '': 8 }, { '': 5 }, { '': 2 }, { '': 1 }],
  );
});

test('a label can be part of the name, and values that a name cannot hold are rewritten', () => {
  const events = scalars(
    'counter',
    'chain_protocol_events_total',
    [{ protocol: 'task', event: 'done' }, 1],
    [{ protocol: 'task', event: 're.try' }, 2],
    [{ protocol: 'task', event: 're-try' }, 3],
    [{ protocol: 'health', event: 'done' }, 4],
  );
  const shown = createProfile('p2p').apply(at(0, events));
  assert.deepEqual(
    shown.families.map(({ name }) => [name, valuesOf(shown, name)]),
    [
      ['protocol_health_done_total', { '': 4 }],
      ['protocol_task_done_total', { '': 1 }],
      ['protocol_task_re_try_total', { '': 5 }],
    ],
  );
});

test('histograms are merged into the buckets that the system fixes, exactly', () => {
  const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];
  const shown = createProfile('alys').apply(
    at(
      0,
      histogram('chain_consensus_block_proposal_duration_seconds', bounds, [
        {},
        99,
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
      ]),
    ),
  );
  const family = familyOf(shown, 'alys_block_production_duration_seconds');
  assert.ok(family?.type === 'histogram');
  assert.deepEqual(family.bounds, [0.1, 0.5, 1, 2, 5, 10]);
  assert.deepEqual(family.points, [{ labels: [], sum: 99, counts: [15, 13, 8, 9, 10, 11, 12] }]);
});

test('histograms of several series become one', () => {
  const shown = createProfile('hotstuff2').apply(
    at(
      0,
      histogram(
        'chain_network_message_processing_duration_seconds',
        [1, 2],
        [{ type: 'vote' }, 3, [1, 1, 0]],
        [{ type: 'ping' }, 4, [0, 2, 5]],
      ),
    ),
  );
  assert.deepEqual(familyOf(shown, 'hotstuff2_message_processing_time_seconds')?.points, [
    { labels: [], sum: 7, counts: [1, 3, 5] },
  ]);
});

test('a state set can be the number of its state, absent while it is in none', () => {
  const alys = createProfile('alys');
  const state = (active: string) =>
    scalars(
      'stateset',
      'chain_sync_state',
      ...['discovering', 'headers', 'blocks', 'catchup', 'synced', 'failed'].map(
        (name) => [{ state: name }, name === active ? 1 : 0] as const,
      ),
    );
  assert.deepEqual(valuesOf(alys.apply(at(0, state('failed'))), 'alys_sync_state'), { '': 5 });
  assert.deepEqual(valuesOf(alys.apply(at(1, state('discovering'))), 'alys_sync_state'), { '': 0 });
  assert.deepEqual(valuesOf(alys.apply(at(2, state('none'))), 'alys_sync_state'), {});
  assert.deepEqual(valuesOf(alys.apply(at(3, scalars('stateset', 'chain_sync_state'))), 'alys_sync_state'), {});
});

const cpu = (total: number) => scalars('counter', 'process_cpu_seconds_total', [{}, total]);

test('a rate is that of the window, and absent before there are two readings', () => {
  const alys = createProfile('alys');
  const read = (seconds: number, total: number) =>
    valuesOf(alys.apply(at(seconds, cpu(total))), 'alys_cpu_usage_percent');
  assert.deepEqual(read(0, 100), {});
  assert.deepEqual(read(30, 115), { '': 50 });
  assert.deepEqual(read(60, 130), { '': 50 });
  assert.deepEqual(read(90, 130), { '': 25 });
  assert.deepEqual(read(120, 130), { '': 0 });
});

test('the window can be another one', () => {
  const alys = createProfile('alys', { windowSeconds: 10 });
  for (const seconds of [0, 5, 10, 15]) alys.apply(at(seconds, cpu(0)));
  assert.deepEqual(valuesOf(alys.apply(at(20, cpu(10))), 'alys_cpu_usage_percent'), { '': 100 });
});

test('a total that began anew grew from 0, and what it had grown before counts', () => {
  const alys = createProfile('alys');
  for (const [seconds, total] of [
    [0, 100],
    [20, 106],
    [40, 3],
  ] as const) {
    alys.apply(at(seconds, cpu(total)));
  }
  // 6 before the restart, 3 and then 3 after it, although it is above 100 no more.
  assert.deepEqual(valuesOf(alys.apply(at(60, cpu(6))), 'alys_cpu_usage_percent'), { '': 20 });
});

test('a clock that goes back begins a new window', () => {
  const alys = createProfile('alys');
  alys.apply(at(100, cpu(5)));
  assert.deepEqual(valuesOf(alys.apply(at(40, cpu(9))), 'alys_cpu_usage_percent'), {});
  assert.deepEqual(valuesOf(alys.apply(at(50, cpu(10))), 'alys_cpu_usage_percent'), { '': 10 });
});

test('two readings at one moment say nothing of growth', () => {
  const alys = createProfile('alys');
  alys.apply(at(1, cpu(5)));
  assert.deepEqual(valuesOf(alys.apply(at(1, cpu(6))), 'alys_cpu_usage_percent'), {});
});

const inferences = (...points: readonly (readonly [string, number, readonly number[]])[]) =>
  histogram(
    'chain_inference_duration_seconds',
    [0.01, 0.1, 1],
    ...points.map(([model, sum, counts]) => [{ model }, sum, counts] as const),
  );

test('means and quantiles are of the observations of the window, each series for itself', () => {
  const arthachain = createProfile('arthachain');
  arthachain.apply(at(0, inferences(['a', 50, [0, 0, 90, 0]], ['b', 1, [1, 0, 0, 0]])));
  const shown = arthachain.apply(at(60, inferences(['a', 55, [0, 100, 90, 0]], ['b', 1, [1, 0, 0, 0]])));
  assert.deepEqual(valuesOf(shown, 'arthachain_model_avg_inference_ms'), { 'model=a': 50 });
  assert.deepEqual(valuesOf(shown, 'arthachain_model_p95_inference_ms'), { 'model=a': 95.5 });
  const p99 = valuesOf(shown, 'arthachain_model_p99_inference_ms')?.['model=a'];
  assert.equal(p99?.toFixed(9), '99.100000000');
});

test('growth for each of something divides the series by those with the same labels', () => {
  const arthachain = createProfile('arthachain');
  const layers = (a: number, b: number) =>
    scalars(
      'counter',
      'chain_inference_layer_duration_seconds_total',
      [{ model: 'a', layer: 'in' }, a],
      [{ model: 'a', layer: 'out' }, 2 * a],
      [{ model: 'b', layer: 'in' }, b],
      [{ model: 'none', layer: 'in' }, 9],
    );
  const counts = (a: number, b: number) =>
    scalars('counter', 'chain_inference_inferences_total', [{ model: 'a' }, a], [{ model: 'b' }, b]);
  arthachain.apply(at(0, layers(0, 0), counts(0, 5)));
  const shown = arthachain.apply(at(60, layers(2, 3), counts(10, 5)));
  assert.deepEqual(valuesOf(shown, 'arthachain_model_layer_latencies'), {
    'layer=in,model=a': 200,
    'layer=out,model=a': 400,
  });
});

test('the divisor of a quotient may lack: then there is no quotient', () => {
  const arthachain = createProfile('arthachain');
  const gas = scalars('counter', 'chain_contracts_gas_used_total', [{}, 7]);
  arthachain.apply(at(0, gas));
  assert.deepEqual(valuesOf(arthachain.apply(at(60, gas)), 'arthachain_contract_avg_gas_used'), {});
});

test('the highest and the mean are taken over the series', () => {
  const shown = createProfile('arthachain').apply(
    at(
      0,
      scalars('gauge', 'chain_machine_cpu_temperature_celsius', [{ sensor: 'a' }, 50], [{ sensor: 'b' }, 70]),
      scalars('gauge', 'chain_machine_cpu_frequency_hertz', [{ core: '0' }, 1e9], [{ core: '1' }, 3e9]),
    ),
  );
  assert.deepEqual(valuesOf(shown, 'arthachain_cpu_temperature'), { '': 70 });
  assert.deepEqual(valuesOf(shown, 'arthachain_cpu_frequency_mhz'), { '': 2000 });
});

test('the file system with the data is the one that is named, the only one, or /', () => {
  const usage = (...mounts: readonly (readonly [string, number])[]) =>
    at(
      0,
      scalars(
        'gauge',
        'chain_machine_filesystem_usage_ratio',
        ...mounts.map(([mount, value]) => [{ mount }, value] as const),
      ),
    );
  const show = (snapshot: Snapshot, dataMount?: string) =>
    valuesOf(
      createProfile('hotstuff2', dataMount === undefined ? {} : { dataMount }).apply(snapshot),
      'hotstuff2_disk_usage',
    );
  assert.deepEqual(show(usage(['/', 0.1], ['/data', 0.9]), '/data'), { '': 0.9 });
  assert.deepEqual(show(usage(['/', 0.1], ['/data', 0.9])), { '': 0.1 });
  assert.deepEqual(show(usage(['/srv', 0.4])), { '': 0.4 });
  assert.deepEqual(show(usage(['/srv', 0.4], ['/data', 0.9])), {});
  assert.deepEqual(show(usage(['/srv', 0.4]), '/data'), {});
});

test('an exponential histogram keeps its own buckets where the system fixes none, and gets them where it does', () => {
  const registry = new Registry();
  const help = 'Something.';
  const received = registry.exponentialHistogram({
    name: 'chain_consensus_block_proposal_duration_seconds',
    help,
    unit: 'seconds',
  });
  for (const value of [0.05, 0.3, 3, 30]) received.observe(value);
  const snapshot = registry.snapshot();
  assert.equal(
    familyOf(createProfile('hotstuff2').apply(snapshot), 'hotstuff2_block_proposal_time_seconds')?.type,
    'exponential',
  );
  const alys = familyOf(createProfile('alys').apply(snapshot), 'alys_block_production_duration_seconds');
  assert.ok(alys?.type === 'histogram');
  const [point] = alys.points;
  assert.deepEqual(alys.bounds, [0.1, 0.5, 1, 2, 5, 10]);
  assert.deepEqual(point?.counts, [1, 1, 0, 0, 1, 0, 1]);
  assert.ok(Math.abs((point?.sum ?? 0) - 33.35) < 1e-9);
});

test('counters keep when they began and their latest exemplar', () => {
  const labelled = (value: string, createdMs: number, timestampMs: number) => ({
    labels: [{ name: 'reason', value }],
    value: 1,
    createdMs,
    exemplar: { labels: [{ name: 'trace_id', value: `t${timestampMs}` }], value: 1, timestampMs },
  });
  const family: FamilySnapshot = {
    ...scalars('counter', 'chain_consensus_view_changes_total'),
    type: 'counter',
    points: [labelled('timeout', 500, 900), labelled('other', 400, 700)],
  };
  const [point] =
    familyOf(createProfile('hotstuff2').apply(at(1, family)), 'hotstuff2_view_changes_total')?.points ?? [];
  assert.deepEqual(point, { ...labelled('timeout', 400, 900), labels: [], value: 2 });
});

test('metrics that are not of the table keep their names, canonical ones are shown when asked for', () => {
  const families = [
    scalars('counter', 'my_own_total', [{}, 1]),
    scalars('gauge', 'chain_blocks_head_height', [{}, 7]),
    scalars('counter', 'chain_runtime_instrument_dropped_records_total', [{ reason: 'internal' }, 0]),
  ];
  const names = (snapshot: Snapshot) => snapshot.families.map(({ name }) => name);
  assert.deepEqual(names(createProfile('aureon').apply(at(0, ...families))), ['chain_height', 'my_own_total']);
  assert.deepEqual(names(createProfile('aureon', { alongside: true }).apply(at(0, ...families))), [
    'chain_blocks_head_height',
    'chain_height',
    'chain_runtime_instrument_dropped_records_total',
    'my_own_total',
  ]);
});

test('of two metrics with one name that of the profile is shown', () => {
  const shown = createProfile('aureon').apply(
    at(
      0,
      scalars('gauge', 'mempool_size', [{}, 1]),
      scalars('gauge', 'chain_mempool_transactions', [{ state: 'pending' }, 2]),
    ),
  );
  assert.deepEqual(valuesOf(shown, 'mempool_size'), { '': 2 });
});

test('a metric whose name is of the table and whose type is not is left out', () => {
  const shown = createProfile('aureon').apply(at(0, scalars('unknown', 'chain_blocks_head_height', [{}, 1])));
  assert.deepEqual(shown.families, []);
});

test('what a node does not have, the profile does not show', () => {
  assert.deepEqual(createProfile('alys').apply(at(5)), at(5));
});

test('the snapshot that is given stays as it was', () => {
  const snapshot = new Everything().pass(1);
  const before = structuredClone(snapshot);
  for (const name of ['hotstuff2', 'p2p', 'alys', 'aureon', 'arthachain'] as const) createProfile(name).apply(snapshot);
  assert.deepEqual(snapshot, before);
});

test('a series has the same array of labels each time, so that renderers may keep its text', () => {
  const everything = new Everything();
  for (const name of ['alys', 'aureon', 'p2p'] as const) {
    const profile = createProfile(name, { dataMount: DATA_MOUNT });
    const labels = (snapshot: Snapshot) =>
      snapshot.families.flatMap((family) => family.points.map((point) => [family.name, point.labels] as const));
    profile.apply(everything.pass(10));
    const first = labels(profile.apply(everything.pass(10)));
    const second = labels(profile.apply(everything.pass(10)));
    assert.equal(first.length, second.length);
    const differing = first.filter(([, array], i) => array !== second[i]?.[1]).map(([family]) => family);
    // The number of a state has no series of its own.
    assert.deepEqual(
      differing.filter((family) => family !== 'alys_sync_state'),
      [],
    );
  }
});

test('a series that ends and comes back begins a new window', () => {
  const arthachain = createProfile('arthachain');
  const reads = (...values: readonly number[]) =>
    scalars(
      'counter',
      'chain_machine_disk_reads_total',
      ...values.map((value, i) => [{ device: `d${i}` }, value] as const),
    );
  const read = (seconds: number, family: FamilySnapshot) =>
    valuesOf(arthachain.apply(at(seconds, family)), 'arthachain_disk_read_ops_per_sec');
  read(0, reads(0, 0));
  assert.deepEqual(read(10, reads(10, 20)), { 'device=d0': 1, 'device=d1': 2 });
  assert.deepEqual(read(20, reads(20)), { 'device=d0': 1 });
  assert.deepEqual(read(30, reads(30, 60)), { 'device=d0': 1 });
  assert.deepEqual(read(40, reads(40, 80)), { 'device=d0': 1, 'device=d1': 2 });
});

test('wrong options are refused', () => {
  assert.throws(() => createProfile('none' as ProfileName), { code: 'option_invalid' });
  for (const windowSeconds of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(() => createProfile('alys', { windowSeconds }), { code: 'option_invalid', message: /windowSeconds/ });
  }
});
