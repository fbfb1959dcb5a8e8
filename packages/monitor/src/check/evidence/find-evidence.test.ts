import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../testing/free-port.ts';
import { Evidence } from './evidence.ts';
import { findEvidence } from './find-evidence.ts';

const PROMETHEUS = '/usr/bin/prometheus';
const RECORDING = join(import.meta.dirname, '../../../../../testdata/recordings/lodestar-calm.rec.zst');

test('the registry knows types, units, label values and what is there from the start', async () => {
  const evidence = new Evidence(await findEvidence({ against: [], profiles: [], names: ['chain_sync_state'] }));
  assert.equal(evidence.isComplete, true);
  const [state] = evidence.named('chain_sync_state');
  assert.deepEqual([...(state?.labels.get('state')?.values ?? [])].length, 6);
  const [violations] = evidence.named('chain_consensus_safety_violations_total');
  assert.deepEqual([violations?.role, violations?.startsAtZero], ['counter', true]);
  const [restarts] = evidence.named('chain_actors_restarts_total');
  assert.equal(restarts?.startsAtZero, false);
  assert.deepEqual(evidence.named('chain_blocks_interval_seconds'), []);
  assert.equal(evidence.named('chain_blocks_interval_seconds_bucket')[0]?.role, 'bucket');
  assert.equal(evidence.named('up').length, 1);
});

test('a profile has its own names, labels and ranges', async () => {
  const evidence = new Evidence(await findEvidence({ against: [], profiles: ['alys'], names: [] }));
  const [progress] = evidence.named('alys_migration_progress_percent');
  assert.deepEqual([progress?.role, progress?.unit, progress?.range.max], ['gauge', 'percent', 100]);
  assert.equal(evidence.named('alys_sync_state')[0]?.range.max, 5);
  assert.equal(evidence.named('alys_migration_errors_total')[0]?.labels.has('phase'), false);
});

test('files that name nothing of ours are not read against our registry', async () => {
  const sources = await findEvidence({ against: [], profiles: [], names: ['node_load1', 'up'] });
  assert.equal(new Evidence(sources).isComplete, false);
});

test('a recording tells names, types, values and its interval', async () => {
  const evidence = new Evidence(await findEvidence({ against: [RECORDING], profiles: [], names: [] }));
  assert.equal(evidence.isComplete, true);
  const [head] = evidence.named('beacon_head_slot');
  assert.equal(head?.role, 'gauge');
  assert.equal(head?.labels.get('job')?.isAlways, true);
  assert.ok((evidence.scrapeIntervalMs ?? 0) >= 1000);
});

test('what is neither a recording nor an address is refused', async () => {
  await assert.rejects(findEvidence({ against: ['none.rec.zst'], profiles: [], names: [] }), {
    code: 'evidence_unknown',
  });
});

test('a Prometheus tells names, metadata, intervals and the series that are asked for', {
  skip: existsSync(PROMETHEUS) ? false : `there is no ${PROMETHEUS}`,
}, async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-check-'));
  const port = await freePort();
  const config = join(directory, 'prometheus.yml');
  const job = { job_name: 'itself', static_configs: [{ targets: [`127.0.0.1:${port}`] }] };
  writeFileSync(config, JSON.stringify({ global: { scrape_interval: '1s' }, scrape_configs: [job] }));
  const child = spawn(
    PROMETHEUS,
    [`--config.file=${config}`, `--storage.tsdb.path=${directory}/data`, `--web.listen-address=127.0.0.1:${port}`],
    { stdio: 'ignore' },
  );
  context.after(async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill();
    await ended;
    rmSync(directory, { recursive: true });
  });
  const address = `http://127.0.0.1:${port}`;
  const metric = 'prometheus_http_requests_total';
  const ask = async () => new Evidence(await findEvidence({ against: [address], profiles: [], names: [metric] }));
  let evidence = await ask();
  for (let tries = 0; evidence.named(metric).length === 0; tries++) {
    assert.ok(tries < 200, 'it has scraped itself');
    await sleep(100);
    evidence = await ask();
  }
  assert.equal(evidence.isComplete, true);
  assert.equal(evidence.scrapeIntervalMs, 1000);
  const [requests] = evidence.named(metric);
  assert.equal(requests?.role, 'counter');
  assert.deepEqual([...(requests?.labels.get('job')?.values ?? [])], ['itself']);
  assert.equal(requests?.hasOtherLabels, false);
  assert.equal(evidence.named('prometheus_build_info')[0]?.hasOtherLabels, true, 'nobody asked for its series');
});
