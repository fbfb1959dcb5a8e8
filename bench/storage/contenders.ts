// The contenders of the storage benchmarks: the monitor as its users run it, and Debian's VictoriaMetrics and Prometheus, all of them
// with a folder of their own, on a port of the loopback, keeping everything.

import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../packages/monitor/src/testing/free-port.ts';
import { ServerProcess } from './server-process.ts';

type ContenderId = 'chainpulse' | 'victoria-metrics' | 'prometheus';

export interface Contender {
  readonly id: ContenderId;
  readonly name: string;
  /** Why it cannot take part; `undefined` when it can. */
  readonly missing: string | undefined;
  /** Starts it in a folder that may have its data already; `scrape`: addresses that it scrapes every second. */
  start(folder: string, scrape?: readonly URL[]): Promise<ServerProcess>;
  /** Bytes of its files after it has stopped: what it is compared by. */
  sizeBytes(folder: string): number;
  /** Another view of them, where there is one to tell. */
  otherSize(folder: string): OtherSize | undefined;
  /** The same, where only the running server can tell. */
  otherSizeWhileRunning?(server: ServerProcess, folder: string): Promise<OtherSize>;
}

export interface OtherSize {
  readonly what: string;
  readonly bytes: number;
}

const ROOT = join(import.meta.dirname, '../..');
const COMPILED = 'packages/monitor/dist/cli/main.js';
/** With `BENCH_STORAGE_SOURCE=1` the monitor runs from source, which costs memory and time at its start. */
const FROM_SOURCE = process.env['BENCH_STORAGE_SOURCE'] === '1';

const CHAINPULSE: Contender = {
  id: 'chainpulse',
  name: 'Chainpulse',
  missing: FROM_SOURCE || existsSync(join(ROOT, COMPILED)) ? undefined : 'it is not built: npm run build',
  async start(folder, scrape = []) {
    const port = await freePort();
    const config = join(folder, 'chainpulse.yaml');
    const targets = scrape.map((url) => ({ url: url.href, interval: '1s', timeout: '1s' }));
    writeFileSync(config, JSON.stringify({ targets }));
    const command = FROM_SOURCE ? ['packages/monitor/bin/chainpulse.js'] : [COMPILED];
    const options = ['--no-machine', '--retention', 'unlimited', '--log-level', 'error'];
    return ServerProcess.start({
      command: process.execPath,
      args: [...command, 'watch', '-c', config, '--data', join(folder, 'data'), '--port', `${port}`, ...options],
      cwd: ROOT,
      // As the installed command does, in the user's own cache.
      env: { NODE_COMPILE_CACHE: join(folder, 'compiled') },
      address: `http://127.0.0.1:${port}`,
      readyPath: '/-/ready',
    });
  },
  sizeBytes: (folder) => sizeOf(join(folder, 'data')),
  otherSize: () => undefined,
};

const VICTORIA_METRICS_BINARY = '/usr/bin/victoria-metrics';

const VICTORIA_METRICS: Contender = {
  id: 'victoria-metrics',
  name: 'VictoriaMetrics',
  missing: missing(VICTORIA_METRICS_BINARY, 'victoria-metrics'),
  async start(folder, scrape = []) {
    const port = await freePort();
    const options = [
      `-storageDataPath=${join(folder, 'data')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=100y',
      '-loggerLevel=ERROR',
      // Its answers are of now, and not of half a minute ago.
      '-search.latencyOffset=0s',
    ];
    if (scrape.length > 0) options.push(`-promscrape.config=${writeScrapeConfig(folder, scrape)}`);
    return ServerProcess.start({
      command: VICTORIA_METRICS_BINARY,
      args: options,
      cwd: folder,
      address: `http://127.0.0.1:${port}`,
      readyPath: '/health',
    });
  },
  // Its caches are of queries and can be deleted: it is compared without them.
  sizeBytes: (folder) => sizeOf(join(folder, 'data')) - sizeOf(join(folder, 'data', 'cache')),
  otherSize: (folder) => ({ what: 'with its caches', bytes: sizeOf(join(folder, 'data')) }),
};

const PROMETHEUS_BINARY = '/usr/bin/prometheus';

const PROMETHEUS: Contender = {
  id: 'prometheus',
  name: 'Prometheus',
  missing: missing(PROMETHEUS_BINARY, 'prometheus'),
  async start(folder, scrape = []) {
    const port = await freePort();
    return ServerProcess.start({
      command: PROMETHEUS_BINARY,
      args: [
        `--config.file=${writeScrapeConfig(folder, scrape)}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        '--storage.tsdb.retention.time=100y',
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--web.enable-admin-api',
        '--log.level=error',
      ],
      cwd: folder,
      address: `http://127.0.0.1:${port}`,
      readyPath: '/-/ready',
    });
  },
  sizeBytes: (folder) => sizeOf(join(folder, 'data')),
  otherSize: () => undefined,
  async otherSizeWhileRunning(server, folder) {
    // A snapshot has the blocks, and the head as one more block.
    const { status, text } = await server.send('POST', '/api/v1/admin/tsdb/snapshot');
    if (status !== 200) throw new Error(`Prometheus made no snapshot: ${status} ${text}`);
    const snapshots = join(folder, 'data', 'snapshots');
    const bytes = sizeOf(snapshots);
    rmSync(snapshots, { recursive: true });
    return { what: 'blocks alone', bytes };
  },
};

export const CONTENDERS: readonly Contender[] = [CHAINPULSE, VICTORIA_METRICS, PROMETHEUS];

function missing(binary: string, debianPackage: string): string | undefined {
  return existsSync(binary) ? undefined : `there is no ${binary}: apt-get install ${debianPackage}`;
}

function writeScrapeConfig(folder: string, scrape: readonly URL[]): string {
  const file = join(folder, 'scrape.yml');
  const targets = scrape.map(({ host }) => host);
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    ...(targets.length > 0 && { scrape_configs: [{ job_name: 'bench', static_configs: [{ targets }] }] }),
  };
  // JSON is YAML.
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Bytes of all files in a folder; 0 when there is none. */
export function sizeOf(folder: string): number {
  let sizeBytes = 0;
  if (!existsSync(folder)) return sizeBytes;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) sizeBytes += statSync(join(entry.parentPath, entry.name)).size;
  }
  return sizeBytes;
}
