// The adapters of clients of which there is no recording, on pages with series as their sources declare them: what is renamed and what
// is computed from it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord, labelsToRecord } from '../../model/labels.ts';
import { groupKey } from '../interface.ts';
import { RuleBench, START_MS } from '../testing/rule-bench.ts';
import { shippedAdapters } from './shipped-adapters.ts';
import { TargetAdapter } from './target-adapter.ts';
import { LANGUAGES } from './testing/languages.ts';

type Series = Readonly<Record<string, number>>;

interface Client {
  readonly page: Series;
  /** By name and labels. */
  readonly expected: Series;
}

const CLIENTS: Readonly<Record<string, Client>> = {
  lighthouse: {
    page: {
      beacon_head_slot: 170,
      beacon_finalized_epoch: 3,
      slotclock_slots_per_epoch: 32,
      slotclock_present_slot: 171,
      slotclock_slot_time_milliseconds: 12_000,
      sync_eth2_synced: 1,
      'libp2p_peers_multi{direction="inbound",transport="quic"}': 2,
      'libp2p_peers_multi{direction="inbound",transport="tcp"}': 3,
      'libp2p_peers_multi{direction="outbound",transport="tcp"}': 4,
      'libp2p_peers_multi{direction="none",transport="tcp"}': 0,
      'validator_monitor_prev_epoch_on_chain_attester_miss{validator="7"}': 1,
      'validator_monitor_prev_epoch_on_chain_attester_hit{validator="7"}': 9,
      'validator_monitor_effective_balance_gwei{validator="7"}': 32_000_000_000,
      'vc_signed_attestations_total{status="success"}': 5,
      'vc_signed_attestations_total{status="slashable"}': 1,
    },
    expected: {
      chain_blocks_head_height: 170,
      chain_consensus_finalized_height: 96,
      chain_consensus_current_view: 171,
      chain_consensus_target_block_interval_seconds: 12,
      chain_sync_current_height: 170,
      chain_sync_target_height: 171,
      'chain_sync_state state=synced': 1,
      'chain_sync_state state=catchup': 0,
      'chain_peers_connected direction=inbound': 5,
      'chain_peers_connected direction=outbound': 4,
      'chain_validator_votes_missed_total validator=7': 1,
      'chain_validator_votes_expected_total validator=7': 10,
      'chain_validator_stake validator=7': 32,
      chain_validator_signing_failures_total: 1,
    },
  },
  cometbft: {
    page: {
      'tendermint_consensus_height{chain_id="c"}': 10,
      'tendermint_consensus_latest_block_height{chain_id="c"}': 10,
      'tendermint_consensus_validators_power{chain_id="c"}': 100,
      'tendermint_consensus_missing_validators_power{chain_id="c"}': 25,
      'tendermint_consensus_validator_power{chain_id="c",validator_address="v"}': 40,
      'tendermint_consensus_fast_syncing{chain_id="c"}': 0,
      'tendermint_consensus_step_duration_seconds_count{chain_id="c",step="Prevote"}': 6,
      'tendermint_p2p_peer_receive_bytes_total{chain_id="c",peer_id="a",ch_id="1"}': 5,
      'tendermint_mempool_failed_txs{chain_id="c"}': 2,
      'tendermint_p2p_peers{chain_id="c"}': 3,
    },
    expected: {
      'chain_blocks_head_height chain=c': 10,
      'chain_consensus_finalized_height chain=c': 10,
      'chain_consensus_total_voting_power chain=c': 100,
      'chain_consensus_participating_voting_power chain=c': 75,
      'chain_consensus_participation_ratio chain=c': 0.75,
      'chain_validator_voting_power_ratio chain=c validator=v': 0.4,
      'chain_sync_state chain=c state=blocks': 0,
      'chain_sync_state chain=c state=synced': 1,
      'chain_consensus_stage_duration_seconds_count chain=c stage=vote': 6,
      'chain_mempool_rejected_total chain=c reason=other': 2,
      'chain_peers_connected chain=c': 3,
    },
  },
  geth: {
    page: {
      chain_head_block: 9,
      chain_head_header: 12,
      chain_head_finalized: 5,
      p2p_peers: 4,
      p2p_ingress: 100,
      p2p_dials_error_rlpx_enc: 1,
      p2p_dials_error_rlpx_proto: 2,
      txpool_pending: 7,
      txpool_queued: 8,
      rpc_success: 3,
    },
    expected: {
      chain_blocks_head_height: 9,
      chain_consensus_finalized_height: 5,
      chain_sync_current_height: 9,
      chain_sync_target_height: 12,
      chain_peers_connected: 4,
      chain_network_received_bytes_total: 100,
      'chain_network_connection_failures_total reason=handshake': 3,
      'chain_mempool_transactions state=pending': 7,
      'chain_mempool_transactions state=queued': 8,
      'chain_api_rpc_requests_total outcome=ok': 3,
    },
  },
  aptos: {
    page: {
      'aptos_state_sync_version{type="synced"}': 50,
      'aptos_state_sync_version{type="synced_epoch"}': 2,
      'aptos_data_client_highest_advertised_data{data_type="transactions"}': 60,
      aptos_consensus_qc_rounds_count: 30,
      aptos_consensus_timeout_rounds_count: 2,
      aptos_total_voting_power: 10,
      aptos_validator_voting_power: 4,
      'aptos_connections{role_type="v",network_id="a",peer_id="p",direction="inbound"}': 2,
      'aptos_connections{role_type="v",network_id="b",peer_id="p",direction="inbound"}': 1,
      'aptos_network_rpc_bytes{role_type="v",network_id="a",peer_id="p",message_type="request",message_direction="inbound",state="received"}': 10,
      'aptos_network_direct_send_bytes{role_type="v",network_id="a",peer_id="p",state="received"}': 5,
      'aptos_core_mempool_index_size{index="system_ttl"}': 3,
    },
    expected: {
      chain_blocks_head_height: 50,
      chain_sync_current_height: 50,
      chain_sync_target_height: 60,
      chain_consensus_views_total: 32,
      'chain_consensus_certificates_total type=quorum': 30,
      chain_validator_voting_power_ratio: 0.4,
      chain_validator_active: 1,
      'chain_peers_connected direction=inbound': 3,
      chain_network_received_bytes_total: 15,
      'chain_mempool_transactions state=pending': 3,
    },
  },
  substrate: {
    page: {
      'substrate_block_height{status="best"}': 20,
      'substrate_block_height{status="finalized"}': 18,
      'substrate_block_height{status="sync_target"}': 21,
      substrate_number_leaves: 1,
      substrate_sub_libp2p_is_major_syncing: 0,
      'substrate_sub_libp2p_connections_opened_total{direction="in"}': 5,
      'substrate_sub_libp2p_connections_opened_total{direction="out"}': 3,
      'substrate_sub_libp2p_connections_closed_total{direction="in",reason="a"}': 1,
      'substrate_sub_libp2p_connections_closed_total{direction="in",reason="b"}': 1,
      'substrate_sub_libp2p_network_bytes_total{direction="in"}': 9,
    },
    expected: {
      chain_blocks_head_height: 20,
      chain_consensus_finalized_height: 18,
      chain_sync_target_height: 21,
      chain_sync_current_height: 20,
      'chain_sync_state state=synced': 1,
      'chain_network_connections direction=inbound': 3,
      'chain_network_connections direction=outbound': 3,
      chain_network_received_bytes_total: 9,
    },
  },
  'solana-exporter': {
    page: {
      process_open_fds: 9,
      solana_node_slot_height: 100,
      solana_cluster_root_slot: 68,
      solana_cluster_last_vote: 99,
      solana_node_is_healthy: 0,
      solana_node_num_slots_behind: 30,
      solana_cluster_active_stake: 1000,
      'solana_validator_active_stake{votekey="v",nodekey="n"}': 100,
      'solana_validator_delinquent{votekey="v",nodekey="n"}': 1,
      'solana_validator_leader_slots_total{nodekey="n",status="valid"}': 8,
      'solana_validator_leader_slots_total{nodekey="n",status="skipped"}': 2,
    },
    expected: {
      chain_blocks_head_height: 100,
      chain_consensus_finalized_height: 68,
      chain_sync_target_height: 130,
      'chain_sync_state state=catchup': 1,
      'chain_validator_active nodekey=n validator=v': 0,
      'chain_validator_stake nodekey=n validator=v': 100,
      'chain_validator_voting_power_ratio nodekey=n validator=v': 0.1,
      'chain_validator_proposals_expected_total validator=n': 10,
      'chain_validator_proposals_missed_total reason=unknown validator=n': 2,
      chain_consensus_blocks_proposed_total: 8,
    },
  },
  'libp2p-go': {
    page: {
      'libp2p_rcmgr_connections{dir="inbound",scope="system"}': 3,
      'libp2p_rcmgr_connections{dir="inbound",scope="transient"}': 1,
      'libp2p_swarm_connections_opened_total{dir="outbound",transport="tcp"}': 7,
      'libp2p_swarm_dial_errors_total{transport="tcp",error="timeout",ip_version="ip4"}': 1,
      'libp2p_swarm_dial_errors_total{transport="tcp",error="deadline",ip_version="ip4"}': 2,
    },
    expected: {
      'chain_network_connections direction=inbound': 3,
      'chain_peers_connections_total direction=outbound transport=tcp': 7,
      'chain_network_connection_failures_total reason=timeout': 3,
    },
  },
};

for (const [client, { page, expected }] of Object.entries(CLIENTS)) {
  test(`${client}: canonical metrics have the values that its own imply`, async (context) => {
    const adapter = shippedAdapters(LANGUAGES).find(({ name }) => name === client);
    assert.ok(adapter !== undefined);
    const bench = await RuleBench.open(context);
    await bench.put(0, renamed(page, new TargetAdapter({ choose: () => adapter })));
    const groups = adapter.groups;
    await bench.engine.setGroups(groups, { externalLabels: [], externalUrl: '' }, START_MS);
    for (const group of groups) {
      const { failures } = await bench.engine.evaluate(groupKey(group), START_MS, 0);
      assert.deepEqual(failures, [], group.name);
    }
    const actual: Record<string, number | 'stale' | undefined> = {};
    for (const key of Object.keys(expected)) {
      const [name = '', ...labels] = key.split(' ');
      const series = Object.entries(await bench.stored(name)).find(([text]) => text === labels.join(' '));
      actual[key] = series?.[1].at(-1)?.[1];
    }
    assert.deepEqual(actual, expected);
    if (client === 'solana-exporter') assert.deepEqual(await bench.stored('process_open_fds'), {});
  });
}

function renamed(page: Series, renaming: TargetAdapter): Series {
  const stored: Record<string, number> = {};
  for (const [text, value] of Object.entries(page)) {
    const [name = '', inner = ''] = text.split(/[{}]/);
    const pairs = [...inner.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, label = '', own = '']) => [label, own]);
    const labels = labelsFromRecord({ __name__: name, ...Object.fromEntries(pairs) });
    renaming.meet([labels]);
    const result = renaming.rename(labels);
    if (result === undefined) continue;
    const { __name__: now = '', ...rest } = labelsToRecord(result.labels);
    const { multiplier, divisor } = result.scale ?? { multiplier: 1, divisor: 1 };
    const written = Object.entries(rest).map(([label, own]) => `${label}="${own}"`);
    stored[`${now}{${written.join(',')}}`] = (value * multiplier) / divisor;
  }
  return stored;
}
