// The adapters on recordings of real clients: the canonical metrics have the values that the clients' own imply.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRecords } from '../../sources/replay/recording-reader.ts';
import { canonicalNames } from './canonical-metrics.ts';
import { RECORDINGS, watchRecording } from './testing/watched-recording.ts';

/** The latest page of each target as it was recorded: its samples by their text. */
async function latestPages(file: string): Promise<Readonly<Record<string, ReadonlyMap<string, number>>>> {
  const pages: Record<string, Map<string, number>> = {};
  for await (const { target, body } of readRecords(join(RECORDINGS, file), () => true)) {
    if (body === undefined) continue;
    const samples = body
      .toString()
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))] as const);
    pages[target] = new Map(samples);
  }
  return pages;
}

function sumOf(page: ReadonlyMap<string, number>, pattern: RegExp): number {
  let sum = 0;
  for (const [series, value] of page) if (pattern.test(series)) sum += value;
  return sum;
}

test('Lodestar, calm: canonical metrics have the values that the recorded pages imply', async (context) => {
  const file = 'lodestar-calm.rec.zst';
  const { chosen, clashes, failures, values } = await watchRecording(context, { file });
  assert.deepEqual(chosen, { beacon1: 'lodestar', beacon2: 'lodestar', validator1: 'lodestar' });
  assert.deepEqual(clashes, []);
  assert.deepEqual(failures, []);
  const pages = await latestPages(file);
  const of = (target: string, series: string): number => {
    const value = pages[target]?.get(series);
    assert.ok(value !== undefined, `${target} has no ${series}`);
    return value;
  };
  for (const node of ['beacon1', 'beacon2']) {
    const here = `{instance="${node}"}`;
    const one = async (name: string): Promise<number> => {
      const found = Object.values(await values(`${name}${here}`));
      assert.equal(found.length, 1, `${name}: ${found.length} series`);
      return found[0]!;
    };
    assert.equal(await one('chain_blocks_head_height'), of(node, 'beacon_head_slot'));
    assert.equal(await one('chain_consensus_current_view'), of(node, 'beacon_clock_slot'));
    assert.equal(await one('chain_sync_current_height'), of(node, 'beacon_head_slot'));
    assert.equal(await one('chain_sync_target_height'), of(node, 'beacon_clock_slot'));
    // The minimal preset has eight slots an epoch; nothing tells the adapter.
    assert.equal(await one('chain_consensus_finalized_height'), 8 * of(node, 'beacon_finalized_epoch'));
    assert.equal(await one('chain_consensus_target_block_interval_seconds'), 2);
    const lag = (await one('chain_blocks_head_height')) - (await one('chain_consensus_finalized_height'));
    assert.ok(lag >= 16 && lag <= 26, `${lag} slots ahead of finality`);
    assert.deepEqual(await values(`chain_peers_connected${here}`), {
      [`chain_peers_connected direction=${node === 'beacon1' ? 'inbound' : 'outbound'} instance=${node}`]: 1,
    });
    assert.deepEqual(await values(`chain_sync_state${here} == 1`), {
      [`chain_sync_state instance=${node} state=synced`]: 1,
    });
    assert.equal(Object.keys(await values(`chain_sync_state${here}`)).length, 6);
    const received = 'libp2p_data_transfer_bytes_total{protocol="global received"}';
    assert.equal(await one('chain_network_received_bytes_total'), of(node, received));
    assert.equal(
      await one('chain_consensus_reorg_depth_blocks_count'),
      of(node, 'beacon_fork_choice_reorg_distance_count'),
    );
    assert.equal(
      Object.values(await values(`chain_consensus_reorg_depth_blocks_bucket{le="2",instance="${node}"}`))[0],
      of(node, 'beacon_fork_choice_reorg_distance_bucket{le="2"}'),
    );
    const missed = of(node, 'validator_monitor_prev_epoch_on_chain_attester_miss_total');
    assert.equal(await one('chain_validator_votes_missed_total'), missed);
    const hit = of(node, 'validator_monitor_prev_epoch_on_chain_attester_hit_total');
    assert.equal(await one('chain_validator_votes_expected_total'), hit + missed);
    const stakes = await values(`chain_validator_stake${here}`);
    assert.equal(Object.keys(stakes).length, 4);
    for (const [text, stake] of Object.entries(stakes)) {
      const index = /validator=(\d+)/.exec(text)?.[1];
      assert.equal(stake, of(node, `validator_monitor_prev_epoch_on_chain_balance{index="${index}"}`) / 1e9);
    }
    const page = pages[node]!;
    const votes = /^gossipsub_msg_received_prevalidation_total\{topic="beacon_(attestation|aggregate_and_proof)"\}/;
    assert.deepEqual(
      Object.values(await values(`chain_network_messages_received_total{type="vote",instance="${node}"}`)),
      [sumOf(page, votes)],
    );
    assert.deepEqual(
      Object.values(await values(`chain_storage_operations_total{operation="read",instance="${node}"}`)),
      [sumOf(page, /^lodestar_db_read_req_total/)],
    );
    assert.deepEqual(Object.values(await values(`sum(chain_api_requests_total${here})`)), [
      sumOf(page, /^lodestar_api_rest_requests_total/),
    ]);
    assert.deepEqual(Object.values(await values(`sum(chain_actors_mailbox_messages${here})`)), [
      sumOf(page, /^lodestar_(block_processor|regen|engine_http_processor|bls_thread_pool)_queue_length/),
    ]);
    assert.deepEqual(await values(`beacon_head_slot${here}`), {}, 'there is no second copy');
  }
  const published = of('validator1', 'vc_block_published_total');
  assert.deepEqual(Object.values(await values('chain_consensus_blocks_proposed_total')), [published]);
  assert.deepEqual(Object.values(await values('chain_validator_signing_failures_total')), [0]);
  assert.deepEqual(await values('chain_blocks_head_height{instance="validator1"}'), {});
});

test('Lodestar, calm: the canonical metrics that there are', async (context) => {
  const { queries, endMs } = await watchRecording(context, { file: 'lodestar-calm.rec.zst' });
  const result = await queries.instant({
    expression: 'count by (__name__) ({__name__=~"(?:chain|process|nodejs)_.+"})',
    timeMs: endMs,
  });
  assert.ok(result.type === 'vector');
  const canonical = new Set(canonicalNames());
  const obtained = new Set(
    result.samples
      .map(({ labels }) => labels[0]!.value)
      .map((name) => (canonical.has(name) ? name : name.replace(/_(?:bucket|sum|count)$/, '')))
      .filter((name) => canonical.has(name)),
  );
  assert.deepEqual(
    [...obtained].toSorted().filter((name) => name.startsWith('chain_')),
    [
      'chain_actors_mailbox_messages',
      'chain_actors_messages_failed_total',
      'chain_api_errors_total',
      'chain_api_request_duration_seconds',
      'chain_api_requests_total',
      'chain_blocks_head_height',
      'chain_blocks_received_total',
      'chain_blocks_validation_duration_seconds',
      'chain_consensus_block_proposal_duration_seconds',
      'chain_consensus_blocks_proposed_total',
      'chain_consensus_current_view',
      'chain_consensus_finalized_height',
      'chain_consensus_reorg_depth_blocks',
      'chain_consensus_target_block_interval_seconds',
      'chain_consensus_vote_processing_duration_seconds',
      'chain_network_connection_attempts_total',
      'chain_network_connection_latency_seconds',
      'chain_network_connections',
      'chain_network_message_processing_duration_seconds',
      'chain_network_message_queue_messages',
      'chain_network_messages_invalid_total',
      'chain_network_messages_received_total',
      'chain_network_messages_sent_total',
      'chain_network_received_bytes_total',
      'chain_network_sent_bytes_total',
      'chain_peers_connected',
      'chain_peers_connections_total',
      'chain_runtime_build_info',
      'chain_state_transition_duration_seconds',
      'chain_storage_operations_total',
      'chain_sync_current_height',
      'chain_sync_state',
      'chain_sync_target_height',
      'chain_validator_signing_failures_total',
      'chain_validator_stake',
      'chain_validator_votes_expected_total',
      'chain_validator_votes_missed_total',
      'chain_validators_members',
    ],
  );
  for (const name of ['process_cpu_seconds_total', 'process_open_fds', 'nodejs_eventloop_lag_p99_seconds']) {
    assert.ok(obtained.has(name), name);
  }
});

test('Lodestar: a node that lost its peers says so, whatever its gauge by direction still shows', async (context) => {
  const file = 'lodestar-hour.rec.zst';
  const { values, endMs, startMs } = await watchRecording(context, { file });
  // From minute 56 beacon 2 is alone; its gauge stays at one outbound peer.
  assert.deepEqual(await values('lodestar_peers_by_direction_count{instance="beacon2"}'), {
    'lodestar_peers_by_direction_count direction=outbound instance=beacon2': 1,
  });
  assert.deepEqual(await values('sum by (instance) (chain_peers_connected)'), {
    'instance=beacon1': 0,
    'instance=beacon2': 0,
  });
  assert.deepEqual(await values('sum by (instance) (chain_peers_connected)', startMs + 30 * 60_000), {
    'instance=beacon1': 1,
    'instance=beacon2': 1,
  });
  // Its sync is stalled: behind the clock, and not moving.
  assert.deepEqual(await values('chain_sync_state{instance="beacon2"} == 1'), {
    'chain_sync_state instance=beacon2 state=discovering': 1,
  });
  assert.deepEqual(await values('chain_sync_current_height{instance="beacon2"}'), {
    'chain_sync_current_height instance=beacon2': 1630,
  });
  const behind = await values('chain_sync_target_height{instance="beacon2"} - chain_sync_current_height');
  assert.ok((Object.values(behind)[0] ?? 0) > 100);
  // Finality froze in minute 40 and the gap grew.
  const gap = 'max(chain_blocks_head_height - chain_consensus_finalized_height)';
  assert.ok((Object.values(await values(gap, startMs + 44 * 60_000))[0] ?? 0) > 100);
  assert.ok((Object.values(await values(gap, startMs + 39 * 60_000))[0] ?? 0) <= 26);
  assert.ok((Object.values(await values(gap, endMs))[0] ?? 0) > 100);
});

test('js-libp2p: connections by direction, peers, bytes', async (context) => {
  const file = 'libp2p-gossipsub.rec.zst';
  const { chosen, clashes, failures, values } = await watchRecording(context, { file });
  assert.deepEqual(new Set(Object.values(chosen)), new Set(['libp2p-js']));
  assert.deepEqual([clashes, failures], [[], []]);
  const pages = await latestPages(file);
  for (const [node, page] of Object.entries(pages)) {
    const open = /^libp2p_connection_manager_connections\{.*="(inbound|outbound)"\}/;
    assert.deepEqual(Object.values(await values(`sum(chain_peers_connected{instance="${node}"})`)), [
      sumOf(page, open),
    ]);
    assert.equal(Object.keys(await values(`chain_network_connections{instance="${node}"}`)).length, 2);
    assert.deepEqual(Object.values(await values(`chain_network_sent_bytes_total{instance="${node}"}`)), [
      page.get('libp2p_data_transfer_bytes_total{protocol="global sent"}'),
    ]);
  }
});
