// The rules and the dashboard of Alys, unchanged, against a node of ours that shows the profile `alys`: a Debian Prometheus
// loads them, finds every series that they name, and each rule is true when its incident happens and false before. Two of
// their expressions are wrong in themselves, and stay so; see the tests that say it.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { skipWithout } from '../testing/server-process.ts';
import { PROMETHEUS, PROMTOOL, ProfileNode, ScrapingPrometheus } from './profile-node.ts';
import { ALYS_PANELS } from './testdata/alys-dashboard.ts';

const RULES = new URL('testdata/alys-rules.yml', import.meta.url);
const EXPRESSIONS = new Map(
  Array.from(readFileSync(RULES, 'utf8').matchAll(/alert: (\w+)\n +expr: (.+)/g), ([, alert = '', expression = '']) => [
    alert,
    expression,
  ]),
);

/** A histogram has no series of its own name: without `_bucket` (and a rate, as buckets count since the start) nothing is there. */
const WRONG_IN_THE_DASHBOARD = 'histogram_quantile(0.99, alys_actor_message_latency_seconds)';
const AS_IT_WAS_MEANT =
  'histogram_quantile(0.99, sum by (actor, le) (rate(alys_actor_message_latency_seconds_bucket[5m])))';

interface RuleGroups {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly name: string; readonly query: string; readonly lastError?: string }[];
  }[];
}

describe("Alys's rules and dashboard", { skip: skipWithout([PROMETHEUS, PROMTOOL]) }, () => {
  let node: ProfileNode;
  let prometheus: ScrapingPrometheus;

  before(async () => {
    node = await ProfileNode.start('alys');
    startCalmly(node);
    prometheus = await ScrapingPrometheus.start([node.target], RULES);
    await node.isScraped();
  });

  after(async () => {
    node.stop();
    await prometheus.stop();
  });

  /** Those of the rules that are true now. */
  async function trueRules(): Promise<readonly string[]> {
    const found: string[] = [];
    for (const [alert, expression] of EXPRESSIONS) {
      if ((await prometheus.query(expression)).length > 0) found.push(alert);
    }
    return found;
  }

  it('are taken by promtool, which finds nothing in what the node shows but one name of Alys', async () => {
    const { status, stdout, stderr } = spawnSync(PROMTOOL.path, ['check', 'rules', fileURLToPath(RULES)], {
      encoding: 'utf8',
    });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /SUCCESS: 7 rules found/);
    const check = spawnSync(PROMTOOL.path, ['check', 'metrics'], { input: await node.page(), encoding: 'utf8' });
    assert.match(check.stderr, /^alys_peer_count non-histogram .* "_count" suffix\n$/);
  });

  it('are loaded by Prometheus', async () => {
    const { groups } = await prometheus.ask<RuleGroups>('rules');
    assert.deepEqual(
      groups.map(({ name, rules }) => [name, rules.map((rule) => rule.name)]),
      [
        ['actor_alerts', ['ActorMailboxFull', 'ActorRestartLoop']],
        ['migration_alerts', ['MigrationStalled', 'MigrationErrorRate', 'MigrationRollback']],
        ['sync_alerts', ['SyncFailed', 'SyncSlow']],
      ],
    );
    for (const { rules } of groups) for (const { lastError = '' } of rules) assert.equal(lastError, '');
  });

  it('name series that are there', async () => {
    const expressions = [...EXPRESSIONS.values(), ...ALYS_PANELS.flatMap((panel) => panel.expressions)];
    const names = new Set(expressions.flatMap((expression) => expression.match(/alys_[a-z_]+/g) ?? []));
    assert.equal(names.size, 14);
    for (const name of names) {
      const isHistogram = WRONG_IN_THE_DASHBOARD.includes(name);
      const series = await prometheus.query(isHistogram ? `${name}_bucket` : name);
      assert.ok(series.length > 0, name);
    }
  });

  it('are about actors by the label that the messages of the rules use', async () => {
    for (const name of ['alys_actor_mailbox_size', 'alys_actor_restarts_total', 'alys_actor_messages_total']) {
      for (const { labels } of await prometheus.query(name))
        assert.ok(['chain', 'network'].includes(labels['actor'] ?? ''));
    }
  });

  it('fill every panel but one query, whose mistake is its own', async () => {
    await node.isScraped();
    for (const { title, expressions } of ALYS_PANELS) {
      for (const expression of expressions) {
        const series = await prometheus.query(expression);
        const isWrong = expression === WRONG_IN_THE_DASHBOARD;
        assert.equal(series.length > 0, !isWrong, `${title}: ${expression}`);
        for (const { value } of series) assert.ok(Number.isFinite(value), `${title}: ${expression}: ${value}`);
      }
    }
    for (let i = 0; i < 10; i++) node.metrics.actors.recordMessage({ actor: 'chain', latencySeconds: 0.02 });
    await node.isScraped();
    const p99 = new Map((await prometheus.query(AS_IT_WAS_MEANT)).map(({ labels, value }) => [labels['actor'], value]));
    assert.ok((p99.get('chain') ?? 0) > 0.01 && (p99.get('chain') ?? 1) <= 0.05);
  });

  it('are false while nothing happens, but one, which takes a finished migration for a stalled one', async () => {
    assert.deepEqual(await trueRules(), ['MigrationStalled']);
  });

  it('are false once a migration advances', async () => {
    node.metrics.migration.updatePhase({ phase: 1, progressRatio: 0.1 });
    await node.isScraped();
    assert.deepEqual(await trueRules(), []);
  });

  it('are true each when its incident happens', async () => {
    const { actors, migration, sync } = node.metrics;
    for (let i = 0; i < 100; i++) migration.recordError({ phase: 1, type: 'state' });
    migration.recordRollback({ phase: 1 });
    actors.updateMailbox({ actor: 'chain', count: 1001 });
    for (let i = 0; i < 400; i++) actors.recordRestart({ actor: 'network', reason: 'panic' });
    sync.updateState({ state: 'blocks' });
    await node.isScraped();
    assert.deepEqual(await trueRules(), [
      'MigrationErrorRate',
      'MigrationRollback',
      'ActorMailboxFull',
      'ActorRestartLoop',
      'SyncSlow',
    ]);
    sync.updateState({ state: 'failed' });
    await node.isScraped();
    const found = await trueRules();
    assert.ok(found.includes('SyncFailed') && !found.includes('SyncSlow'), found.join());
    const [restarts] = await prometheus.query(EXPRESSIONS.get('ActorRestartLoop') ?? '');
    assert.equal(restarts?.labels['actor'], 'network');
    assert.equal(restarts?.labels['reason'], 'panic');
  });
});

/** A node whose migration is done and which has all blocks. */
function startCalmly({ metrics }: ProfileNode): void {
  const { actors, blocks, consensus, mempool, migration, peers, sync } = metrics;
  migration.updatePhase({ phase: 10, progressRatio: 1 });
  for (const actor of ['chain', 'network']) {
    actors.recordSpawned({ actor });
    actors.updateMailbox({ actor, count: 3 });
    actors.recordMessage({ actor, latencySeconds: 0.02 });
    actors.recordRestart({ actor, reason: 'panic' });
  }
  sync.updateProgress({ currentHeight: 100, targetHeight: 100 });
  sync.updateState({ state: 'synced' });
  blocks.recordBlockValidated({ durationSeconds: 0.02 });
  consensus.recordBlockProposalTime({ durationSeconds: 0.2 });
  mempool.updateSize({ pendingCount: 5, queuedCount: 1 });
  peers.updatePeerCount({ inboundCount: 2, outboundCount: 3 });
}
