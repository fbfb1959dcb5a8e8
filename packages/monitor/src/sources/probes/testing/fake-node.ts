// A JSON-RPC server for tests that says whatever a test wants, and a chain for it to tell of that can be reorganized.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Request {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Throw it from a method to answer with an error. */
export class RpcError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

export class FakeNode {
  readonly methods = new Map<string, (params: readonly unknown[]) => unknown>();
  /** Set to answer every request with this, whatever it asks; `hang` never answers. */
  raw: FakeAnswer | 'hang' | undefined;
  takesBatches = true;
  readonly posts: { readonly methods: readonly string[]; readonly authorization: string | undefined }[] = [];
  readonly #server: Server = createServer((request, response) => {
    this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
  });

  static async start(): Promise<FakeNode> {
    const node = new FakeNode();
    const { promise, resolve } = Promise.withResolvers<void>();
    node.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return node;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const asked = JSON.parse(Buffer.concat(chunks).toString()) as Request | Request[];
    const calls = Array.isArray(asked) ? asked : [asked];
    const { authorization } = request.headers;
    this.posts.push({ methods: calls.map(({ method }) => method), authorization });
    if (this.raw === 'hang') return;
    if (this.raw !== undefined) {
      response.writeHead(this.raw.status, this.raw.headers).end(this.raw.body);
      return;
    }
    // Backwards: the order of the answers is the server's choice.
    const answers = calls.map((call) => this.#call(call)).reverse();
    const refusal = { jsonrpc: '2.0', id: null, error: { code: -32600, message: 'batches are not supported' } };
    const body = Array.isArray(asked) ? (this.takesBatches ? answers : refusal) : answers[0];
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #call({ id, method, params }: Request): object {
    const handler = this.methods.get(method);
    try {
      if (handler === undefined) throw new RpcError(-32601, 'Method not found');
      return { jsonrpc: '2.0', id, result: handler(params) };
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return { jsonrpc: '2.0', id, error: { code: error.code, message: error.message } };
    }
  }
}

export interface FakeBlock {
  readonly transactions: readonly string[];
  readonly hash: string;
  readonly parentHash: string;
  readonly timestamp: number;
}

export class FakeChain {
  blocks: FakeBlock[] = [];
  #made = 0;

  constructor(length: number) {
    this.mine(length);
  }

  get height(): number {
    return this.blocks.length - 1;
  }

  mine(count: number, transactionCount = 1): void {
    for (let made = 0; made < count; made++) {
      const hash = `0xb${this.#made++}`;
      const transactions = Array.from({ length: transactionCount }, (_, index) => `${hash}t${index}`);
      const parentHash = this.blocks.at(-1)?.hash ?? '0x0';
      this.blocks.push({ transactions, hash, parentHash, timestamp: 1_700_000_000 + this.blocks.length });
    }
  }

  /** Takes the newest blocks away. */
  drop(count: number): void {
    this.blocks.length -= count;
  }

  /** Answers `eth_getBlockByNumber`, `eth_getBlockReceipts` and what every node has. */
  serveOn(node: FakeNode): void {
    node.methods.set('eth_getBlockByNumber', ([tag]) => this.#block(this.#heightOf(tag)));
    node.methods.set('eth_getBlockReceipts', ([tag]) => this.#receipts(this.#heightOf(tag)));
    node.methods.set('eth_syncing', () => false);
    node.methods.set('web3_clientVersion', () => 'Fake/v1.2.3-stable-12b4131f/linux-amd64');
    node.methods.set('eth_chainId', () => '0x1');
  }

  #heightOf(tag: unknown): number {
    if (tag === 'latest') return this.height;
    if (tag === 'finalized') return Math.max(0, this.height - 10);
    return Number(tag);
  }

  #block(height: number): object | null {
    const block = this.blocks[height];
    if (block === undefined) return null;
    const { transactions, hash, parentHash, timestamp } = block;
    const [number, gasUsed] = [hex(height), hex(21_000 * transactions.length)];
    return { number, hash, parentHash, transactions, gasUsed, gasLimit: hex(30_000_000), timestamp: hex(timestamp) };
  }

  #receipts(height: number): object | null {
    const block = this.blocks[height];
    if (block === undefined) return null;
    return block.transactions.map(() => ({
      blockHash: block.hash,
      status: '0x1',
      gasUsed: hex(21_000),
      effectiveGasPrice: hex(1_000_000_000),
      contractAddress: null,
    }));
  }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
