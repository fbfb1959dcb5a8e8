// Where the bridge sends what it knows in our own vocabulary: the part of `NodeMetrics` that libp2p can speak to. Every
// method may be missing, as a node may have only some of the sets.

export type ConnectionDirection = 'inbound' | 'outbound';

/** Those of `chain_peers_disconnections_total` that libp2p lets one tell apart. */
export type PeerDisconnectReason = 'local' | 'remote' | 'timeout' | 'error' | 'shutdown' | 'other';

export interface Libp2pSink {
  readonly network?: NetworkSink | undefined;
  readonly peers?: PeersSink | undefined;
}

export interface NetworkSink {
  recordBytes?(bytes: { readonly sentBytes: number; readonly receivedBytes: number }): void;
  updateConnections?(counts: { readonly inboundCount: number; readonly outboundCount: number }): void;
  recordConnectionEstablished?(connection: { readonly peer: string; readonly latencySeconds: number }): void;
}

export interface PeersSink {
  updatePeerCount?(counts: { readonly inboundCount: number; readonly outboundCount: number }): void;
  /** `version` is the agent version of the identify protocol, absent when the peer did not tell. */
  recordPeerConnected?(peer: {
    readonly peer: string;
    readonly direction: ConnectionDirection;
    readonly version?: string;
  }): void;
  recordPeerDisconnected?(peer: { readonly peer: string; readonly reason: PeerDisconnectReason }): void;
  recordLatency?(latency: { readonly peer: string; readonly latencySeconds: number }): void;
}
