// A receiver of remote write 1.0 that does as it is told: takes what comes, refuses, hangs, breaks off. What it took is kept
// by series, in the order in which it came.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { uncompressSnappy } from '../../../encoding/uncompress-snappy.ts';
import { LABEL, readLabel } from '../wire/label-bytes.ts';

export interface ReceivedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly (readonly [timeMs: number, value: number])[];
}

interface Refusal {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * `take`: stores and answers 204. `hang`: never answers. `break`: stores, and closes the connection before the answer.
 * `half`: stores, and closes in the middle of the answer.
 */
export type Behaviour = 'take' | 'hang' | 'break' | 'half' | Refusal;

const BODY_MAX_BYTES = 64 * 1024 * 1024;

export class Receiver {
  readonly #server: Server;
  /** Decides what is done with a request. */
  behave: (series: readonly ReceivedSeries[], request: IncomingMessage) => Behaviour = () => 'take';
  /** Samples by the series' name and label `i`; doubles stay doubles. */
  readonly taken = new Map<string, [number, number][]>();
  requests = 0;
  readonly sizes: number[] = [];

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(port = 0): Promise<Receiver> {
    const server = createServer((request, response) => void receiver.#answer(request, response));
    const receiver = new Receiver(server);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return receiver;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get samples(): number {
    return this.taken.values().reduce((sum, { length }) => sum + length, 0);
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    } catch {
      return;
    }
    this.requests++;
    const series = decode(uncompressSnappy(Buffer.concat(parts), BODY_MAX_BYTES));
    this.sizes.push(series.reduce((sum, { samples }) => sum + samples.length, 0));
    const behaviour = this.behave(series, request);
    if (behaviour === 'hang') return;
    if (typeof behaviour === 'object') {
      response.writeHead(behaviour.status, behaviour.headers).end(behaviour.body);
      return;
    }
    for (const { labels, samples } of series) {
      const key = `${labels['__name__']} ${labels['i'] ?? ''}`;
      const known = this.taken.get(key) ?? [];
      for (const [timeMs, value] of samples) known.push([timeMs, value]);
      this.taken.set(key, known);
    }
    if (behaviour === 'take') response.writeHead(204).end();
    else if (behaviour === 'break') request.socket.destroy();
    else response.writeHead(204, { 'content-length': 10 }).write('half', () => request.socket.destroy());
  }
}

const SERIES = 0x0a;
const SAMPLE = 0x12;
const VALUE = 0x09;
const TIMESTAMP = 0x10;

function decode(bytes: Uint8Array): ReceivedSeries[] {
  const found: ReceivedSeries[] = [];
  const reader = new ProtobufReader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === SERIES) found.push(decodeSeries(reader));
    else reader.skip(tag & 7);
  }
  return found;
}

function decodeSeries(reader: ProtobufReader): ReceivedSeries {
  const outer = reader.enter();
  const labels: Record<string, string> = {};
  const samples: [number, number][] = [];
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === LABEL) {
      const { name, value } = readLabel(reader);
      labels[name] = value;
    } else if (tag === SAMPLE) samples.push(decodeSample(reader));
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return { labels, samples };
}

function decodeSample(reader: ProtobufReader): [number, number] {
  const outer = reader.enter();
  let [timeMs, value] = [0, 0];
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === VALUE) value = reader.readDouble();
    else if (tag === TIMESTAMP) timeMs = reader.readInt64();
    else reader.skip(tag & 7);
  }
  reader.leave(outer);
  return [timeMs, value];
}
