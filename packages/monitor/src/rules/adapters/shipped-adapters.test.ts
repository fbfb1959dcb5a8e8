import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { PROFILE_NAMES } from '@chainpulse/instrument';
import { adapterRuleFiles } from './adapter-rules.ts';
import { canonicalMetric } from './canonical-metrics.ts';
import { detectedAdapter } from './choose-adapter.ts';
import { exportedAdapter } from './export.ts';
import { profileAdapterText } from './profile-adapter.ts';
import {
  ADAPTERS_DIRECTORY,
  PROFILE_PREFIX,
  profileAdapter,
  readAdapterFile,
  shippedAdapters,
} from './shipped-adapters.ts';
import { LANGUAGES } from './testing/languages.ts';

const clients = shippedAdapters(LANGUAGES);
const adapters = [...clients, ...PROFILE_NAMES.map((profile) => profileAdapter(profile, LANGUAGES))];
const folder = mkdtempSync(join(tmpdir(), 'chainpulse-adapters-'));
after(() => rmSync(folder, { recursive: true }));
const hasPromtool = spawnSync('promtool', ['--version']).error === undefined;

/** A replacement is a name with `$1` for the suffix of a histogram. */
function isCanonical(name: string): boolean {
  return canonicalMetric(name.replace(/\$1$|_(?:bucket|sum|count)$/, '')) !== undefined;
}

for (const profile of PROFILE_NAMES) {
  test(`the adapter of the profile ${profile} is what the table of metrics says`, () => {
    const file = join(ADAPTERS_DIRECTORY, `${PROFILE_PREFIX}${profile}.yaml`);
    const text = profileAdapterText(profile);
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, text);
    assert.equal(readFileSync(file, 'utf8'), text, 'make it anew with UPDATE_DOCS=1');
  });
}

for (const adapter of adapters) {
  const { name, rename, scale, groups, gaps } = adapter;
  describe(`the adapter ${name}`, () => {
    const given = new Set([
      ...rename.filter(({ targetLabel }) => targetLabel === '__name__').map(({ replacement }) => replacement),
      ...groups.flatMap(({ rules }) => rules.map((rule) => (rule.kind === 'recording' ? rule.record : ''))),
    ]);

    test('gives canonical names, or its own namespace', () => {
      for (const metric of given)
        assert.ok(isCanonical(metric) || metric === `${name}_$1` || metric.startsWith(`${name}_`), metric);
      for (const { metric } of scale) assert.ok(given.has(metric) && isCanonical(metric), `the scale of ${metric}`);
    });

    test('tells no gap that it fills, and each with its reason', () => {
      for (const { metric, reason } of gaps) {
        assert.ok(canonicalMetric(metric) !== undefined, `${metric} is not canonical`);
        assert.ok(!given.has(metric) && !given.has(`${metric}$1`), `${metric} is given`);
        assert.ok(reason.length > 5);
      }
    });

    test('scales no histogram, whose buckets could not follow', () => {
      for (const { metric } of scale)
        assert.ok(['gauge', 'counter'].includes(canonicalMetric(metric)?.type ?? ''), metric);
    });

    test('says where its names are from', () => {
      assert.ok(adapter.title !== '' && adapter.versions !== '');
      assert.ok(adapter.sources.length > 0);
    });

    test('is taken by promtool when it is exported', { skip: !hasPromtool }, () => {
      const { relabelConfigs, ruleFile } = exportedAdapter(adapter);
      const job = '  - job_name: node\n    static_configs: [{ targets: ["127.0.0.1:1"] }]\n';
      const files = ruleFile === undefined ? '' : `rule_files: [${name}.rules.yaml]\n`;
      writeFileSync(
        join(folder, `${name}.yaml`),
        `${files}scrape_configs:\n${job}${relabelConfigs.replaceAll(/^/gm, '    ')}`,
      );
      if (ruleFile !== undefined) writeFileSync(join(folder, `${name}.rules.yaml`), ruleFile);
      execFileSync('promtool', ['check', 'config', join(folder, `${name}.yaml`)], { stdio: 'pipe' });
    });
  });
}

test('what is scaled is stored by Prometheus under a name of its own and computed from it', () => {
  const lodestar = clients.find(({ name }) => name === 'lodestar')!;
  const { relabelConfigs, ruleFile = '' } = exportedAdapter(lodestar);
  assert.match(relabelConfigs, /regex: chain_validator_stake\n.*\n *replacement: chain_validator_stake:unscaled\n$/);
  assert.match(ruleFile, /record: chain_validator_stake\n *expr: chain_validator_stake:unscaled \/ 1000000000\n/);
});

test('a client is detected before the library that it is built with, and a profile never', () => {
  const chosen = (...names: string[]) => detectedAdapter(new Set(names), adapters)?.name;
  assert.equal(chosen('lodestar_version', 'libp2p_connection_manager_connections'), 'lodestar');
  assert.equal(chosen('libp2p_connection_manager_connections'), 'libp2p-js');
  assert.equal(chosen('libp2p_swarm_connections_opened_total'), 'libp2p-go');
  assert.equal(chosen('beacon_head_slot', 'slotclock_present_slot'), 'lighthouse');
  assert.equal(chosen('tendermint_consensus_height'), 'cometbft');
  assert.equal(chosen('chain_head_block'), 'geth');
  assert.equal(chosen('alys_sync_state', 'chain_blocks_head_height', 'process_open_fds'), undefined);
  for (const { name, detect } of clients) assert.ok(detect.length > 0, name);
});

test('rules that two adapters have word by word are evaluated once', () => {
  const [first] = clients;
  const files = adapterRuleFiles([first!, { ...first!, path: 'copy.yaml' }]);
  assert.deepEqual(
    files.map(({ path }) => path),
    [first!.path],
  );
});

test('an adapter that is wrong or missing is refused with every place', () => {
  const path = join(folder, 'wrong.yaml');
  writeFileSync(path, 'rename:\n  - {}\npreset: moon\n');
  assert.throws(() => readAdapterFile(path, LANGUAGES), {
    code: 'adapter_invalid',
    message: /wrong\.yaml:2:5: .*\n.*:3:9: /,
  });
  assert.throws(() => readAdapterFile(join(folder, 'none.yaml'), LANGUAGES), { code: 'adapter_unreadable' });
});
