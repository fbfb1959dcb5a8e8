// What Prometheus wrote, as it sends it on by remote write 2.0: floats, native histograms to the bucket and exemplars, which
// its query API does not tell in full. Metadata of OTLP it neither stores nor sends; what it knows of type and unit it puts into
// labels when it is told to, and from there it is read here.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { uncompress } from 'snappyjs';
import { decodeRemoteWriteV2 } from '../../../packages/instrument/src/push/testing/official-proto.ts';
import { labelsFrom, labelValue } from '../../../packages/monitor/src/model/labels.ts';
import { seriesText } from '../../../packages/monitor/src/sources/testing/memory-appender.ts';
import { becomesTrue } from '../testing/server-process.ts';
import { type ComparedHistogram, type ComparedSeries, newComparedSeries } from './compared-series.ts';

const TYPE_LABEL = '__type__';
const UNIT_LABEL = '__unit__';
const ARRIVAL_DEADLINE_MS = 20_000;

interface Message {
  readonly symbols: readonly string[];
  readonly timeseries?: readonly WrittenSeries[];
}

interface WrittenSeries {
  readonly labelsRefs?: readonly number[];
  readonly samples?: readonly { readonly value?: number; readonly timestamp?: string }[];
  readonly histograms?: readonly WrittenHistogram[];
  readonly exemplars?: readonly {
    readonly labelsRefs?: readonly number[];
    readonly value?: number;
    readonly timestamp?: string;
  }[];
}

interface WrittenSpan {
  readonly offset?: number;
  readonly length?: number;
}

interface WrittenHistogram {
  readonly countInt?: string;
  readonly sum?: number;
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCountInt?: string;
  readonly positiveSpans?: readonly WrittenSpan[];
  readonly positiveDeltas?: readonly string[];
  readonly negativeSpans?: readonly WrittenSpan[];
  readonly negativeDeltas?: readonly string[];
  readonly customValues?: readonly number[];
  readonly timestamp?: string;
}

/** Takes remote writes and keeps what they say. */
export class WrittenSeriesServer {
  readonly address: string;
  readonly #server: Server;
  #series = new Map<string, ComparedSeries>();
  #names = new Set<string>();

  private constructor(server: Server) {
    this.#server = server;
    this.address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/write`;
  }

  static async start(): Promise<WrittenSeriesServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const written = new WrittenSeriesServer(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        written.#keep(decodeRemoteWriteV2(uncompress(Buffer.concat(chunks))) as unknown as Message);
        response.writeHead(204, { 'X-Prometheus-Remote-Write-Samples-Written': '1' }).end();
      });
    });
    return written;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** All that came since the last call, once the series of that name has come, which is left out. */
  async takeThrough(name: string): Promise<ReadonlyMap<string, ComparedSeries>> {
    if (!(await becomesTrue(async () => this.#names.has(name), ARRIVAL_DEADLINE_MS))) {
      throw new Error(`${name} did not arrive; these did: ${[...this.#names].join(' ')}`);
    }
    const taken = this.#series;
    this.#series = new Map();
    this.#names = new Set();
    for (const key of taken.keys()) if (key.startsWith(`${name}{`)) taken.delete(key);
    return taken;
  }

  #keep({ symbols, timeseries = [] }: Message): void {
    for (const series of timeseries) {
      const all = labelsOf(symbols, series.labelsRefs);
      const labels = all.filter(({ name }) => name !== TYPE_LABEL && name !== UNIT_LABEL);
      this.#names.add(labelValue(labels, '__name__'));
      const key = seriesText(labels);
      let kept = this.#series.get(key);
      if (kept === undefined) this.#series.set(key, (kept = newComparedSeries()));
      kept.type = labelValue(all, TYPE_LABEL);
      kept.unit = labelValue(all, UNIT_LABEL);
      for (const { value = 0, timestamp = '0' } of series.samples ?? []) {
        kept.samples.push([Number(timestamp), isStale(value) ? 'stale' : value]);
      }
      for (const histogram of series.histograms ?? []) keepHistogram(histogram, kept);
      for (const { labelsRefs, value = 0, timestamp = '0' } of series.exemplars ?? []) {
        kept.exemplars.push({
          labels: seriesText(labelsOf(symbols, labelsRefs)),
          value,
          timestampMs: Number(timestamp),
        });
      }
    }
  }
}

function labelsOf(symbols: readonly string[], refs: readonly number[] = []) {
  const pairs: [string, string][] = [];
  for (let at = 0; at < refs.length; at += 2) pairs.push([symbols[refs[at]!]!, symbols[refs[at + 1]!]!]);
  return labelsFrom(pairs);
}

function keepHistogram(written: WrittenHistogram, into: ComparedSeries): void {
  const timeMs = Number(written.timestamp ?? 0);
  if (isStale(written.sum ?? 0)) into.samples.push([timeMs, 'stale']);
  else into.histograms.push([timeMs, comparedOf(written)]);
}

function comparedOf(written: WrittenHistogram): ComparedHistogram {
  return {
    schema: written.schema ?? 0,
    zeroThreshold: written.zeroThreshold ?? 0,
    zeroCount: Number(written.zeroCountInt ?? 0),
    count: Number(written.countInt ?? 0),
    sum: written.sum ?? 0,
    positive: bucketsOf(written.positiveSpans, written.positiveDeltas),
    negative: bucketsOf(written.negativeSpans, written.negativeDeltas),
    customBounds: [...(written.customValues ?? [])],
  };
}

function bucketsOf(spans: readonly WrittenSpan[] = [], deltas: readonly string[] = []): Record<number, number> {
  const buckets: Record<number, number> = {};
  let index = 0;
  let at = 0;
  let count = 0;
  for (const { offset = 0, length = 0 } of spans) {
    index += offset;
    for (let left = length; left > 0; left--, index++) {
      count += Number(deltas[at++]);
      if (count !== 0) buckets[index] = count;
    }
  }
  return buckets;
}

/** The stale marker, whose NaN may have become a quiet one on its way through a number. */
function isStale(value: number): boolean {
  return Number.isNaN(value) && new Uint32Array(Float64Array.of(value).buffer)[0] === 2;
}
