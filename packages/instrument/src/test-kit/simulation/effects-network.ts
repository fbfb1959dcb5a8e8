// What the recorders of the sets network and peers do to their metrics. Who is connected is kept here as well, with the same
// bound as the set has (1,024 peers whose version and country are known), because what is shown depends on it.

import type { PeerDirection } from '../../domains/peers.ts';
import { NETWORK_METRICS } from '../../domains/table/network.ts';
import { PEERS_METRICS } from '../../domains/table/peers.ts';
import type { GroundTruth, TruthDefinition } from '../ground-truth.ts';
import type { EffectContext, EffectsOf } from './effects.ts';

const NONE = {};
const MAX_KEPT_PEERS = 1024;

export function networkEffects({ truth }: EffectContext) {
  const table = NETWORK_METRICS;
  truth.cover(Object.values(table));
  const addBytes = ({
    sentBytes,
    receivedBytes,
  }: {
    readonly sentBytes?: number | undefined;
    readonly receivedBytes?: number | undefined;
  }) => {
    if (sentBytes !== undefined) truth.add(table.sent, NONE, sentBytes);
    if (receivedBytes !== undefined) truth.add(table.received, NONE, receivedBytes);
  };
  return {
    recordMessageSent: ({ type, sizeBytes }) => {
      truth.add(table.messagesSent, { type });
      if (sizeBytes !== undefined) truth.add(table.sent, NONE, sizeBytes);
    },
    recordMessageReceived: ({ type, sizeBytes }) => {
      truth.add(table.messagesReceived, { type });
      if (sizeBytes !== undefined) truth.add(table.received, NONE, sizeBytes);
    },
    recordMessageUndelivered: ({ reason }) => truth.add(table.messagesUndelivered, { reason }),
    recordMessageInvalid: ({ reason, sizeBytes }) => {
      truth.add(table.messagesInvalid, { reason });
      if (sizeBytes !== undefined) truth.add(table.redundant, NONE, sizeBytes);
    },
    recordMessageProcessingTime: ({ type, durationSeconds }) => {
      truth.observe(table.messageProcessingDuration, { type }, durationSeconds);
    },
    recordBytes: (fields) => addBytes(fields),
    updateQueueSize: ({ direction, count }) => truth.set(table.messageQueueMessages, { direction }, count),
    setBandwidthCapacity: ({ bytesPerSecond }) => {
      if (bytesPerSecond === undefined) truth.remove(table.bandwidthCapacityBytesPerSecond);
      else truth.set(table.bandwidthCapacityBytesPerSecond, NONE, bytesPerSecond);
    },
    updateConnections: ({ inboundCount, outboundCount }) => {
      truth.set(table.connections, { direction: 'inbound' }, inboundCount);
      truth.set(table.connections, { direction: 'outbound' }, outboundCount);
    },
    recordConnectionAttempt: () => truth.add(table.connectionAttempts),
    recordConnectionFailure: ({ reason }) => truth.add(table.connectionFailures, { reason }),
    recordConnectionEstablished: ({ latencySeconds }) => truth.observe(table.connectionLatency, NONE, latencySeconds),
    recordNetworkPartition: () => truth.add(table.partitions),
    recordNetworkMetrics: (fields) => {
      const { inboundConnections, outboundConnections, connectionAttempts, connectionFailures } = fields;
      addBytes(fields);
      if (inboundConnections !== undefined) {
        truth.set(table.connections, { direction: 'inbound' }, inboundConnections);
      }
      if (outboundConnections !== undefined) {
        truth.set(table.connections, { direction: 'outbound' }, outboundConnections);
      }
      if (connectionAttempts !== undefined) truth.add(table.connectionAttempts, NONE, connectionAttempts);
      if (connectionFailures !== undefined)
        truth.add(table.connectionFailures, { reason: 'other' }, connectionFailures);
      const { connectionLatencySeconds } = fields;
      if (connectionLatencySeconds !== undefined) {
        truth.observe(table.connectionLatency, NONE, connectionLatencySeconds);
      }
    },
  } satisfies EffectsOf<'network'>;
}

interface KeptPeer {
  readonly direction: PeerDirection;
  readonly version: string;
  readonly country: string;
}

export function peersEffects({ truth }: EffectContext) {
  const table = PEERS_METRICS;
  const connected = { inbound: 0, outbound: 0 };
  const kept = new Map<string, KeptPeer>();
  const unkept = { inbound: 0, outbound: 0 };
  const versions = new SpreadCounts(truth, table.byVersion, 'version');
  const countries = new SpreadCounts(truth, table.located, 'country');
  truth.cover(Object.values(table));
  const change = (direction: PeerDirection, by: 1 | -1) => {
    connected[direction] += by;
    truth.set(table.connected, { direction: 'inbound' }, connected.inbound);
    truth.set(table.connected, { direction: 'outbound' }, connected.outbound);
  };
  const leave = (peer: string) => {
    const known = kept.get(peer);
    if (known === undefined) return false;
    kept.delete(peer);
    change(known.direction, -1);
    versions.change(known.version, -1);
    countries.change(known.country, -1);
    return true;
  };
  const forget = (peer: string) => {
    // A peer beyond the bound may be the one that `other` shows.
    for (const gauge of [table.height, table.reputationScore]) {
      if (!truth.remove(gauge, { peer })) truth.remove(gauge, { peer: 'other' });
    }
  };
  return {
    recordPeerConnected: ({ peer, direction, version = 'unknown', country = 'ZZ' }) => {
      truth.add(table.connections, { direction });
      leave(peer);
      change(direction, 1);
      if (kept.size >= MAX_KEPT_PEERS) {
        unkept[direction]++;
        return;
      }
      kept.set(peer, { direction, version, country });
      versions.change(version, 1);
      countries.change(country, 1);
    },
    recordPeerDisconnected: ({ peer, reason, direction = 'inbound' }) => {
      truth.add(table.disconnections, { reason });
      if (!leave(peer) && unkept[direction] > 0) {
        unkept[direction]--;
        change(direction, -1);
      }
      forget(peer);
    },
    updateHealth: ({ healthyCount, degradedCount, unhealthyCount }) => {
      truth.set(table.known, { health: 'healthy' }, healthyCount);
      truth.set(table.known, { health: 'degraded' }, degradedCount);
      truth.set(table.known, { health: 'unhealthy' }, unhealthyCount);
    },
    recordLatency: ({ latencySeconds }) => truth.observe(table.latency, NONE, latencySeconds),
    /** These two only change the quality, which is not foretold. */
    recordPeerRequest: () => {},
    recordPeerMessages: () => {},
    updateReputation: ({ peer, score }) => truth.set(table.reputationScore, { peer }, score),
    updateHeight: ({ peer, height }) => truth.set(table.height, { peer }, height),
    forgetPeer: ({ peer }) => forget(peer),
  } satisfies EffectsOf<'peers'>;
}

/**
 * How many peers have each value: exact for every value until there were more values than the label may have, and from then
 * on exact in total, since which values are shown then depends on who came first.
 */
class SpreadCounts {
  readonly #truth: GroundTruth;
  readonly #definition: TruthDefinition;
  readonly #label: string;
  readonly #limit: number;
  readonly #counts = new Map<string, number>();
  #isSpread = false;
  #total = 0;

  constructor(truth: GroundTruth, definition: TruthDefinition, label: string) {
    const values = definition.labels?.[label];
    this.#truth = truth;
    this.#definition = definition;
    this.#label = label;
    this.#limit = values !== undefined && 'limit' in values ? values.limit : 0;
    truth.deriveTotal(definition, () => (this.#total === 0 ? undefined : this.#total));
  }

  change(value: string, by: 1 | -1): void {
    const count = (this.#counts.get(value) ?? 0) + by;
    this.#total += by;
    if (count === 0) this.#counts.delete(value);
    else this.#counts.set(value, count);
    if (!this.#isSpread && this.#counts.size > this.#limit) {
      this.#isSpread = true;
      this.#truth.forget(this.#definition);
    }
    if (this.#isSpread) return;
    if (count === 0) this.#truth.remove(this.#definition, { [this.#label]: value });
    else this.#truth.set(this.#definition, { [this.#label]: value }, count);
  }
}
