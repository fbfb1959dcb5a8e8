// The subpath `libp2p`: what js-libp2p and gossipsub measure, in a registry of this library.

export type { BridgeClock } from './clock.ts';
export type { BridgeDropReason } from './drops.ts';
export { type GossipsubRegister, type GossipsubRegisterOptions, gossipsubRegister } from './gossipsub.ts';
export type { AttachingRegistry, Libp2pMetrics } from './interface.ts';
export { type Libp2pMetricsOptions, libp2pMetrics } from './metrics.ts';
export { type ObservableNode, type ObserveOptions, observeLibp2pNode } from './node-observer.ts';
export type { ConnectionDirection, Libp2pSink, NetworkSink, PeerDisconnectReason, PeersSink } from './sink.ts';
export { libp2pDroppedRecords } from './store.ts';
