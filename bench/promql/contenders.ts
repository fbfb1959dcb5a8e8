// The contenders: the monitor as its users run it, Debian's Prometheus, Prometheus 3 where `npm run oracles` has built it, and Debian's
// VictoriaMetrics without its cache of answers, which would answer the second time from what it answered the first. Each has a folder
// of its own and a port of the loopback, and keeps everything.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../packages/monitor/src/testing/free-port.ts';
import { oraclePath, PROMETHEUS_3 } from '../../test/oracles/oracle-paths.ts';
import { ServerProcess } from '../storage/server-process.ts';
import { FROM_SOURCE, WANTED_CONTENDERS } from './settings.ts';

export interface Contender {
  readonly id: 'chainpulse' | 'prometheus' | 'prometheus-3' | 'victoria-metrics';
  readonly name: string;
  /** Why it cannot take part; `undefined` when it can. */
  readonly missing: string | undefined;
  /** Starts it in a folder that may have its data already. */
  start(folder: string): Promise<ServerProcess>;
}

const ROOT = join(import.meta.dirname, '../..');
const COMPILED = 'packages/monitor/dist/cli/main.js';
const SOURCE = 'packages/monitor/bin/chainpulse.js';

const CHAINPULSE: Contender = {
  id: 'chainpulse',
  name: 'Chainpulse',
  missing: FROM_SOURCE || existsSync(join(ROOT, COMPILED)) ? undefined : 'it is not built: npm run build',
  async start(folder) {
    const port = await freePort();
    const config = join(folder, 'chainpulse.yaml');
    writeFileSync(config, JSON.stringify({ targets: [] }));
    const options = ['--no-machine', '--retention', 'unlimited', '--log-level', 'error'];
    const program = FROM_SOURCE ? SOURCE : COMPILED;
    return ServerProcess.start({
      command: process.execPath,
      args: [program, 'watch', '-c', config, '--data', chainpulseData(folder), '--port', `${port}`, ...options],
      cwd: ROOT,
      env: { NODE_COMPILE_CACHE: join(folder, 'compiled') },
      address: `http://127.0.0.1:${port}`,
      readyPath: '/-/ready',
    });
  },
};

/** Where the monitor's store lies in the folder of its contender. */
export function chainpulseData(folder: string): string {
  return join(folder, 'data');
}

const PROMETHEUS_2_BINARY = '/usr/bin/prometheus';

const PROMETHEUS_2: Contender = {
  id: 'prometheus',
  name: 'Prometheus 2.42',
  missing: existsSync(PROMETHEUS_2_BINARY)
    ? undefined
    : `there is no ${PROMETHEUS_2_BINARY}: apt-get install prometheus`,
  start: (folder) => startPrometheus(PROMETHEUS_2_BINARY, folder),
};

const prometheus3Binary = oraclePath(PROMETHEUS_3);

const PROMETHEUS_3_CONTENDER: Contender = {
  id: 'prometheus-3',
  name: 'Prometheus 3',
  missing: prometheus3Binary === undefined ? 'it is not built: npm run oracles' : undefined,
  start: (folder) => startPrometheus(prometheus3Binary ?? '', folder),
};

async function startPrometheus(binary: string, folder: string): Promise<ServerProcess> {
  const port = await freePort();
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, '{}\n');
  return ServerProcess.start({
    command: binary,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--log.level=error',
    ],
    cwd: folder,
    address: `http://127.0.0.1:${port}`,
    readyPath: '/-/ready',
  });
}

const VICTORIA_METRICS_BINARY = '/usr/bin/victoria-metrics';

const VICTORIA_METRICS: Contender = {
  id: 'victoria-metrics',
  name: 'VictoriaMetrics',
  missing: existsSync(VICTORIA_METRICS_BINARY)
    ? undefined
    : `there is no ${VICTORIA_METRICS_BINARY}: apt-get install victoria-metrics`,
  async start(folder) {
    const port = await freePort();
    return ServerProcess.start({
      command: VICTORIA_METRICS_BINARY,
      args: [
        `-storageDataPath=${join(folder, 'data')}`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-retentionPeriod=100y',
        '-loggerLevel=ERROR',
        '-search.latencyOffset=0s',
        '-search.disableCache',
      ],
      cwd: folder,
      address: `http://127.0.0.1:${port}`,
      readyPath: '/health',
    });
  },
};

/** Ours first. */
const CONTENDERS: readonly Contender[] = [CHAINPULSE, PROMETHEUS_3_CONTENDER, PROMETHEUS_2, VICTORIA_METRICS];

/** Those that can take part. */
export function contendersHere(): Contender[] {
  return CONTENDERS.filter(({ id, missing }) => missing === undefined && isWanted(id));
}

/** A line for each that cannot. */
export function absentContenders(): string[] {
  return CONTENDERS.filter(({ id }) => isWanted(id)).flatMap(({ name, missing }) =>
    missing === undefined ? [] : [`${name} is left out: ${missing}.`],
  );
}

function isWanted(id: string): boolean {
  return WANTED_CONTENDERS === undefined || WANTED_CONTENDERS.includes(id);
}
