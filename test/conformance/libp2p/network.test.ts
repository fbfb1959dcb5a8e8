// A real libp2p gossip network of five nodes reports through the bridge: what each node shows is held against what the
// nodes saw, against each other, and against the names that gossipsub registers.

import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { getMetrics, type MetricsRegister } from '@libp2p/gossipsub/metrics';
import type { Exposition } from './exposition.ts';
import { type GossipNode, publish, shownOf, startGossipNetwork, TOPIC, TOPIC_LABEL, until } from './gossip-network.ts';

const NODES = 5;
const MESSAGES_EACH = 3;
const PROMTOOL = '/usr/bin/promtool';
const TRANSFER = 'libp2p_data_transfer_bytes_total';
const GOSSIP_PROTOCOL = '/meshsub/1.2.0';
const NO_DROPS = { refused: 0, series_limit: 0, label_limit: 0, invalid_value: 0, unknown_label: 0, callback: 0 };
/** What promtool says of names that libp2p and gossipsub chose. */
const FOREIGN_WARNINGS = [
  /^\S+ non-counter metrics should not have "_total" suffix$/,
  /^\S+ non-histogram and non-summary metrics should not have "_count" suffix$/,
  /^\S+ label names should be written in 'snake_case' not 'camelCase'$/,
  /^\S+ use base unit "seconds" instead of "milliseconds"$/,
];

describe('a gossip network of five libp2p nodes', () => {
  let nodes: GossipNode[] = [];
  let all: readonly GossipNode[] = [];
  const total = (name: string, labels?: Record<string, string>): number =>
    nodes.reduce((sum, node) => sum + (shownOf(node).value(name, labels) ?? 0), 0);

  const topic = { topic: TOPIC_LABEL };
  const copiesSent = (): number =>
    total('gossipsub_msg_publish_peers_total', topic) + total('gossipsub_msg_forward_peers_total', topic);
  const copiesReceived = (): number =>
    total('gossipsub_pre_validation_valid_total', topic) + total('gossipsub_pre_validation_duplicate_total', topic);

  before(async () => {
    nodes = await startGossipNetwork(NODES);
    all = [...nodes];
    for (const [i, node] of nodes.entries()) {
      for (let message = 0; message < MESSAGES_EACH; message++) await publish(node, `${i}/${message}`);
    }
    await until('every node has the messages of the others', () =>
      nodes.every(({ received }) => received.length === (NODES - 1) * MESSAGES_EACH),
    );
    await until('no message is on its way any more', () => copiesReceived() === copiesSent() && copiesSent() > 0);
    await until('every node knows who the others are', () =>
      nodes.every(({ sink }) => sink.connected.length === NODES - 1),
    );
  });

  after(async () => {
    for (const { libp2p } of all) await libp2p.stop();
  });

  test('each shows every metric that gossipsub registers, with its type', () => {
    const registered = namesOfGossipsub();
    ok(registered.size > 90, `gossipsub registers ${registered.size}`);
    for (const node of nodes) deepEqual(gossipsubTypes(shownOf(node), registered), registered);
  });

  test('each counts the messages that its application was given and published', () => {
    for (const node of nodes) {
      const shown = shownOf(node);
      equal(node.received.length, (NODES - 1) * MESSAGES_EACH);
      equal(shown.value('gossipsub_pre_validation_valid_total', topic), node.received.length);
      equal(shown.value('gossipsub_msg_publish_count_total', topic), MESSAGES_EACH);
      const copies = shown.value('gossipsub_pre_validation_duplicate_total', topic) ?? 0;
      equal(shown.value('gossipsub_msg_received_prevalidation_total', topic), node.received.length + copies);
      equal(shown.value('gossipsub_mesh_peer_count', { topicStr: TOPIC }), NODES - 1);
      equal(shown.value('gossipsub_protocol', { protocol: GOSSIP_PROTOCOL }), 1);
    }
  });

  test('of the bytes of a protocol as many were received as sent, and they are those of its messages', async () => {
    for (const protocol of [GOSSIP_PROTOCOL, '/ipfs/id/1.0.0', 'global']) {
      await until(`all sent bytes of ${protocol} have arrived`, () => {
        const sent = total(TRANSFER, { protocol: `${protocol} sent` });
        return sent > 0 && sent === total(TRANSFER, { protocol: `${protocol} received` });
      });
    }
    for (const node of nodes) {
      const shown = shownOf(node);
      for (const [way, name] of [
        ['received', 'recv'],
        ['sent', 'sent'],
      ] as const) {
        const bytes = shown.value(TRANSFER, { protocol: `${GOSSIP_PROTOCOL} ${way}` }) ?? 0;
        const rpcBytes = shown.value(`gossipsub_rpc_${name}_bytes_total`) ?? 0;
        const rpcs = shown.value(`gossipsub_rpc_${name}_count_total`) ?? 0;
        ok(rpcBytes > 0);
        // Each message is preceded by its length, in one or two bytes for messages of this size.
        ok(bytes >= rpcBytes + rpcs && bytes <= rpcBytes + 2 * rpcs, `${bytes} for ${rpcs} messages of ${rpcBytes}`);
        ok((shown.value(TRANSFER, { protocol: `global ${way}` }) ?? 0) > bytes);
      }
      equal(shown.value('chain_network_sent_bytes_total'), shown.value(TRANSFER, { protocol: 'global sent' }));
      equal(shown.value('chain_network_received_bytes_total'), shown.value(TRANSFER, { protocol: 'global received' }));
    }
  });

  test('connections and peers have the directions in which the network was made', () => {
    for (const [i, node] of nodes.entries()) {
      const shown = shownOf(node);
      const wanted = { inbound: NODES - 1 - i, outbound: i };
      deepEqual(shown.byLabel('chain_network_connections', 'direction'), wanted);
      deepEqual(shown.byLabel('chain_peers_connected', 'direction'), wanted);
      deepEqual(shown.byLabel('chain_peers_connections_total', 'direction'), wanted);
      const own = shown.byLabel('libp2p_connection_manager_connections', 'libp2p_connection_manager_connections');
      deepEqual(own, { ...wanted, 'inbound pending': 0, 'outbound pending': 0 });
      deepEqual(new Set(node.sink.connected.map(({ version }) => version)), versionsBut(i));
      equal(shown.value('chain_network_connection_latency_seconds_count'), NODES - 1);
    }
  });

  test('round-trip times are recorded as the nodes measure them', async () => {
    await until('every node has measured each peer', () =>
      nodes.every(({ sink }) => sink.latenciesSeconds.length >= NODES - 1),
    );
    ok(nodes.every(({ sink }) => sink.latenciesSeconds.every((seconds) => seconds >= 0 && seconds < 30)));
  });

  test('nothing was dropped', () => {
    for (const node of nodes) {
      const dropped = shownOf(node).byLabel('chain_runtime_bridge_dropped_records_total', 'reason');
      deepEqual(dropped, NO_DROPS);
    }
  });

  test('promtool reads it and has no objections but to names that libp2p and gossipsub chose', {
    skip: existsSync(PROMTOOL) ? false : 'promtool is not installed',
  }, () => {
    const { status, stderr, stdout } = spawnSync(PROMTOOL, ['check', 'metrics'], {
      input: shownOf(nodes[0]!).text,
      encoding: 'utf8',
      timeout: 30_000,
    });
    const lines = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    // 1 is text that cannot be read, 3 is only objections.
    equal(status, 3, lines.join('\n'));
    const own = lines.filter((line) => !FOREIGN_WARNINGS.some((warning) => warning.test(line)));
    deepEqual(own, []);
    deepEqual(
      lines.filter((line) => !/^(libp2p|gossip|gossipsub|gossisub)_/.test(line)),
      [],
    );
  });

  test('a node that stops is gone from the others, and its own connections are closed', async () => {
    const [last] = nodes.splice(-1);
    const name = last!.libp2p.peerId.toString();
    await last!.libp2p.stop();
    await until('the others have seen it go', () => nodes.every(({ sink }) => sink.disconnected.length === 1));
    for (const [i, node] of nodes.entries()) {
      const shown = shownOf(node);
      const [gone] = node.sink.disconnected;
      equal(gone?.peer, name);
      // What was under way when the other end closed makes the end a reset, which is told as an error.
      const reason = gone?.reason ?? '';
      ok(reason === 'remote' || reason === 'error', reason);
      const wanted = { inbound: NODES - 2 - i, outbound: i };
      deepEqual(shown.byLabel('chain_network_connections', 'direction'), wanted);
      deepEqual(shown.byLabel('chain_peers_connected', 'direction'), wanted);
      equal(shown.value('chain_peers_disconnections_total', { reason }), 1);
      equal(shown.value('gossipsub_mesh_peer_count', { topicStr: TOPIC }), NODES - 2);
    }
    const shown = shownOf(last!);
    deepEqual(shown.byLabel('chain_network_connections', 'direction'), { inbound: 0, outbound: 0 });
    equal(shown.value('chain_peers_disconnections_total', { reason: 'shutdown' }), NODES - 1);
    // What libp2p calculates of a running node is absent; what it counted stays.
    deepEqual(shown.byLabel('libp2p_connection_manager_connections', 'libp2p_connection_manager_connections'), {});
    ok((shown.value(TRANSFER, { protocol: 'global sent' }) ?? 0) > 0);
  });

  test('a node that starts again calculates everything once', async () => {
    const [first, second] = nodes as [GossipNode, GossipNode];
    await first.libp2p.stop();
    await first.libp2p.start();
    await first.libp2p.dial(second.libp2p.getMultiaddrs());
    const shown = shownOf(first);
    const connections = shown.byLabel('libp2p_connection_manager_connections', 'libp2p_connection_manager_connections');
    equal(connections['outbound'], 1);
    equal(shown.value('libp2p_registrar_topologies', { libp2p_registrar_topologies: GOSSIP_PROTOCOL }), 1);
    deepEqual(shown.byLabel('chain_network_connections', 'direction'), { inbound: 0, outbound: 1 });
  });
});

/** Names and the types that they are to be shown with, learned from gossipsub itself. */
function namesOfGossipsub(): Map<string, string> {
  const names = new Map<string, string>();
  const scalar = (name: string): unknown => names.set(name, name.endsWith('_total') ? 'counter' : 'gauge');
  const record = {
    gauge: ({ name }: { name: string }) => scalar(name),
    histogram: ({ name }: { name: string }) => names.set(name, 'histogram'),
    avgMinMax: ({ name }: { name: string }) => [scalar(`${name}_avg`), scalar(`${name}_min`), scalar(`${name}_max`)],
  };
  getMetrics(record as unknown as MetricsRegister, new Map(), {
    gossipPromiseExpireSec: 3,
    behaviourPenaltyThreshold: 0,
    maxMeshMessageDeliveriesWindowSec: 1,
  });
  return names;
}

function gossipsubTypes(shown: Exposition, registered: ReadonlyMap<string, string>): Map<string, string | undefined> {
  return new Map([...registered.keys()].map((name) => [name, shown.types.get(name)]));
}

function versionsBut(node: number): Set<string> {
  const numbers = Array.from({ length: NODES }, (_, i) => i);
  return new Set(numbers.filter((i) => i !== node).map((i) => `chainpulse-test/${i}`));
}
