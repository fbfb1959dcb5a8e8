// The bridge depends on no package and has copies of the interfaces of libp2p and gossipsub: here the compiler holds them
// against the originals. What this file tests fails in the type check, before it runs.

import { equal } from 'node:assert/strict';
import { test } from 'node:test';
import { type NodeMetrics, Registry } from '@chainpulse/instrument';
import {
  gossipsubRegister,
  type Libp2pSink,
  libp2pMetrics,
  type ObservableNode,
  observeLibp2pNode,
} from '@chainpulse/instrument/libp2p';
import type { MetricsRegister } from '@libp2p/gossipsub/metrics';
import type { Libp2pEvents, Metrics, TypedEventTarget } from '@libp2p/interface';
import type { Libp2p } from 'libp2p';

test('the bridge is what the types of libp2p and gossipsub ask for', () => {
  const registry = new Registry();
  const metrics: Metrics = libp2pMetrics(registry)();
  const register: MetricsRegister = gossipsubRegister(registry);
  const observe: (node: Libp2p, sink: object) => () => void = observeLibp2pNode;
  const asNode = (node: Libp2p & TypedEventTarget<Libp2pEvents>): ObservableNode => node;
  const asSink = (metrics: NodeMetrics): Libp2pSink => metrics;
  const someAsSink = (metrics: NodeMetrics<'peers' | 'consensus'>): Libp2pSink => metrics;

  equal(typeof metrics.registerMetric('a').timer(), 'function');
  register.gauge<{ topic: string }>({ name: 'b', help: 'c', labelNames: ['topic'] }).inc({ topic: 'd' }, 2);
  equal(typeof observe, 'function');
  equal(typeof asNode, 'function');
  equal(typeof asSink, 'function');
  equal(typeof someAsSink, 'function');
});
