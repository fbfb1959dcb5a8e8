// The real servers that take pushes, each with what it needs to be told.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type ServerOptions, ServerProcess } from '../testing/server-process.ts';

async function prometheusArguments(directory: string, port: number, config: string): Promise<string[]> {
  const configFile = join(directory, 'prometheus.yml');
  await writeFile(configFile, config);
  return [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${join(directory, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
  ];
}

export const PROMETHEUS_2: ServerOptions = {
  binary: '/usr/bin/prometheus',
  prepare: async (directory, port) => [
    ...(await prometheusArguments(directory, port, 'global: {}\n')),
    '--enable-feature=native-histograms,exemplar-storage',
  ],
  readyPath: '/-/ready',
};

export function prometheus3(binary: string): ServerOptions {
  return {
    binary,
    prepare: async (directory, port) => [
      ...(await prometheusArguments(directory, port, 'global: {}\n')),
      '--web.enable-otlp-receiver',
      '--enable-feature=exemplar-storage',
    ],
    readyPath: '/-/ready',
  };
}

export const VICTORIA_METRICS: ServerOptions = {
  binary: '/usr/bin/victoria-metrics',
  prepare: (directory, port) =>
    Promise.resolve([
      `-storageDataPath=${join(directory, 'data')}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-search.latencyOffset=0s',
      '-search.disableCache',
    ]),
  readyPath: '/health',
};

export const INFLUX_1: ServerOptions = {
  binary: '/usr/bin/influxd',
  async prepare(directory, port) {
    const configFile = join(directory, 'influxdb.conf');
    const config = [
      'reporting-disabled = true',
      'bind-address = "127.0.0.1:0"',
      `[meta]\n  dir = "${join(directory, 'meta')}"`,
      `[data]\n  dir = "${join(directory, 'data')}"\n  wal-dir = "${join(directory, 'wal')}"`,
      `[http]\n  bind-address = "127.0.0.1:${port}"`,
      '[monitor]\n  store-enabled = false',
    ];
    await writeFile(configFile, config.join('\n'));
    return ['-config', configFile];
  },
  readyPath: '/ping',
};

/** A server for one test. */
export async function startReceiver(context: TestContext, options: ServerOptions): Promise<string> {
  const server = await ServerProcess.start(options);
  context.after(() => server.stop());
  return server.address;
}

/** What a server's HTTP API answers, with a form if there is one. */
export async function askJson<T>(url: string, form?: Readonly<Record<string, string>>): Promise<T> {
  const answer = await fetch(url, form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
