// Debian's Prometheus and the real binary, both watching the nodes of a play and evaluating the same rule files.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BINARY } from '../../../apptest/monitor-process.ts';
import { RestartableServer } from '../../remote/restartable-server.ts';
import type { PlayedNetwork } from './played-network.ts';

export const EVALUATION_MS = 1000;
export const SCRAPE_MS = 1000;
export const PROMETHEUS = '/usr/bin/prometheus';
const JOB = 'node';

export interface Side {
  readonly name: string;
  readonly server: RestartableServer;
  /** How it is stopped in the middle. */
  readonly stopSignal: 'SIGTERM' | 'SIGKILL';
}

export interface Sides {
  readonly ours: Side;
  readonly theirs: Side;
}

/** `folder`: where the files of both go. */
export async function startSides(
  folder: string,
  network: PlayedNetwork,
  rules: readonly (readonly [name: string, text: string])[],
): Promise<Sides> {
  mkdirSync(join(folder, 'rules'));
  const paths = rules.map(([name, text]) => {
    const path = join(folder, 'rules', name);
    writeFileSync(path, text);
    return path;
  });
  const [theirConfig, ourConfig] = [join(folder, 'prometheus.yaml'), join(folder, 'chainpulse.yaml')];
  writeFileSync(theirConfig, configOfPrometheus(network, paths));
  writeFileSync(ourConfig, configOfOurs(network, paths));
  const [theirs, ours] = await Promise.all([
    RestartableServer.create({
      binary: PROMETHEUS,
      readyPath: '/-/ready',
      argumentsFor: (data, port) => [
        `--config.file=${theirConfig}`,
        `--storage.tsdb.path=${data}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--rules.alert.for-grace-period=0s',
        '--rules.alert.for-outage-tolerance=1h',
      ],
    }),
    RestartableServer.create({
      binary: process.execPath,
      readyPath: '/-/ready',
      argumentsFor: (data, port) => [BINARY, 'watch', '--config', ourConfig, '--data', data, '--port', String(port)],
    }),
  ]);
  return {
    theirs: { name: 'Prometheus', server: theirs, stopSignal: 'SIGTERM' },
    ours: { name: 'here', server: ours, stopSignal: 'SIGKILL' },
  };
}

/** JSON is YAML. */
function configOfPrometheus({ nodes, addresses }: PlayedNetwork, rules: readonly string[]): string {
  return JSON.stringify({
    global: {
      scrape_interval: `${SCRAPE_MS}ms`,
      scrape_timeout: `${SCRAPE_MS}ms`,
      evaluation_interval: `${EVALUATION_MS}ms`,
    },
    rule_files: rules,
    scrape_configs: [
      {
        job_name: JOB,
        static_configs: nodes.map(({ name, chain }, at) => ({
          targets: [addresses[at]],
          labels: { node: name, chain },
        })),
      },
    ],
  });
}

function configOfOurs({ nodes, addresses }: PlayedNetwork, rules: readonly string[]): string {
  return JSON.stringify({
    machine: false,
    collection: { interval: `${SCRAPE_MS}ms`, timeout: `${SCRAPE_MS}ms` },
    rules: { shipped: false, files: rules, evaluationInterval: `${EVALUATION_MS}ms`, onCommit: false },
    targets: nodes.map(({ name, chain }, at) => ({
      url: `http://${addresses[at]}/metrics`,
      job: JOB,
      node: name,
      chain,
      adapter: 'none',
    })),
  });
}
