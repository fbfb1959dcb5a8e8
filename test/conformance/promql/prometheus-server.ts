// A Prometheus as the oracle, Debian's unless another is named: one process on a free port of the loopback, in a folder of
// its own, filled by remote write.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compress } from 'snappyjs';
import { freePort } from '../../../packages/monitor/src/testing/free-port.ts';
import { encodeWriteRequest, type RawSeries } from './remote-write.ts';

const BINARY = '/usr/bin/prometheus';
const START_DEADLINE_MS = 30_000;
const SERIES_A_WRITE = 2000;

export function prometheusIsInstalled(): boolean {
  return existsSync(BINARY);
}

export interface PrometheusOptions {
  /** Default: Debian's. */
  readonly binary?: string;
  /** What `--enable-feature` names. */
  readonly features?: readonly string[];
  /** What is left after the defaults. */
  readonly flags?: readonly string[];
}

export interface OracleSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [timeMs: number, value: number])[];
}

export type OracleAnswer =
  | { readonly type: 'scalar' | 'string'; readonly value: string }
  | { readonly type: 'vector' | 'matrix'; readonly series: readonly OracleSeries[] }
  | { readonly type: 'error'; readonly errorType: string; readonly error: string };

export class PrometheusServer {
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #address: string;

  private constructor(process: ChildProcess, directory: string, address: string) {
    this.#process = process;
    this.#directory = directory;
    this.#address = address;
  }

  /** Where its API answers, for what is not asked through a method here. */
  get address(): string {
    return this.#address;
  }

  static async start({
    binary = BINARY,
    features = [],
    flags: others = [],
  }: PrometheusOptions = {}): Promise<PrometheusServer> {
    const directory = await mkdtemp(join(tmpdir(), 'chainpulse-oracle-'));
    const config = join(directory, 'prometheus.yml');
    await writeFile(config, 'storage:\n  tsdb:\n    out_of_order_time_window: 10y\n');
    const port = await freePort();
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--query.max-concurrency=4',
      ...(features.length === 0 ? [] : [`--enable-feature=${features.join(',')}`]),
      ...others,
    ];
    const child = spawn(binary, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
    const server = new PrometheusServer(child, directory, `http://127.0.0.1:${port}`);
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-4000)));
    if (await server.#becomesReady()) return server;
    await server.stop();
    throw new Error(`Prometheus did not become ready:\n${log}`);
  }

  async #becomesReady(): Promise<boolean> {
    const deadlineMs = performance.now() + START_DEADLINE_MS;
    while (performance.now() < deadlineMs && this.#process.exitCode === null) {
      const answer = await fetch(`${this.#address}/-/ready`).catch(() => undefined);
      if (answer?.ok === true) return true;
      await delay(50);
    }
    return false;
  }

  async write(series: readonly RawSeries[]): Promise<void> {
    for (let from = 0; from < series.length; from += SERIES_A_WRITE) {
      const answer = await fetch(`${this.#address}/api/v1/write`, {
        method: 'POST',
        headers: { 'Content-Encoding': 'snappy', 'X-Prometheus-Remote-Write-Version': '0.1.0' },
        body: compress(encodeWriteRequest(series.slice(from, from + SERIES_A_WRITE))),
      });
      if (!answer.ok) throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
    }
  }

  instant(expression: string, timeMs: number): Promise<OracleAnswer> {
    return this.#ask('query', { query: expression, time: seconds(timeMs) });
  }

  range(expression: string, startMs: number, endMs: number, stepMs: number): Promise<OracleAnswer> {
    return this.#ask('query_range', {
      query: expression,
      start: seconds(startMs),
      end: seconds(endMs),
      step: seconds(stepMs),
    });
  }

  async #ask(path: string, parameters: Record<string, string>): Promise<OracleAnswer> {
    return readAnswer((await this.ask(path, parameters)) as ApiAnswer);
  }

  /** The whole of what its API answers. `path`: below `/api/v1/`. */
  async ask(path: string, parameters: Record<string, string>): Promise<unknown> {
    const answer = await fetch(`${this.#address}/api/v1/${path}`, {
      method: 'POST',
      body: new URLSearchParams(parameters),
    });
    return answer.json();
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await ended;
    }
    await rm(this.#directory, { recursive: true, force: true });
  }
}

type ApiAnswer =
  | { readonly status: 'error'; readonly errorType: string; readonly error: string }
  | { readonly status: 'success'; readonly data: ApiResult };

type ApiPoint = readonly [seconds: number, value: string];

type ApiResult =
  | { readonly resultType: 'scalar' | 'string'; readonly result: ApiPoint }
  | { readonly resultType: 'vector' | 'matrix'; readonly result: readonly ApiSeries[] };

interface ApiSeries {
  readonly metric: Record<string, string>;
  readonly value?: ApiPoint;
  readonly values?: readonly ApiPoint[];
}

function readAnswer(answer: ApiAnswer): OracleAnswer {
  if (answer.status === 'error') return { type: 'error', errorType: answer.errorType, error: answer.error };
  const { data } = answer;
  if (isSinglePoint(data)) return { type: data.resultType, value: data.result[1] };
  const series = data.result.map(({ metric, value, values }) => ({
    metric,
    points: (values ?? [value!]).map(([time, text]) => [Math.round(time * 1000), readNumber(text)] as const),
  }));
  return { type: data.resultType, series };
}

function isSinglePoint(data: ApiResult): data is ApiResult & { readonly resultType: 'scalar' | 'string' } {
  return data.resultType === 'scalar' || data.resultType === 'string';
}

/** Prometheus writes the shortest text that reads back as the same bits. */
function readNumber(text: string): number {
  if (text === '+Inf') return Infinity;
  if (text === '-Inf') return -Infinity;
  return Number(text);
}

function seconds(timeMs: number): string {
  return (timeMs / 1000).toFixed(3);
}
