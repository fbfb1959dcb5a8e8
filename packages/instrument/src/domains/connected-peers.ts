// What is known of each connected peer, and the quality that follows from it. At most 1,024 peers are kept, each with its
// latest 15 round trips; peers beyond that are connected all the same and add nothing to the quality.

const MAX_CONNECTED_PEERS = 1024;
/** UTF-16 units of a peer's identifier; a longer one is not kept. */
const MAX_PEER_LENGTH = 256;
/** Of each peer. */
const MAX_ROUND_TRIPS = 15;

const REQUEST_WEIGHT = 0.4;
const LATENCY_WEIGHT = 0.3;
const MESSAGE_WEIGHT = 0.2;
const SESSION_WEIGHT = 0.1;
/** A median round trip up to this is the best there is. */
const GOOD_LATENCY_SECONDS = 0.1;
/** A session from this on is the best there is. */
const LONG_SESSION_SECONDS = 3600;

export type PeerDirection = 'inbound' | 'outbound';

export class ConnectedPeer {
  direction: PeerDirection = 'inbound';
  version = '';
  country = '';
  requestCount = 0;
  failedRequestCount = 0;
  messageCount = 0;
  invalidMessageCount = 0;
  readonly #connectedMs: number;
  readonly #latenciesSeconds: number[] = [];
  #nextLatency = 0;

  constructor(connectedMs: number) {
    this.#connectedMs = connectedMs;
  }

  addLatency(latencySeconds: number): void {
    this.#latenciesSeconds[this.#nextLatency] = latencySeconds;
    this.#nextLatency = (this.#nextLatency + 1) % MAX_ROUND_TRIPS;
  }

  /** From 0 to 1; undefined while nothing but the session is known. */
  quality(nowMs: number): number | undefined {
    let weighted = 0;
    let weights = 0;
    const add = (weight: number, term: number | undefined) => {
      if (term === undefined) return;
      weighted += weight * term;
      weights += weight;
    };
    add(REQUEST_WEIGHT, shareOfRest(this.failedRequestCount, this.requestCount));
    add(LATENCY_WEIGHT, this.#latencyTerm());
    add(MESSAGE_WEIGHT, shareOfRest(this.invalidMessageCount, this.messageCount));
    if (weights === 0) return undefined;
    const sessionSeconds = Math.max(0, nowMs - this.#connectedMs) / 1000;
    add(SESSION_WEIGHT, Math.min(1, sessionSeconds / LONG_SESSION_SECONDS));
    return weighted / weights;
  }

  #latencyTerm(): number | undefined {
    const sorted = this.#latenciesSeconds.toSorted((a, b) => a - b);
    const upper = sorted[Math.floor(sorted.length / 2)];
    const lower = sorted[Math.floor((sorted.length - 1) / 2)];
    if (upper === undefined || lower === undefined) return undefined;
    return Math.min(1, GOOD_LATENCY_SECONDS / ((lower + upper) / 2));
  }
}

export class ConnectedPeers {
  readonly #peers = new Map<string, ConnectedPeer>();

  find(peer: string | undefined): ConnectedPeer | undefined {
    return this.#peers.get(peer as string);
  }

  /** False when the peer cannot be kept, for there are too many. */
  add(peer: string, about: ConnectedPeer): boolean {
    if (typeof peer !== 'string' || peer === '' || peer.length > MAX_PEER_LENGTH) return false;
    if (this.#peers.size >= MAX_CONNECTED_PEERS && !this.#peers.has(peer)) return false;
    this.#peers.set(peer, about);
    return true;
  }

  /** Answers with what was known. */
  remove(peer: string): ConnectedPeer | undefined {
    const known = this.#peers.get(peer);
    this.#peers.delete(peer);
    return known;
  }

  /** The mean over those of whom enough is known; undefined when there are none. */
  meanQuality(nowMs: number): number | undefined {
    let sum = 0;
    let count = 0;
    for (const peer of this.#peers.values()) {
      const quality = peer.quality(nowMs);
      if (quality === undefined) continue;
      sum += quality;
      count++;
    }
    return count === 0 ? undefined : sum / count;
  }
}

function shareOfRest(part: number, whole: number): number | undefined {
  return whole > 0 ? Math.max(0, 1 - part / whole) : undefined;
}
