// Servers for a test, on free ports, closed after it.

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach } from 'node:test';
import { bounded } from '../../labels.ts';
import { Registry } from '../../registry.ts';
import type { RegistryOptions } from '../../registry-options.ts';
import { type MetricsServer, type MetricsServerOptions, startServerWith } from '../metrics-server.ts';
import type { ServerLimits } from '../server-limits.ts';
import { withLimits } from './parts.ts';

const open: MetricsServer[] = [];
const listening: Server[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  for (const server of listening.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A plain server of node:http, as an app has it. */
export async function listenWith(
  listener: RequestListener,
): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  listening.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

export async function serve(
  options: Omit<MetricsServerOptions, 'port'>,
  limits: Partial<ServerLimits> = {},
): Promise<MetricsServer> {
  const server = await startServerWith({ port: 0, ...options }, withLimits(limits));
  open.push(server);
  return server;
}

/** At a time that stands still, so that two renderings are the same. */
export function registryWith(series: number, options: RegistryOptions = {}): Registry {
  const registry = new Registry({ nowMs: () => 1_795_181_530_000, ...options });
  const votes = registry.counter({
    name: 'chain_votes_total',
    help: 'Votes.',
    labels: { peer: bounded(10_000) },
  });
  for (let i = 0; i < series; i++) votes.inc({ peer: `peer-${i}` }, i);
  registry.histogram({ name: 'chain_wait_seconds', help: 'Wait.', unit: 'seconds', buckets: [1] }).observe(0.5);
  registry.gauge({ name: 'chain_height', help: 'Height.' }).set(0);
  return registry;
}
