// Tells a sink who is connected to a libp2p node: connections and peers by direction, with the agent version that identify
// learns, how long a connection took to become usable, round-trip times, and why peers left. It only listens; each peer that
// came is recorded once, and once again when it left.

import { InstrumentError } from '../../errors.ts';
import { type BridgeClock, RUNTIME_CLOCK } from './clock.ts';
import type { ConnectionDirection, Libp2pSink, PeerDisconnectReason } from './sink.ts';

/** The part of a libp2p node that is listened to. */
export interface ObservableNode {
  readonly status: string;
  getConnections(): readonly ObservableConnection[];
  addEventListener(type: ObservedEvent, listener: Listener): void;
  removeEventListener(type: ObservedEvent, listener: Listener): void;
}

type ObservedEvent = 'connection:open' | 'peer:identify';

interface ObservableConnection {
  readonly remotePeer: { toString(): string };
  readonly direction: ConnectionDirection;
  /** `open`: Unix time in milliseconds. */
  readonly timeline: { readonly open: number };
  readonly status: string;
  readonly rtt?: number | undefined;
  close(...args: never): Promise<void>;
  addEventListener(type: 'close', listener: (event: CloseEvent) => void): void;
}

export interface ObserveOptions {
  /** How long a new peer may take to tell its version (default 5,000, 0 or more); then it is recorded without. */
  readonly identifyTimeoutMs?: number;
  readonly clock?: BridgeClock;
  /** Called with what the sink threw; by default it is swallowed, for a metrics library must not stop a node. */
  readonly onError?: (error: unknown) => void;
}

type Listener = (event: { readonly detail: unknown }) => void;

interface CloseEvent {
  readonly error?: Error | undefined;
}

/** Of `peer:identify`. */
interface Identified {
  readonly peerId: unknown;
  readonly agentVersion?: string;
}

interface Peer {
  readonly direction: ConnectionDirection;
  /** While it is awaited what the peer says of itself. */
  cancelWait: (() => void) | undefined;
  readonly connections: Set<ObservableConnection>;
}

const DEFAULT_IDENTIFY_TIMEOUT_MS = 5000;

/**
 * Records a node's connections and peers in a sink, such as what `createNodeMetrics` makes. A peer's direction is that of its
 * first connection. The latency of a connection is the time from the transport's opening to the end of its upgrade
 * (encryption, multiplexer); how long the transport itself dialled libp2p does not tell. Answers with a function that ends it.
 * @throws {InstrumentError} `option_invalid`
 */
export function observeLibp2pNode(node: ObservableNode, sink: Libp2pSink, options: ObserveOptions = {}): () => void {
  const { identifyTimeoutMs = DEFAULT_IDENTIFY_TIMEOUT_MS } = options;
  if (!(identifyTimeoutMs >= 0)) {
    throw new InstrumentError(
      'option_invalid',
      `identifyTimeoutMs is ${String(identifyTimeoutMs)}: give a number of milliseconds, 0 or more.`,
    );
  }
  const observer = new NodeObserver(node, sink, { ...options, identifyTimeoutMs });
  return observer.start();
}

class NodeObserver {
  readonly #node: ObservableNode;
  readonly #sink: Libp2pSink;
  readonly #clock: BridgeClock;
  readonly #identifyTimeoutMs: number;
  readonly #onError: (error: unknown) => void;
  /** Those with an open connection. */
  readonly #peers = new Map<string, Peer>();
  #isEnded = false;

  constructor(node: ObservableNode, sink: Libp2pSink, options: ObserveOptions & { identifyTimeoutMs: number }) {
    this.#node = node;
    this.#sink = sink;
    this.#clock = options.clock ?? RUNTIME_CLOCK;
    this.#identifyTimeoutMs = options.identifyTimeoutMs;
    this.#onError = options.onError ?? (() => {});
  }

  start(): () => void {
    const listeners: readonly (readonly [ObservedEvent, Listener])[] = [
      ['connection:open', ({ detail }) => this.#justOpened(detail as ObservableConnection)],
      ['peer:identify', ({ detail }) => this.#identified(detail as Identified)],
    ];
    for (const [type, listener] of listeners) this.#node.addEventListener(type, listener);
    for (const connection of this.#node.getConnections()) this.#opened(connection);
    this.#updateCounts();
    return () => {
      this.#isEnded = true;
      for (const [type, listener] of listeners) this.#node.removeEventListener(type, listener);
      for (const peer of this.#peers.values()) peer.cancelWait?.();
      this.#peers.clear();
    };
  }

  /** libp2p tells of a connection at the end of its upgrade, of which it does not note the time itself. */
  #justOpened(connection: ObservableConnection): void {
    const peer = connection.remotePeer.toString();
    const latencySeconds = Math.max(0, this.#clock.unixMs() - connection.timeline.open) / 1000;
    this.#tell(() => this.#sink.network?.recordConnectionEstablished?.({ peer, latencySeconds }));
    this.#opened(connection);
  }

  #opened(connection: ObservableConnection): void {
    if (connection.status !== 'open') return;
    const name = connection.remotePeer.toString();
    const peer = this.#peers.get(name) ?? this.#await(name, connection.direction);
    if (peer.connections.has(connection)) return;
    this.#peers.set(name, peer);
    peer.connections.add(connection);
    this.#watch(connection, name);
    this.#updateCounts();
  }

  #watch(connection: ObservableConnection, name: string): void {
    let isClosedHere = false;
    onClose(connection, () => {
      isClosedHere = true;
    });
    connection.addEventListener('close', ({ error }: CloseEvent) => {
      if (!this.#isEnded) this.#closed(connection, name, this.#reasonOf(error, isClosedHere));
    });
    onRoundTrip(connection, (rttMs) => {
      if (this.#isEnded) return;
      this.#tell(() => this.#sink.peers?.recordLatency?.({ peer: name, latencySeconds: rttMs / 1000 }));
    });
  }

  #closed(connection: ObservableConnection, name: string, reason: PeerDisconnectReason): void {
    const peer = this.#peers.get(name);
    if (peer?.connections.delete(connection) !== true) return;
    if (peer.connections.size === 0) {
      this.#connected(name, undefined);
      this.#peers.delete(name);
      this.#tell(() => this.#sink.peers?.recordPeerDisconnected?.({ peer: name, reason }));
    }
    this.#updateCounts();
  }

  /** Holds the record of a new peer back until its version is known, or is not to be had. */
  #await(name: string, direction: ConnectionDirection): Peer {
    const cancelWait = this.#clock.after(this.#identifyTimeoutMs, () => this.#connected(name, undefined));
    return { direction, cancelWait, connections: new Set() };
  }

  #identified({ peerId, agentVersion }: Identified): void {
    this.#connected(String(peerId), agentVersion);
  }

  #connected(name: string, version: string | undefined): void {
    const peer = this.#peers.get(name);
    if (peer?.cancelWait === undefined) return;
    peer.cancelWait();
    peer.cancelWait = undefined;
    const record = { peer: name, direction: peer.direction, ...(version ? { version } : {}) };
    this.#tell(() => this.#sink.peers?.recordPeerConnected?.(record));
    // A set that counts what it is told of has counted the peer again; the counts are what the node has.
    this.#updateCounts();
  }

  #reasonOf(error: Error | undefined, isClosedHere: boolean): PeerDisconnectReason {
    if (this.#node.status === 'stopping') return 'shutdown';
    if (isClosedHere && (error === undefined || isAfterClose(error))) return 'local';
    if (error === undefined || isAfterClose(error)) return 'remote';
    return error.name === 'TimeoutError' ? 'timeout' : 'error';
  }

  #updateCounts(): void {
    this.#tell(() => this.#sink.network?.updateConnections?.(byDirection(this.#connections())));
    this.#tell(() => this.#sink.peers?.updatePeerCount?.(byDirection(this.#peers.values())));
  }

  *#connections(): Generator<ObservableConnection> {
    for (const { connections } of this.#peers.values()) yield* connections;
  }

  #tell(record: () => void): void {
    try {
      record();
    } catch (error) {
      this.#onError(error);
    }
  }
}

/** What libp2p and the socket say when the other side has gone already. */
function isAfterClose(error: Error): boolean {
  if (error.name === 'StreamResetError' || error.name === 'ConnectionClosedError') return true;
  return 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}

function byDirection(all: Iterable<{ readonly direction: ConnectionDirection }>): {
  inboundCount: number;
  outboundCount: number;
} {
  let inboundCount = 0;
  let outboundCount = 0;
  for (const { direction } of all) {
    if (direction === 'inbound') inboundCount++;
    else outboundCount++;
  }
  return { inboundCount, outboundCount };
}

/** A connection's event does not tell which side closed it. */
function onClose(connection: ObservableConnection, before: () => void): void {
  const close = connection.close.bind(connection);
  connection.close = (...args: never) => {
    before();
    return close(...args);
  };
}

/** libp2p's connection monitor writes each round-trip time that it measured to `rtt`; there is no event for it. */
function onRoundTrip(connection: ObservableConnection, record: (rttMs: number) => void): void {
  const before = Object.getOwnPropertyDescriptor(connection, 'rtt');
  let rtt = connection.rtt;
  if (before?.configurable === false || !Object.isExtensible(connection)) return;
  Object.defineProperty(connection, 'rtt', {
    configurable: true,
    enumerable: true,
    get: () => rtt,
    set: (rttMs: number | undefined) => {
      rtt = rttMs;
      before?.set?.call(connection, rttMs);
      if (typeof rttMs === 'number' && rttMs >= 0) record(rttMs);
    },
  });
}
