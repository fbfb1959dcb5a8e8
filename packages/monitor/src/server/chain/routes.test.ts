import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import { openRealEngine, type Point } from '../testing/real-engine.ts';
import { exchangeRaw, NOW_MS, scriptedEngine, startTestServer, targetStatus } from '../testing/test-server.ts';
import type { WireHealth, WireReady, WireSummary } from '../wire.ts';
import { takesGzip } from './metrics.ts';

const NODE_A = targetStatus('127.0.0.1:8545');
const NODE_B = targetStatus('127.0.0.1:8546');
const MACHINE = targetStatus('here', {
  id: 'machine',
  type: 'machine',
  labels: labelsFromRecord({ job: 'machine', instance: 'here' }),
});

function pointsOf(target: typeof NODE_A, metrics: Readonly<Record<string, number>>, ageMs = 0): Point[] {
  const own = Object.fromEntries(target.labels.map(({ name, value }) => [name, value]));
  return Object.entries(metrics).map(([series, value]) => {
    const [, name = '', label, labelText] = /^([a-z0-9_]+)(?:\{(\w+)="(.*)"\})?$/.exec(series) ?? [];
    return { labels: { __name__: name, ...own, ...(label !== undefined && { [label]: labelText! }) }, value, ageMs };
  });
}

test('health is 200 while all is well and 503 when something is down', async (t) => {
  const targets = [NODE_A];
  const { url } = await startTestServer(t, { targets });
  assert.equal((await fetch(`${url}/health`)).status, 200);
  assert.equal((await fetch(`${url}/health/targets`)).status, 200);
  targets[0] = targetStatus('127.0.0.1:8545', { health: 'down', reason: 'connection refused: start the node.' });
  const response = await fetch(`${url}/health`);
  assert.equal(response.status, 503);
  const health = (await response.json()) as WireHealth;
  assert.match(
    health.summary,
    /^127\.0\.0\.1:8545 is down since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: connection refused: start the node\.$/,
  );
  const component = await fetch(`${url}/health/targets`);
  assert.equal(component.status, 503);
  assert.deepEqual(await component.json(), { status: 'critical', reasons: [health.summary] });
  assert.equal((await fetch(`${url}/health/storage`)).status, 200);
  assert.equal((await fetch(`${url}/live`)).status, 200);
});

test('a component that does not exist is answered with those that do', async (t) => {
  const { url } = await startTestServer(t);
  for (const name of ['nothing', 'constructor', '__proto__']) {
    const response = await fetch(`${url}/health/${name}`);
    assert.equal(response.status, 404, name);
    assert.match(await response.text(), /there are: storage, targets/);
  }
});

test('it is ready when the store answers, and says why when it does not', async (t) => {
  const { url } = await startTestServer(t, { engine: await openRealEngine(t) });
  assert.deepEqual(await (await fetch(`${url}/ready`)).json(), { ready: true, reasons: [] });
  assert.equal(await (await fetch(`${url}/-/ready`)).text(), 'Chainpulse is Ready.\n');
  assert.equal(await (await fetch(`${url}/-/healthy`)).text(), 'Chainpulse is Healthy.\n');

  const silent = scriptedEngine({ stats: () => new Promise(() => {}) });
  const { url: other } = await startTestServer(t, { engine: silent, limits: { maxStoreAnswerMs: 10 } });
  const response = await fetch(`${other}/ready`);
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), { ready: false, reasons: ['The store has not answered within 0.01 s.'] });
  assert.equal((await fetch(`${other}/-/ready`)).status, 503);
});

test('readiness judges the peers and the distance of every chain target', async (t) => {
  const engine = await openRealEngine(t, [
    ...pointsOf(NODE_A, {
      chain_blocks_head_height: 100,
      'chain_peers_connected{direction="inbound"}': 2,
      'chain_peers_connected{direction="outbound"}': 3,
    }),
    ...pointsOf(NODE_B, { chain_blocks_head_height: 90, 'chain_peers_connected{direction="inbound"}': 0 }),
    ...pointsOf(MACHINE, { chain_machine_cpu_usage_ratio: 0.5 }),
  ]);
  const { url } = await startTestServer(t, { engine, targets: [NODE_A, NODE_B, MACHINE] });
  const ask = async (query: string) => {
    const response = await fetch(`${url}/ready?${query}`);
    return { status: response.status, ...((await response.json()) as WireReady) };
  };
  assert.deepEqual(await ask('minPeers=0&maxBlocksBehind=10'), { status: 200, ready: true, reasons: [] });
  assert.deepEqual(await ask('minPeers=5&maxBlocksBehind=9'), {
    status: 503,
    ready: false,
    reasons: ['127.0.0.1:8546 has 0 peers, 5 are wanted.', '127.0.0.1:8546 is 10 blocks behind, 9 are allowed.'],
  });
});

test('what nothing reports cannot be judged and is not ready', async (t) => {
  const engine = await openRealEngine(t, pointsOf(NODE_A, { chain_blocks_head_height: 0 }));
  const { url } = await startTestServer(t, { engine, targets: [NODE_A] });
  for (const [query, reason] of [
    ['minPeers=0', /does not report chain_peers_connected, so minPeers cannot be judged/],
    ['maxBlocksBehind=5', /so maxBlocksBehind cannot be judged/],
  ] as const) {
    const response = await fetch(`${url}/ready?${query}`);
    assert.equal(response.status, 503);
    assert.match(((await response.json()) as WireReady).reasons.join(), reason);
  }
  const { url: machineOnly } = await startTestServer(t, { engine, targets: [MACHINE] });
  const response = await fetch(`${machineOnly}/ready?minPeers=1`);
  assert.equal(response.status, 503);
  assert.match(await response.text(), /Nothing that is watched reports a chain/);
});

test('a node that synchronizes is judged by its own target, one that is down by its being down', async (t) => {
  const engine = await openRealEngine(
    t,
    pointsOf(NODE_A, { chain_sync_current_height: 50, chain_sync_target_height: 80 }),
  );
  const down = targetStatus('127.0.0.1:8546', { health: 'down', reason: 'connection refused' });
  const { url } = await startTestServer(t, { engine, targets: [NODE_A, down] });
  const reasons = ((await (await fetch(`${url}/ready?maxBlocksBehind=29`)).json()) as WireReady).reasons;
  assert.deepEqual(reasons, [
    '127.0.0.1:8545 is 30 blocks behind, 29 are allowed.',
    '127.0.0.1:8546 is down: connection refused',
  ]);
});

test('a node that says that it is synced is not behind, unless another of its chain is ahead', async (t) => {
  const synced = {
    chain_blocks_head_height: 100,
    'chain_sync_state{state="synced"}': 1,
    'chain_sync_state{state="blocks"}': 0,
  };
  const syncing = { 'chain_sync_state{state="synced"}': 0, 'chain_sync_state{state="blocks"}': 1 };
  const statusOf = async (targets: TargetStatus[], points: Parameters<typeof openRealEngine>[1]) => {
    const { url } = await startTestServer(t, { engine: await openRealEngine(t, points), targets });
    return (await fetch(`${url}/ready?maxBlocksBehind=5`)).status;
  };
  assert.equal(await statusOf([NODE_A], pointsOf(NODE_A, synced)), 200);
  assert.equal(await statusOf([NODE_A], pointsOf(NODE_A, syncing)), 503);
  const ahead = pointsOf(NODE_B, { chain_blocks_head_height: 200 });
  assert.equal(await statusOf([NODE_A, NODE_B], [...pointsOf(NODE_A, synced), ...ahead]), 503);
});

test('parameters of readiness that are wrong are refused', async (t) => {
  const { url } = await startTestServer(t);
  for (const query of [
    'minPeers=x',
    'minPeers=-1',
    'maxBlocksBehind=1.5',
    'minPeers=',
    'minPeers=1&minPeers=2',
    'peers=1',
  ]) {
    assert.equal((await fetch(`${url}/ready?${query}`)).status, 400, query);
  }
});

test('the summary has what is measured and leaves out what is not', async (t) => {
  const before = {
    chain_transactions_processed_total: 1000,
    chain_blocks_interval_seconds_sum: 0,
    chain_blocks_interval_seconds_count: 0,
  };
  const middle = {
    chain_transactions_processed_total: 1300,
    chain_blocks_interval_seconds_sum: 40,
    chain_blocks_interval_seconds_count: 20,
  };
  const engine = await openRealEngine(t, [
    ...pointsOf(NODE_A, before, 50_000),
    ...pointsOf(NODE_A, middle, 25_000),
    ...pointsOf(NODE_A, {
      chain_transactions_processed_total: 1600,
      chain_blocks_interval_seconds_sum: 80,
      chain_blocks_interval_seconds_count: 40,
      chain_blocks_head_height: 0,
      chain_blocks_head_timestamp_seconds: NOW_MS / 1000 - 3,
      chain_blocks_head_gas_used: 15,
      chain_blocks_head_gas_limit: 60,
      'chain_mempool_transactions{state="pending"}': 4,
      'chain_sync_state{state="synced"}': 1,
      'chain_sync_state{state="blocks"}': 0,
      'chain_runtime_build_info{version="anvil/v1"}': 1,
    }),
    ...pointsOf(MACHINE, {
      chain_machine_cpu_usage_ratio: 0.25,
      'chain_machine_filesystem_usage_ratio{mount="/"}': 0.5,
      'chain_machine_filesystem_usage_ratio{mount="/data"}': 0.75,
    }),
  ]);
  const { url } = await startTestServer(t, { engine, targets: [NODE_A, MACHINE] });
  const summary = (await (await fetch(`${url}/metrics/summary`)).json()) as WireSummary;
  const { monitor, ...rest } = summary;
  const [chain] = rest.chains;
  assert.ok(Math.abs((chain?.transactionsPerSecond ?? 0) - 12) < 1e-9);
  assert.ok(Math.abs((chain?.blockIntervalSeconds ?? 0) - 2) < 1e-9);
  assert.deepEqual(
    { ...rest, chains: [{ ...chain, transactionsPerSecond: 12, blockIntervalSeconds: 2 }] },
    {
      timeMs: NOW_MS,
      targets: { up: 2, down: 0, unknown: 0 },
      chains: [
        {
          target: 'evm/127.0.0.1:8545',
          chain: 'dev',
          headHeight: 0,
          headAgeSeconds: 3,
          blockIntervalSeconds: 2,
          transactionsPerSecond: 12,
          gasUsedRatio: 0.25,
          mempoolPending: 4,
          syncing: false,
          clientVersion: 'anvil/v1',
        },
      ],
      machine: { cpuUsageRatio: 0.25, filesystemUsageRatio: 0.75 },
    },
  );
  assert.equal(monitor.samplesIngestedTotal, 7);
  assert.equal(monitor.uptimeSeconds, 60);
  assert.ok(monitor.seriesActive > 0 && monitor.storageBytes > 0);
});

test('many who ask for the summary at once cost the store one evaluation', async (t) => {
  let asked = 0;
  const real = await openRealEngine(t);
  const engine = scriptedEngine({
    instant: (query, signal) => {
      asked++;
      return real.instant(query, signal);
    },
    stats: () => real.stats(),
  });
  const { url } = await startTestServer(t, { engine });
  await Promise.all(Array.from({ length: 8 }, async () => (await fetch(`${url}/metrics/summary`)).json()));
  const once = asked;
  await (await fetch(`${url}/metrics/summary`)).json();
  assert.equal(asked, once);
  assert.ok(once < 8, String(once));
});

test('the own metrics come as text, compressed for whoever takes it so', async (t) => {
  const { url, port } = await startTestServer(t);
  const plain = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'identity' } });
  assert.equal(plain.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(plain.headers.get('content-encoding'), null);
  const text = await plain.text();
  assert.match(text, /^# TYPE chainpulse_test gauge\n/);
  const compressed = await fetch(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip' } });
  assert.equal(compressed.headers.get('content-encoding'), 'gzip');
  assert.equal(await compressed.text(), text);
  const head = await exchangeRaw(port, 'HEAD /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 200 /);
  assert.ok(head.endsWith('\r\n\r\n'));
});

test('gzip is used only for those who take it', () => {
  for (const header of ['gzip', 'deflate, GZIP;q=0.5', '*', 'br, *;q=0.1'])
    assert.equal(takesGzip(header), true, header);
  for (const header of ['', 'identity', 'gzip;q=0', '*;q=0', 'gzip;q=0, *', 'gzipped', 'gzip;q=x']) {
    assert.equal(takesGzip(header), false, header);
  }
});
