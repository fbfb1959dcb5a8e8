// What evaluating the shipped rules costs: whole processes with the same rule files over the same series, an hour of them and a sample
// each 15 s that goes on coming, once with the rules and once without; the difference is theirs. They are evaluated each
// second, so that a minute has enough rounds to count; a round costs what it does each 15 s.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../packages/monitor/src/testing/free-port.ts';
import { writeRequests } from '../storage/remote-write.ts';
import { ServerProcess } from '../storage/server-process.ts';
import type { BenchTable } from '../table.ts';
import { CalmNodes } from './nodes.ts';

const ROOT = join(import.meta.dirname, '../..');
const COMPILED = 'packages/monitor/dist/cli/main.js';
const RULE_FILES = join(ROOT, 'packages/monitor/rules/shipped/*.yaml');
const PROMETHEUS = '/usr/bin/prometheus';
const HISTORY_MS = 3_600_000;
const SAMPLE_MS = 15_000;
const WARMUP_S = 10;
const MEASURED_S = Number(process.env['BENCH_RULES_SECONDS'] ?? 45);
const USUAL_INTERVAL_S = 15;
const WRITE_HEADERS = {
  'content-type': 'application/x-protobuf',
  'content-encoding': 'snappy',
  'x-prometheus-remote-write-version': '0.1.0',
};

interface Contender {
  readonly name: string;
  /** In a folder that has its data already, or gets it. */
  start(folder: string, rules: readonly string[]): Promise<ServerProcess>;
}

const CHAINPULSE: Contender = {
  name: 'Chainpulse',
  async start(folder, files) {
    const port = await freePort();
    const config = join(folder, 'chainpulse.yaml');
    const rules = { shipped: false, files, evaluationInterval: '1s', onCommit: false };
    writeFileSync(config, JSON.stringify({ machine: false, rules }));
    const options = ['--retention', 'unlimited', '--log-level', 'error', '--port', `${port}`];
    return ServerProcess.start({
      command: process.execPath,
      args: [COMPILED, 'watch', '-c', config, '--data', join(folder, 'data'), ...options],
      cwd: ROOT,
      address: `http://127.0.0.1:${port}`,
      readyPath: '/-/ready',
    });
  },
};

const DEBIAN_PROMETHEUS: Contender = {
  name: 'Prometheus (Debian)',
  async start(folder, rules) {
    const port = await freePort();
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, JSON.stringify({ global: { evaluation_interval: '1s' }, rule_files: rules }));
    return ServerProcess.start({
      command: PROMETHEUS,
      args: [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--log.level=error',
      ],
      cwd: folder,
      address: `http://127.0.0.1:${port}`,
      readyPath: '/-/ready',
    });
  },
};

export async function evaluationCost(): Promise<BenchTable> {
  const contenders = [CHAINPULSE, ...(existsSync(PROMETHEUS) ? [DEBIAN_PROMETHEUS] : [])];
  const rows: string[][] = [];
  let [ours, count] = [0, 0];
  for (const contender of contenders) {
    const { roundSeconds, wallSeconds, series } = await costOf(contender);
    if (contender === CHAINPULSE) [ours, count] = [roundSeconds, series];
    rows.push([
      contender.name,
      `${(roundSeconds * 1000).toFixed(1)} ms`,
      `${((100 * roundSeconds) / USUAL_INTERVAL_S).toFixed(2)} %`,
      `${(wallSeconds * 1000).toFixed(1)} ms`,
      (roundSeconds / ours).toFixed(2),
    ]);
  }
  return {
    title: `Evaluating the shipped rules over ${count} series, ${MEASURED_S} rounds`,
    note: 'CPU of the whole process with the rules, less that without them.',
    columns: ['', 'CPU a round', `of a core, each ${USUAL_INTERVAL_S} s`, 'time a round', 'ratio'],
    rows,
  };
}

interface Cost {
  readonly roundSeconds: number;
  /** All groups, one after the other. */
  readonly wallSeconds: number;
  readonly series: number;
}

async function costOf(contender: Contender): Promise<Cost> {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-bench-rules-'));
  try {
    const nodes = new CalmNodes(Date.now() - HISTORY_MS - SAMPLE_MS);
    const feed = new Feed(nodes, Date.now() - HISTORY_MS);
    const idle = await measured(await contender.start(folder, []), feed);
    const busy = await measured(await contender.start(folder, [RULE_FILES]), feed);
    return {
      roundSeconds: (busy.cpuSeconds - idle.cpuSeconds) / MEASURED_S,
      wallSeconds: busy.wallSeconds,
      series: nodes.count * nodes.seriesANode,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends what has come to be since it sent last. */
class Feed {
  readonly #nodes: CalmNodes;
  #nextMs: number;

  constructor(nodes: CalmNodes, fromMs: number) {
    this.#nodes = nodes;
    this.#nextMs = fromMs;
  }

  async send(server: ServerProcess): Promise<void> {
    const nowMs = Date.now();
    if (this.#nextMs > nowMs) return;
    const workload = this.#nodes.workload(this.#nextMs, nowMs, SAMPLE_MS);
    this.#nextMs += (Math.floor((nowMs - this.#nextMs) / SAMPLE_MS) + 1) * SAMPLE_MS;
    for (const { body } of writeRequests(workload, { samplesARequest: 20_000, samplesASeries: 20 })) {
      const { status, text } = await server.send('POST', '/api/v1/write', WRITE_HEADERS, body);
      if (status >= 300) throw new Error(`remote write: ${status} ${text}`);
    }
  }
}

async function measured(server: ServerProcess, feed: Feed): Promise<{ cpuSeconds: number; wallSeconds: number }> {
  await fed(server, feed, WARMUP_S);
  const before = server.usage().cpuSeconds;
  await fed(server, feed, MEASURED_S);
  const cpuSeconds = server.usage().cpuSeconds - before;
  const wallSeconds = await roundTime(server);
  await server.stop();
  return { cpuSeconds, wallSeconds };
}

async function fed(server: ServerProcess, feed: Feed, seconds: number): Promise<void> {
  await feed.send(server);
  const endMs = performance.now() + seconds * 1000;
  while (performance.now() < endMs) {
    await sleep(Math.min(1000, Math.max(0, endMs - performance.now())));
    await feed.send(server);
  }
}

interface RulesAnswer {
  readonly data: {
    readonly groups: readonly { readonly evaluationTime: number; readonly rules: readonly unknown[] }[];
  };
}

/** Seconds that the last evaluation of all groups took. Fails when a rule does. */
async function roundTime(server: ServerProcess): Promise<number> {
  const { text } = await server.send('GET', '/api/v1/rules');
  if (text.includes('"health":"err"')) throw new Error(`a rule fails:\n${text}`);
  const { data } = JSON.parse(text) as RulesAnswer;
  return data.groups.reduce((sum, { evaluationTime }) => sum + evaluationTime, 0);
}
