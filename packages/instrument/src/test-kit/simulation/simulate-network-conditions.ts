// The network as a node sees it: peers that connect with their versions and countries, answer after some time, lose messages,
// leave and are replaced, and are cut off for a while. Told to the recorders second by second; time is the clock of the
// metrics and chance comes from a seed.

import type { MessageType } from '../../domains/network.ts';
import type { DisconnectionReason, PeerDirection } from '../../domains/peers.ts';
import { PEERS_METRICS } from '../../domains/table/peers.ts';
import { InstrumentError } from '../../errors.ts';
import type { GroundTruth } from '../ground-truth.ts';
import { checkOptions } from './check-options.ts';
import { checkLatency, type LatencyDistribution, sampleLatency } from './latency-distribution.ts';
import { Random } from './random.ts';
import type { SimulationTarget } from './witness.ts';

/** Some of the peers cannot be reached for a while. */
export interface Partition {
  /** From the start of the simulation. */
  readonly startSeconds: number;
  readonly durationSeconds: number;
  /** Share of the peers, 0 to 1. */
  readonly affectedRatio: number;
}

export interface NetworkConditions {
  /** Simulated, in whole seconds; more than 0. */
  readonly durationSeconds: number;
  /** Peers that stay connected apart from churn and partitions. */
  readonly peerCount: number;
  /** Round trips; default lognormal around 0.05 s. */
  readonly latency?: LatencyDistribution;
  /** Share of the sent messages that are lost, and of connections that fail at the first attempt, 0 to 1; default 0.01. */
  readonly lossRatio?: number;
  /** Share of the peers that leave and are replaced each second, 0 to 1; default 0. */
  readonly churnRatio?: number;
  readonly partitions?: readonly Partition[];
  /** Messages to and from each peer, of each one so many a second; default 2. */
  readonly messagesPerSecond?: number;
  /** Different versions that peers announce; default 4. */
  readonly versionCount?: number;
  /** Different countries they are in, up to 676; default 12. */
  readonly countryCount?: number;
  /** A whole number; default 1. */
  readonly seed?: number;
}

type Settings = Required<NetworkConditions>;

const DEFAULTS = {
  latency: { kind: 'lognormal', medianSeconds: 0.05, spread: 0.5 },
  lossRatio: 0.01,
  churnRatio: 0,
  partitions: [],
  messagesPerSecond: 2,
  versionCount: 4,
  countryCount: 12,
  seed: 1,
} as const satisfies Partial<NetworkConditions>;

const MAX_COUNTRIES = 26 * 26;
const MESSAGE_TYPES = ['transaction', 'block', 'sync', 'ping'] as const satisfies readonly MessageType[];
const LEAVING = ['remote', 'timeout', 'error', 'too_many_peers'] as const satisfies readonly DisconnectionReason[];
const MESSAGE_BYTES = 400;
const BANDWIDTH_BYTES_PER_SECOND = 125_000_000;
const SLOW_SECONDS = 0.2;
const INBOUND_RATIO = 0.6;

interface Peer {
  readonly id: string;
  readonly direction: PeerDirection;
  readonly version: string;
  readonly country: string;
}

/**
 * Lets the clock run through `durationSeconds` of network. Peers stay connected at the end; a second simulation on the same
 * metrics adds its own. Answers with the truth of everything that was recorded through `target.node`.
 * @throws {InstrumentError} `option_invalid` for options out of range, or more than 20 million records
 */
export function simulateNetworkConditions(target: SimulationTarget, conditions: NetworkConditions): GroundTruth {
  const settings: Settings = { ...DEFAULTS, ...conditions };
  checkConditions(settings);
  const simulation = new NetworkSimulation(target, settings);
  for (let second = 0; second < settings.durationSeconds; second++) {
    simulation.runSecond(second);
    target.clock.advance(1);
  }
  return target.truth;
}

function checkConditions(settings: Settings): void {
  const { durationSeconds, peerCount, messagesPerSecond, latency, partitions, countryCount } = settings;
  checkOptions(settings, {
    ratios: ['lossRatio', 'churnRatio'],
    wholes: { durationSeconds: 1, peerCount: 0, messagesPerSecond: 0, versionCount: 1, countryCount: 1 },
    records: peerCount * (5 + durationSeconds * (5 + 3 * messagesPerSecond)),
  });
  checkLatency(latency);
  for (const partition of partitions) {
    checkOptions(partition, { above0: ['durationSeconds'], ratios: ['affectedRatio'], records: 0 });
    if (partition.startSeconds >= 0) continue;
    throw new InstrumentError('option_invalid', `startSeconds is ${partition.startSeconds}: give 0 or more.`);
  }
  if (countryCount <= MAX_COUNTRIES) return;
  throw new InstrumentError('option_invalid', `countryCount is ${countryCount}: give at most ${MAX_COUNTRIES}.`);
}

class NetworkSimulation {
  readonly #target: SimulationTarget;
  readonly #settings: Settings;
  readonly #random: Random;
  readonly #connected: Peer[] = [];
  /** By partition: who is cut off. */
  readonly #cutOff = new Map<Partition, Peer[]>();
  /** Connected before this simulation. */
  readonly #before: { readonly inbound: number; readonly outbound: number };
  #madeCount: number;

  constructor(target: SimulationTarget, settings: Settings) {
    const { truth, node } = target;
    this.#target = target;
    this.#settings = settings;
    this.#random = new Random(settings.seed);
    const connectionsOf = (direction: PeerDirection) => truth.value(PEERS_METRICS.connections, { direction }) ?? 0;
    const connectedOf = (direction: PeerDirection) => truth.value(PEERS_METRICS.connected, { direction }) ?? 0;
    this.#madeCount = connectionsOf('inbound') + connectionsOf('outbound');
    this.#before = { inbound: connectedOf('inbound'), outbound: connectedOf('outbound') };
    node.network.setBandwidthCapacity({ bytesPerSecond: BANDWIDTH_BYTES_PER_SECOND });
    for (let i = 0; i < settings.peerCount; i++) this.#connect(this.#makePeer());
  }

  runSecond(second: number): void {
    this.#changePartitions(second);
    this.#churn();
    let slowCount = 0;
    for (const [i, peer] of this.#connected.entries()) {
      const latencySeconds = sampleLatency(this.#settings.latency, this.#random);
      if (latencySeconds > SLOW_SECONDS) slowCount++;
      this.#talk(peer, latencySeconds, second + i);
    }
    this.#showState(slowCount);
  }

  #makePeer(): Peer {
    const { versionCount, countryCount } = this.#settings;
    const country = this.#random.integer(countryCount);
    return {
      id: `peer-${++this.#madeCount}`,
      direction: this.#random.chance(INBOUND_RATIO) ? 'inbound' : 'outbound',
      version: `1.${this.#random.integer(versionCount)}.0`,
      country: String.fromCharCode(65 + Math.floor(country / 26), 65 + (country % 26)),
    };
  }

  #connect(peer: Peer): void {
    const { network, peers } = this.#target.node;
    const { id, ...announced } = peer;
    if (peer.direction === 'outbound') {
      network.recordConnectionAttempt({ peer: id });
      if (this.#random.chance(this.#settings.lossRatio)) {
        network.recordConnectionFailure({ reason: 'timeout', peer: id });
        network.recordConnectionAttempt({ peer: id });
      }
    }
    // A handshake is a round trip and a half.
    const latencySeconds = 1.5 * sampleLatency(this.#settings.latency, this.#random);
    network.recordConnectionEstablished({ peer: id, latencySeconds });
    peers.recordPeerConnected({ peer: id, ...announced });
    this.#connected.push(peer);
  }

  #disconnect({ id, direction }: Peer, reason: DisconnectionReason): void {
    this.#target.node.peers.recordPeerDisconnected({ peer: id, reason, direction });
  }

  #changePartitions(second: number): void {
    const { partitions } = this.#settings;
    for (const partition of partitions) {
      const { startSeconds, durationSeconds } = partition;
      const isOn = second >= startSeconds && second < startSeconds + durationSeconds;
      const peers = this.#cutOff.get(partition);
      if (isOn && peers === undefined) this.#cut(partition);
      if (isOn || peers === undefined) continue;
      this.#cutOff.delete(partition);
      for (const peer of peers) this.#connect(peer);
    }
  }

  #cut(partition: Partition): void {
    const affectedPeers = Math.floor(this.#connected.length * partition.affectedRatio);
    const peers = this.#connected.splice(this.#connected.length - affectedPeers, affectedPeers);
    this.#cutOff.set(partition, peers);
    this.#target.node.network.recordNetworkPartition({ affectedPeers });
    for (const peer of peers) this.#disconnect(peer, 'timeout');
  }

  #churn(): void {
    const expected = this.#connected.length * this.#settings.churnRatio;
    // The fraction counts on average, so that few peers churn as well.
    const count = Math.floor(expected) + (this.#random.chance(expected % 1) ? 1 : 0);
    for (let i = 0; i < count; i++) {
      const [peer] = this.#connected.splice(this.#random.integer(this.#connected.length), 1);
      if (peer !== undefined) this.#disconnect(peer, this.#random.pick(LEAVING));
      this.#connect(this.#makePeer());
    }
  }

  #talk({ id }: Peer, latencySeconds: number, turn: number): void {
    const { network, peers } = this.#target.node;
    const { messagesPerSecond, lossRatio } = this.#settings;
    for (let i = 0; i < messagesPerSecond; i++) {
      const message = { type: MESSAGE_TYPES[(turn + i) % MESSAGE_TYPES.length]!, peer: id, sizeBytes: MESSAGE_BYTES };
      network.recordMessageSent(message);
      if (this.#random.chance(lossRatio)) network.recordMessageUndelivered({ reason: 'timeout', ...message });
      network.recordMessageReceived(message);
    }
    peers.recordLatency({ peer: id, latencySeconds });
    peers.recordPeerRequest({ peer: id, outcome: this.#random.chance(lossRatio) ? 'timeout' : 'ok' });
    peers.updateHeight({ peer: id, height: turn });
    peers.updateReputation({ peer: id, score: 100 - Math.min(100, Math.round(latencySeconds * 100)) });
  }

  #showState(slowCount: number): void {
    const { network, peers } = this.#target.node;
    const inboundCount = this.#connected.filter(({ direction }) => direction === 'inbound').length;
    network.updateConnections({
      inboundCount: this.#before.inbound + inboundCount,
      outboundCount: this.#before.outbound + this.#connected.length - inboundCount,
    });
    network.updateQueueSize({ direction: 'inbound', count: this.#random.integer(10) });
    network.updateQueueSize({ direction: 'outbound', count: this.#random.integer(10) });
    const unhealthyCount = [...this.#cutOff.values()].reduce((sum, cut) => sum + cut.length, 0);
    peers.updateHealth({
      healthyCount: this.#connected.length - slowCount,
      degradedCount: slowCount,
      unhealthyCount,
    });
  }
}
