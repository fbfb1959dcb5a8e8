// The servers that a store sends to and reads from, each with what it needs for tests with old timestamps, and how to wait
// until it shows what it took.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Labels } from '../../../packages/monitor/src/model/labels.ts';
import type { StoreCapabilities } from '../../../packages/monitor/src/storage/compliance/testing/capabilities.ts';
import type { RemoteEndpoint } from '../../../packages/monitor/src/storage/remote/endpoint.ts';
import type { RemoteLimits } from '../../../packages/monitor/src/storage/remote/limits.ts';
import { openRemoteStore } from '../../../packages/monitor/src/storage/remote/open.ts';
import type { RemoteStore } from '../../../packages/monitor/src/storage/remote/remote-store.ts';
import type { RemoteWriteProtocol } from '../../../packages/monitor/src/storage/remote/send/write-client.ts';
import { type ServerOptions, skipWithout } from '../testing/server-process.ts';

export interface RemoteEngine {
  readonly name: string;
  readonly server: ServerOptions;
  /** Why tests with it are skipped, or false. */
  readonly skip: string | false;
  readonly protocol: RemoteWriteProtocol;
  readonly can: StoreCapabilities;
  /** Makes it show what it took. */
  show(address: string): Promise<void>;
}

const ELSEWHERE = {
  readYourWrites: false,
  judges: 'elsewhere',
  outOfOrder: 'kept',
  exactLabelRanges: false,
  retention: false,
  local: false,
  counts: 'queue',
} as const;

export interface PrometheusKind {
  readonly name: string;
  readonly binary: string;
  readonly protocol: RemoteWriteProtocol;
  /** Those that come back by remote read. */
  readonly histograms: Pick<StoreCapabilities, 'nativeHistograms' | 'customBounds'>;
}

export function prometheusEngine({ name, binary, protocol, histograms }: PrometheusKind): RemoteEngine {
  return {
    name,
    protocol,
    skip: skipWithout([{ path: binary, debianPackage: 'prometheus' }]),
    server: {
      binary,
      async prepare(directory, port) {
        const config = join(directory, 'prometheus.yml');
        await writeFile(config, 'storage:\n  tsdb:\n    out_of_order_time_window: 100y\n');
        return [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(directory, 'data')}`,
          '--storage.tsdb.retention.time=100y',
          `--web.listen-address=127.0.0.1:${port}`,
          '--web.enable-remote-write-receiver',
          '--enable-feature=native-histograms,exemplar-storage',
        ];
      },
      readyPath: '/-/ready',
    },
    can: {
      ...ELSEWHERE,
      values: 'bits_but_zero_sign',
      staleMarkers: true,
      beforeEpoch: true,
      ...histograms,
      exemplars: true,
    },
    show: () => Promise.resolve(),
  };
}

/** Version 2.42: it takes native histograms, and leaves them out of remote read. */
export const PROMETHEUS_2_ENGINE = prometheusEngine({
  name: 'Prometheus of Debian',
  binary: '/usr/bin/prometheus',
  protocol: '1.0',
  histograms: { nativeHistograms: false, customBounds: false },
});

export const VICTORIA_METRICS_ENGINE: RemoteEngine = {
  name: 'VictoriaMetrics of Debian',
  protocol: '1.0',
  skip: skipWithout([{ path: '/usr/bin/victoria-metrics', debianPackage: 'victoria-metrics' }]),
  server: {
    binary: '/usr/bin/victoria-metrics',
    prepare: (directory, port) => Promise.resolve(victoriaMetricsArguments(join(directory, 'data'), port)),
    readyPath: '/health',
  },
  can: {
    ...ELSEWHERE,
    values: 'digits',
    staleMarkers: true,
    beforeEpoch: false,
    nativeHistograms: false,
    customBounds: false,
    exemplars: false,
  },
  async show(address) {
    const answer = await fetch(`${address}/internal/force_flush`);
    await answer.arrayBuffer();
  },
};

export function victoriaMetricsArguments(dataPath: string, port: number): readonly string[] {
  return [`-storageDataPath=${dataPath}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=100y'];
}

export function endpointOf(address: string): RemoteEndpoint {
  return { url: new URL(address), headers: {}, authorize: () => Promise.resolve(undefined) };
}

export async function temporaryFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'chainpulse-queue-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

export interface OpenStoreOptions {
  readonly address: string;
  readonly directory: string;
  readonly nowMs?: () => number;
  readonly protocol?: RemoteWriteProtocol;
  readonly limits?: Partial<RemoteLimits>;
  readonly externalLabels?: Labels;
}

export function openStore(options: OpenStoreOptions): Promise<RemoteStore> {
  const endpoint = endpointOf(options.address);
  return openRemoteStore({
    directory: options.directory,
    durability: 'normal',
    clock: { nowMs: options.nowMs ?? Date.now },
    write: endpoint,
    query: endpoint,
    protocol: options.protocol ?? '1.0',
    limits: options.limits ?? {},
    externalLabels: options.externalLabels ?? [],
  });
}
