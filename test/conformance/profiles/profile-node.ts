// A node as its developers build it, with the metrics of every domain set and of its process, that shows itself under the
// names of a profile; and Debian's Prometheus that scrapes it each second.

import { once } from 'node:events';
import { copyFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { makeInstruments, type ProfileName } from '../../../packages/instrument/src/domains/metric-definition.ts';
import { createNodeMetrics, type NodeMetrics } from '../../../packages/instrument/src/domains/node-metrics.ts';
import { PROCESS_METRICS } from '../../../packages/instrument/src/domains/table/runtime.ts';
import { renderSnapshotText } from '../../../packages/instrument/src/exposition/snapshot-text.ts';
import { TEXT_CONTENT_TYPE } from '../../../packages/instrument/src/exposition/text.ts';
import { createProfile } from '../../../packages/instrument/src/profiles/profile.ts';
import { Registry } from '../../../packages/instrument/src/registry.ts';
import { becomesTrue, ServerProcess } from '../testing/server-process.ts';

export const PROMETHEUS = { path: '/usr/bin/prometheus', debianPackage: 'prometheus' };
export const PROMTOOL = { path: '/usr/bin/promtool', debianPackage: 'prometheus' };

const DEADLINE_MS = 30_000;
const MICROSECONDS_A_SECOND = 1e6;

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface ScrapeTarget {
  readonly job: string;
  readonly port: number;
  readonly path?: string;
}

export class ProfileNode {
  readonly metrics: NodeMetrics;
  scrapeCount = 0;
  readonly #server: Server;

  private constructor(profileName: ProfileName) {
    const registry = new Registry();
    this.metrics = createNodeMetrics({ registry });
    showProcess(registry);
    const profile = createProfile(profileName);
    this.#server = createServer((_, response) => {
      this.scrapeCount++;
      const page = renderSnapshotText(profile.apply(registry.snapshot()));
      response.writeHead(200, { 'Content-Type': TEXT_CONTENT_TYPE }).end(page);
    });
  }

  static async start(profileName: ProfileName): Promise<ProfileNode> {
    const node = new ProfileNode(profileName);
    node.#server.listen(0, '127.0.0.1');
    await once(node.#server, 'listening');
    return node;
  }

  get target(): ScrapeTarget {
    return { job: 'node', port: (this.#server.address() as AddressInfo).port };
  }

  async page(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.target.port}/metrics`)).text();
  }

  /** Until what was recorded before has been scraped. */
  async isScraped(): Promise<void> {
    const goal = this.scrapeCount + 2;
    if (!(await becomesTrue(() => Promise.resolve(this.scrapeCount >= goal), DEADLINE_MS))) {
      throw new Error(`Prometheus scraped ${this.scrapeCount} times in ${DEADLINE_MS} ms.`);
    }
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

export class ScrapingPrometheus {
  readonly #server: ServerProcess;

  private constructor(server: ServerProcess) {
    this.#server = server;
  }

  /**
   * @param targets each a job of its own
   * @param rules a file of rules to load
   */
  static async start(targets: readonly ScrapeTarget[], rules?: URL): Promise<ScrapingPrometheus> {
    const server = await ServerProcess.start({
      binary: PROMETHEUS.path,
      readyPath: '/-/ready',
      prepare: async (directory, port) => {
        const config = {
          global: { scrape_interval: '1s' },
          rule_files: rules === undefined ? [] : ['rules.yml'],
          scrape_configs: targets.map(({ job, port: targetPort, path = '/metrics' }) => ({
            job_name: job,
            metrics_path: path,
            static_configs: [{ targets: [`127.0.0.1:${targetPort}`] }],
          })),
        };
        if (rules !== undefined) await copyFile(rules, join(directory, 'rules.yml'));
        // JSON is YAML as well.
        await writeFile(join(directory, 'prometheus.yml'), JSON.stringify(config));
        return [
          `--config.file=${join(directory, 'prometheus.yml')}`,
          `--storage.tsdb.path=${join(directory, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
        ];
      },
    });
    return new ScrapingPrometheus(server);
  }

  /** What the API answers with. */
  async ask<T>(path: string, parameters: Readonly<Record<string, string>> = {}): Promise<T> {
    const query = new URLSearchParams(parameters).toString();
    const answer = await fetch(`${this.#server.address}/api/v1/${path}?${query}`);
    const { status, data, error } = (await answer.json()) as { status: string; data: T; error?: string };
    if (status !== 'success') throw new Error(`${path} ${query}: ${error ?? status}`);
    return data;
  }

  async query(expression: string): Promise<readonly Series[]> {
    const { result } = await this.ask<{
      readonly result: readonly {
        readonly metric: Record<string, string>;
        readonly value: readonly [number, string];
      }[];
    }>('query', { query: expression });
    return result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }));
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }
}

/** What the `runtime` subpath shows of the process, as far as a profile asks for it. */
function showProcess(registry: Registry): void {
  const { processCpu, processResidentMemory } = PROCESS_METRICS;
  const instruments = makeInstruments(registry, { processCpu, processResidentMemory });
  registry.onCollect(() => {
    const { user, system } = process.cpuUsage();
    instruments.processCpu.mirrorTotal((user + system) / MICROSECONDS_A_SECOND);
    instruments.processResidentMemory.set(process.memoryUsage.rss());
  });
}
