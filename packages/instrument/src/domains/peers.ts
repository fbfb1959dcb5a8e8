// What happens with the peers of a node: who is connected and how well, what they announce, and what the node thinks of them.
// Nodes that know their counts give them (`updatePeerCount`, `updateHealth`); for the others they are counted from records.

import { closedHandles } from './closed-handles.ts';
import { ConnectedPeer, ConnectedPeers, type PeerDirection } from './connected-peers.ts';
import { clockOf, type DomainContext, type EventSink, isPosition } from './context.ts';
import { CountsByValue } from './counts-by-value.ts';
import { show } from './derive.ts';
import { amountOrNaN, finiteOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { PEERS_METRICS } from './table/peers.ts';

type Table = typeof PEERS_METRICS;

export type { PeerDirection } from './connected-peers.ts';
export type DisconnectionReason = Table['disconnections']['labels']['reason'][number];
export type PeerHealth = Table['known']['labels']['health'][number];

export interface PeerConnected {
  readonly peer: string;
  /** `inbound` when the peer connected to this node. */
  readonly direction: PeerDirection;
  /** Of the peer's software, as it announces it; default `unknown`. */
  readonly version?: string | undefined;
  /** ISO 3166-1 alpha-2; default `ZZ`, which is unknown. */
  readonly country?: string | undefined;
}

export interface PeerDisconnected {
  readonly peer: string;
  readonly reason: DisconnectionReason;
  /** Needed by nodes with more peers than are kept (1,024), for those beyond. */
  readonly direction?: PeerDirection | undefined;
}

export interface PeerCount {
  readonly inboundCount: number;
  readonly outboundCount: number;
}

export interface PeerHealthCounts {
  readonly healthyCount: number;
  readonly degradedCount: number;
  readonly unhealthyCount: number;
}

export interface PeerLatency {
  /** Left out where it is not known: then the peer's quality does not learn of it. */
  readonly peer?: string | undefined;
  /** Round trip. */
  readonly latencySeconds: number;
}

export interface PeerRequest {
  readonly peer: string;
  readonly outcome: 'ok' | 'error' | 'timeout';
}

export interface PeerMessages {
  readonly peer: string;
  /** Messages of the peer, those that were invalid included; default 1. */
  readonly count?: number | undefined;
  /** Default 0. */
  readonly invalidCount?: number | undefined;
}

export interface PeerStats {
  readonly peer: string;
  readonly health?: PeerHealth | undefined;
  /** Round trip. */
  readonly latencySeconds?: number | undefined;
  /** On the scale of the node. */
  readonly reputationScore?: number | undefined;
}

export type PeersEvents = {
  'peers.connected': PeerConnected;
  'peers.disconnected': PeerDisconnected;
  'peers.latency_measured': PeerLatency;
  'peers.request_ended': PeerRequest;
  'peers.messages_counted': PeerMessages;
  'peers.stats_recorded': PeerStats;
};

/** Peers of which the health is kept: those told of last. */
const MAX_KNOWN_PEERS = 1024;
/** UTF-16 units of a version that are shown. */
const MAX_VERSION_LENGTH = 128;
const COUNTRY = /^[A-Z]{2}$/;

export class PeersMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<PeersEvents>;
  readonly #nowMs: () => number;
  readonly #isOn: boolean;
  readonly #connected = new ConnectedPeers();
  readonly #connectedCounts = { inbound: 0, outbound: 0 };
  /** Connected and not kept. */
  readonly #unkeptCounts = { inbound: 0, outbound: 0 };
  readonly #located: CountsByValue<'country'>;
  readonly #byVersion: CountsByValue<'version'>;
  readonly #healths = new Map<string, PeerHealth>();
  readonly #healthCounts = { healthy: 0, degraded: 0, unhealthy: 0 };

  static {
    guardRecorders(PeersMetrics);
  }

  constructor(context: DomainContext<PeersEvents>) {
    this.#instruments = makeInstruments(context.registry, PEERS_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
    this.#nowMs = clockOf(context);
    this.#isOn = context.registry !== undefined;
    this.#located = new CountsByValue(this.#instruments.located, PEERS_METRICS.located.labels);
    this.#byVersion = new CountsByValue(this.#instruments.byVersion, PEERS_METRICS.byVersion.labels);
    context.registry?.onCollect(() => {
      show(this.#instruments.quality, this.#connected.meanQuality(this.#nowMs()));
    });
  }

  /** A peer connected. One that is connected already stays so, with what it announces now. */
  recordPeerConnected(fields: PeerConnected): void {
    this.#handles.connections.of(fields.direction).inc();
    if (this.#isOn && isDirection(fields.direction)) this.#connect(fields);
    this.#events.publish?.('peers.connected', fields);
  }

  /** A peer disconnected: what it announced, and its reputation, are shown no more. */
  recordPeerDisconnected(fields: PeerDisconnected): void {
    this.#handles.disconnections.of(fields.reason).inc();
    if (this.#isOn) this.#disconnect(fields);
    this.#events.publish?.('peers.disconnected', fields);
  }

  /** Says how many peers are connected. Call it once at the start, so that a node without peers shows 0 and not nothing. */
  updatePeerCount({ inboundCount, outboundCount }: PeerCount): void {
    this.#setConnected('inbound', amountOrNaN(inboundCount));
    this.#setConnected('outbound', amountOrNaN(outboundCount));
  }

  /** Says how healthy the peers are that this node keeps track of, connected or not. */
  updateHealth({ healthyCount, degradedCount, unhealthyCount }: PeerHealthCounts): void {
    this.#handles.known.of('healthy').set(amountOrNaN(healthyCount));
    this.#handles.known.of('degraded').set(amountOrNaN(degradedCount));
    this.#handles.known.of('unhealthy').set(amountOrNaN(unhealthyCount));
  }

  recordLatency(fields: PeerLatency): void {
    this.#observeLatency(fields.peer, fields.latencySeconds);
    this.#events.publish?.('peers.latency_measured', fields);
  }

  /** A request to a connected peer ended: for the peer's quality. */
  recordPeerRequest(fields: PeerRequest): void {
    const peer = this.#connected.find(fields.peer);
    if (peer !== undefined) {
      peer.requestCount++;
      if (fields.outcome !== 'ok') peer.failedRequestCount++;
    }
    this.#events.publish?.('peers.request_ended', fields);
  }

  /** Messages came from a connected peer: for the peer's quality. The network set counts them as messages. */
  recordPeerMessages(fields: PeerMessages): void {
    const { count = 1, invalidCount = 0 } = fields;
    const peer = this.#connected.find(fields.peer);
    if (Number.isNaN(amountOrNaN(count)) || Number.isNaN(amountOrNaN(invalidCount))) {
      this.#instruments.quality.set(Number.NaN);
    } else if (peer !== undefined) {
      peer.messageCount += count;
      peer.invalidMessageCount += Math.min(invalidCount, count);
    }
    this.#events.publish?.('peers.messages_counted', fields);
  }

  updateReputation({ peer, score }: { readonly peer: string; readonly score: number }): void {
    this.#instruments.reputationScore.set({ peer }, finiteOrNaN(score));
  }

  /** Says which head a peer announces. */
  updateHeight({ peer, height }: { readonly peer: string; readonly height: number }): void {
    this.#instruments.height.set({ peer }, isPosition(height) ? height : Number.NaN);
  }

  /** Takes what the node knows of one peer; peers by health are counted from it (instead of `updateHealth`). */
  recordPeerMetrics(fields: PeerStats): void {
    const { peer, health, latencySeconds, reputationScore } = fields;
    if (health !== undefined && this.#isOn) this.#setHealth(peer, health);
    if (latencySeconds !== undefined) this.#observeLatency(peer, latencySeconds);
    if (reputationScore !== undefined) this.#instruments.reputationScore.set({ peer }, finiteOrNaN(reputationScore));
    this.#events.publish?.('peers.stats_recorded', fields);
  }

  /** This node keeps no track of a peer any more: its health, reputation and height are shown no more. */
  forgetPeer({ peer }: { readonly peer: string }): void {
    const health = this.#healths.get(peer);
    this.#healths.delete(peer);
    if (health !== undefined) {
      this.#healthCounts[health]--;
      this.#showHealths();
    }
    this.#removeSeries(peer);
  }

  #connect({ peer, direction, version, country }: PeerConnected): void {
    const known = this.#connected.find(peer);
    if (known !== undefined) this.#uncount(known);
    const connected = known ?? new ConnectedPeer(this.#nowMs());
    connected.direction = direction;
    connected.version = typeof version === 'string' && version !== '' ? asVersion(version) : 'unknown';
    connected.country = typeof country === 'string' && COUNTRY.test(country) ? country : 'ZZ';
    if (this.#connected.add(peer, connected)) {
      this.#located.add(connected.country);
      this.#byVersion.add(connected.version);
    } else {
      this.#unkeptCounts[direction]++;
    }
    this.#setConnected(direction, this.#connectedCounts[direction] + 1);
  }

  #disconnect({ peer, direction }: PeerDisconnected): void {
    const known = this.#connected.remove(peer);
    if (known !== undefined) this.#uncount(known);
    else this.#disconnectUnkept(isDirection(direction) ? direction : this.#likelyDirection());
    this.#removeSeries(peer);
  }

  #uncount({ direction, country, version }: ConnectedPeer): void {
    this.#located.take(country);
    this.#byVersion.take(version);
    this.#setConnected(direction, this.#connectedCounts[direction] - 1);
  }

  /** A peer that was never told of as connected changes nothing. */
  #disconnectUnkept(direction: PeerDirection): void {
    if (this.#unkeptCounts[direction] === 0) return;
    this.#unkeptCounts[direction]--;
    this.#setConnected(direction, this.#connectedCounts[direction] - 1);
  }

  /** Of a peer that is not kept. */
  #likelyDirection(): PeerDirection {
    return this.#unkeptCounts.inbound >= this.#unkeptCounts.outbound ? 'inbound' : 'outbound';
  }

  /** Both directions show as soon as one is known: rules ask for nodes that nobody connects to. */
  #setConnected(direction: PeerDirection, count: number): void {
    if (!Number.isNaN(count)) this.#connectedCounts[direction] = Math.max(0, count);
    else this.#handles.connected.of(direction).set(Number.NaN);
    this.#handles.connected.of('inbound').set(this.#connectedCounts.inbound);
    this.#handles.connected.of('outbound').set(this.#connectedCounts.outbound);
  }

  #observeLatency(peer: string | undefined, latencySeconds: number): void {
    this.#instruments.latency.observe(amountOrNaN(latencySeconds));
    if (!Number.isNaN(amountOrNaN(latencySeconds))) this.#connected.find(peer)?.addLatency(latencySeconds);
  }

  #setHealth(peer: string, health: PeerHealth): void {
    if (!Object.hasOwn(this.#healthCounts, health)) {
      this.#handles.known.of(health).set(0);
      return;
    }
    const before = this.#healths.get(peer);
    if (before !== undefined) this.#healthCounts[before]--;
    else if (this.#healths.size >= MAX_KNOWN_PEERS) this.#forgetOldestHealth();
    // Taken out and put in again, the one told of last is the last one.
    this.#healths.delete(peer);
    this.#healths.set(peer, health);
    this.#healthCounts[health]++;
    this.#showHealths();
  }

  #forgetOldestHealth(): void {
    for (const [peer, health] of this.#healths) {
      this.#healths.delete(peer);
      this.#healthCounts[health]--;
      return;
    }
  }

  #showHealths(): void {
    const { healthy, degraded, unhealthy } = this.#healthCounts;
    this.updateHealth({ healthyCount: healthy, degradedCount: degraded, unhealthyCount: unhealthy });
  }

  /** A peer without a series of its own may be the one that `other` shows: the others beyond the bound tell theirs again. */
  #removeSeries(peer: string): void {
    const { height, reputationScore } = this.#instruments;
    if (!height.remove({ peer })) height.remove({ peer: 'other' });
    if (!reputationScore.remove({ peer })) reputationScore.remove({ peer: 'other' });
  }
}

function isDirection(direction: unknown): direction is PeerDirection {
  return direction === 'inbound' || direction === 'outbound';
}

function asVersion(version: string): string {
  return version.slice(0, MAX_VERSION_LENGTH).toWellFormed();
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { connected, known, connections, disconnections } = PEERS_METRICS;
  return {
    connected: closedHandles(instruments.connected, connected.labels, 'direction'),
    known: closedHandles(instruments.known, known.labels, 'health'),
    connections: closedHandles(instruments.connections, connections.labels, 'direction'),
    disconnections: closedHandles(instruments.disconnections, disconnections.labels, 'reason'),
  };
}
