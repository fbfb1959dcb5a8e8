// Five real libp2p nodes that gossip over TCP on the loopback, each with a registry of its own. Every node dials those that
// were started before it, so that the direction of all ten connections is known.

import { setTimeout as delay } from 'node:timers/promises';
import { Registry, renderText } from '@chainpulse/instrument';
import { gossipsubRegister, type Libp2pSink, libp2pMetrics, observeLibp2pNode } from '@chainpulse/instrument/libp2p';
import { noise } from '@chainsafe/libp2p-noise';
import { yamux } from '@chainsafe/libp2p-yamux';
import { type GossipSub, gossipsub } from '@libp2p/gossipsub';
import { type Identify, identify } from '@libp2p/identify';
import { tcp } from '@libp2p/tcp';
import { createLibp2p, type Libp2p } from 'libp2p';
import { CanonicalSink } from './canonical-sink.ts';
import { Exposition } from './exposition.ts';

export const TOPIC = 'chainpulse/blocks';
export const TOPIC_LABEL = 'blocks';
const DEADLINE_MS = 30_000;
const STEP_MS = 20;

export interface GossipNode {
  readonly libp2p: Libp2p<{ identify: Identify; pubsub: GossipSub }>;
  readonly registry: Registry;
  /** What was recorded in our own vocabulary. */
  readonly sink: CanonicalSink;
  /** Texts of the messages that it was given. */
  readonly received: string[];
}

export async function startGossipNode(agentVersion: string): Promise<GossipNode> {
  const registry = new Registry();
  const sink = new CanonicalSink(registry);
  const libp2p = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    nodeInfo: { userAgent: agentVersion },
    metrics: libp2pMetrics(registry, { sink: sink satisfies Libp2pSink }),
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { pingInterval: 200 },
    services: {
      identify: identify(),
      pubsub: gossipsub({
        metricsRegister: gossipsubRegister(registry),
        metricsTopicStrToLabel: new Map([[TOPIC, TOPIC_LABEL]]),
        heartbeatInterval: 200,
      }),
    },
  });
  observeLibp2pNode(libp2p, sink);
  const received: string[] = [];
  const { pubsub } = libp2p.services;
  pubsub.addEventListener('message', ({ detail }) => received.push(new TextDecoder().decode(detail.data)));
  pubsub.subscribe(TOPIC);
  return { libp2p, registry, sink, received };
}

/** Node i has i outbound connections, and one inbound from each that was started after it. */
export async function startGossipNetwork(count: number): Promise<GossipNode[]> {
  const nodes: GossipNode[] = [];
  for (let i = 0; i < count; i++) nodes.push(await startGossipNode(`chainpulse-test/${i}`));
  for (const [i, node] of nodes.entries()) {
    for (const earlier of nodes.slice(0, i)) await node.libp2p.dial(earlier.libp2p.getMultiaddrs());
  }
  await until('all nodes know the subscriptions of the others', () =>
    nodes.every(({ libp2p }) => libp2p.services.pubsub.getSubscribers(TOPIC).length === count - 1),
  );
  await until('all nodes are in a mesh', () =>
    nodes.every((node) => shownOf(node).value('gossipsub_mesh_peer_count', { topicStr: TOPIC }) === count - 1),
  );
  return nodes;
}

/** What its exposition shows now. */
export function shownOf(node: GossipNode): Exposition {
  return new Exposition(renderText(node.registry));
}

export async function publish(node: GossipNode, text: string): Promise<void> {
  await node.libp2p.services.pubsub.publish(TOPIC, new TextEncoder().encode(text));
}

export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = Date.now() + DEADLINE_MS;
  while (!(await condition())) {
    if (Date.now() > deadlineMs) throw new Error(`Waited ${DEADLINE_MS} ms in vain until ${what}.`);
    await delay(STEP_MS);
  }
}
