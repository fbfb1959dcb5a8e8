// The panels of Aureon's dashboards, made anew from their titles, against a node of ours that shows the profile `aureon`: a
// Debian Prometheus has data for each, apart by what the title says.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { NodeMetrics } from '../../../packages/instrument/src/domains/node-metrics.ts';
import { skipWithout } from '../testing/server-process.ts';
import { PROMETHEUS, ProfileNode, ScrapingPrometheus } from './profile-node.ts';
import { AUREON_PANELS } from './testdata/aureon-panels.ts';

describe("Aureon's panels", { skip: skipWithout([PROMETHEUS]) }, () => {
  let node: ProfileNode;
  let prometheus: ScrapingPrometheus;

  before(async () => {
    node = await ProfileNode.start('aureon');
    work(node.metrics, 1);
    prometheus = await ScrapingPrometheus.start([node.target]);
    await node.isScraped();
    work(node.metrics, 2);
    await node.isScraped();
  });

  after(async () => {
    node.stop();
    await prometheus.stop();
  });

  for (const { title, expressions } of AUREON_PANELS) {
    it(`has data for "${title}"`, async () => {
      for (const [expression, ...labels] of expressions) {
        const series = await prometheus.query(expression);
        assert.ok(series.length > 0, expression);
        assert.ok(
          series.some(({ value }) => value > 0),
          `${expression}: ${JSON.stringify(series)}`,
        );
        for (const label of labels) {
          assert.ok(
            series.every((each) => each.labels[label] !== undefined),
            `${expression}: ${label}`,
          );
        }
      }
    });
  }
});

/** What a node does in a moment. */
function work(metrics: NodeMetrics, height: number): void {
  const { api, blocks, consensus, contracts, mempool, network, peers, state, storage, transactions, validators } =
    metrics;
  consensus.updateCurrentView({ view: 2 * height });
  consensus.updateCurrentView({ view: 2 * height + 1 });
  consensus.recordBlockProposed({ height });
  consensus.recordBlockProposalTime({ height, durationSeconds: 0.3 });
  consensus.updateDifficulty({ difficulty: 1e6 });
  blocks.recordBlockReceived({ origin: 'gossip', height });
  blocks.updateHead({ height });
  transactions.recordSubmitted({ origin: 'api' });
  transactions.recordProcessed({ count: 7 });
  transactions.recordFailed({ reason: 'nonce' });
  mempool.updateSize({ pendingCount: 3, queuedCount: 1 });
  peers.updatePeerCount({ inboundCount: 2, outboundCount: 3 });
  peers.updateHeight({ peer: 'a', height });
  network.recordMessageSent({ type: 'vote', peer: 'a', sizeBytes: 100 });
  network.recordMessageReceived({ type: 'block', peer: 'a', sizeBytes: 1000 });
  validators.updateSet({ activeCount: 4, inactiveCount: 1, jailedCount: 0, exitingCount: 0 });
  state.recordRootUpdate({ height });
  state.updateAccounts({ count: 50 });
  api.recordRequest({ method: 'POST', path: '/submit-tx', statusCode: 200, durationSeconds: 0.01 });
  api.recordRequest({ method: 'GET', path: '/metrics', statusCode: 404, durationSeconds: 0.02 });
  contracts.recordDeployed({ codeSizeBytes: 2000 });
  contracts.recordInvocation({ functionName: 'transfer', outcome: 'ok', durationSeconds: 0.001, gasUsed: 21_000 });
  storage.recordRead({ durationSeconds: 0.0001, success: true });
  storage.recordWrite({ durationSeconds: 0.0002 });
  storage.updateKeyCount({ count: 100 });
}
