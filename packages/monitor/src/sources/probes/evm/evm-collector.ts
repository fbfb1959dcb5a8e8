// The probe of an EVM node: one JSON-RPC batch a collection asks for the node's state and for the blocks that probably
// came since the last one; only when more came does a second one follow. What a node does not offer is absent, never 0.
// The metrics, their units and sources: docs/reference/evm-probe.md.

import type { SyncState } from '@chainpulse/instrument';
import { type Clock, SteadyClock } from '../../../model/clock.ts';
import { CollectionError, type Collector, type SampleSink } from '../../interface.ts';
import { RegistryReader } from '../../registry-collector.ts';
import { type Block, parseBlock, type ReceiptTotals } from './block.ts';
import { BlockFollower, type BlockMark, DEFAULT_MAX_BLOCKS } from './block-follower.ts';
import { EvmMetrics } from './evm-metrics.ts';
import { isRecord, JsonRpcClient, type RpcAnswer, type RpcCall } from './json-rpc-client.ts';
import { NewHeads } from './new-heads.ts';
import { OptionalMethods } from './optional-methods.ts';
import { parseNumber } from './quantity.ts';

export interface EvmCollectorOptions {
  /** JSON-RPC over http or https. User and password in it are left out: `readAuthorization` has them. */
  readonly url: URL;
  /** The value of the Authorization header, read anew for every request, WebSocket included. */
  readonly readAuthorization?: (() => Promise<string | undefined>) | undefined;
  /** Where new blocks are announced (default: the same address as ws or wss); `false` polls only. */
  readonly webSocketUrl?: URL | false | undefined;
  /** How long a WebSocket may take to open and subscribe (default 10 s). The caller bounds the collection itself. */
  readonly timeoutMs?: number | undefined;
  /** Of one answer (default 32 MiB). */
  readonly bodyLimitBytes?: number | undefined;
  /** Blocks read a collection (default 64); of a longer gap the oldest are skipped and counted. */
  readonly maxBlocks?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds since any fixed moment, for the time between two announced blocks. */
  readonly monotonicMs?: (() => number) | undefined;
}

type StateKey = 'head' | 'finalized' | 'mempool' | 'syncing' | 'peers' | 'version' | 'chainId';

const STATE_CALLS: Readonly<Record<StateKey, RpcCall>> = {
  head: { method: 'eth_getBlockByNumber', params: ['latest', false] },
  finalized: { method: 'eth_getBlockByNumber', params: ['finalized', false] },
  mempool: { method: 'txpool_status', params: [] },
  syncing: { method: 'eth_syncing', params: [] },
  peers: { method: 'net_peerCount', params: [] },
  version: { method: 'web3_clientVersion', params: [] },
  chainId: { method: 'eth_chainId', params: [] },
};
const DEFAULT_TIMEOUT_MS = 10_000;
/** Version and chain are asked this often, and after every failure, because a node is upgraded while it is down. */
const IDENTITY_EVERY_MS = 5 * 60_000;

export function createEvmCollector(options: EvmCollectorOptions): Collector {
  return new EvmCollector(options);
}

class EvmCollector implements Collector {
  readonly type = 'probe';
  onNews?: () => void;
  readonly #client: JsonRpcClient;
  readonly #methods: OptionalMethods;
  readonly #follower: BlockFollower;
  readonly #metrics = new EvmMetrics();
  readonly #nodeReader = new RegistryReader(this.#metrics.node);
  readonly #receiptsReader = new RegistryReader(this.#metrics.receipts);
  readonly #newHeads: NewHeads | undefined;
  readonly #clock: Clock;
  #identityDueMs = 0;

  constructor(options: EvmCollectorOptions) {
    const { url, readAuthorization, bodyLimitBytes, maxBlocks = DEFAULT_MAX_BLOCKS } = options;
    const clock = options.clock ?? new SteadyClock();
    this.#clock = clock;
    this.#client = new JsonRpcClient({ url, readAuthorization, bodyLimitBytes, clock });
    this.#methods = new OptionalMethods(clock);
    const listener = {
      blockRead: this.#blockRead.bind(this),
      blocksSkipped: (count: number) => this.#metrics.countSkipped(count),
    };
    this.#follower = new BlockFollower({ client: this.#client, methods: this.#methods, listener, maxBlocks });
    this.#newHeads = this.#announcements(options);
  }

  async collect(sink: SampleSink, signal: AbortSignal): Promise<void> {
    try {
      await this.#refresh(signal);
    } catch (error) {
      this.#identityDueMs = 0;
      throw error;
    }
    this.#nodeReader.readInto(sink);
    if (this.#follower.hasReceipts) this.#receiptsReader.readInto(sink);
    await this.#newHeads?.keepOpen();
  }

  close(): Promise<void> {
    this.#newHeads?.close();
    return Promise.resolve();
  }

  async #refresh(signal: AbortSignal): Promise<void> {
    const stateCalls = this.#stateCalls();
    const blockCalls = this.#follower.foreseenCalls();
    const answers = await this.#ask([...stateCalls.values(), ...blockCalls], signal);
    if (answers === undefined) return this.#refresh(signal);
    const byKey = new Map([...stateCalls.keys()].map((key, index) => [key, answers[index]]));
    const head = this.#headOf(byKey.get('head'));
    const foreseen = { calls: blockCalls, answers: answers.slice(stateCalls.size) };
    await this.#follower.follow(head, foreseen, signal);
    this.#metrics.setHead(head);
    this.#applyState(byKey, head);
  }

  /** `undefined` when the answer was too large and less will be asked for next. */
  async #ask(calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly RpcAnswer[] | undefined> {
    try {
      return await this.#client.request(calls, signal);
    } catch (error) {
      const isTooLarge = error instanceof CollectionError && error.outcome === 'too_large';
      if (isTooLarge && this.#follower.askForLess()) return undefined;
      throw error;
    }
  }

  #stateCalls(): ReadonlyMap<StateKey, RpcCall> {
    const isIdentityDue = this.#clock.nowMs() >= this.#identityDueMs;
    const calls = new Map<StateKey, RpcCall>();
    for (const [key, call] of Object.entries(STATE_CALLS) as [StateKey, RpcCall][]) {
      const isIdentity = key === 'version' || key === 'chainId';
      if ((!isIdentity || isIdentityDue) && this.#methods.isOffered(nameOf(key))) calls.set(key, call);
    }
    return calls;
  }

  #headOf(answer: RpcAnswer | undefined): Block {
    if (answer === undefined || 'error' in answer) {
      const why = answer === undefined ? 'nothing' : `error ${answer.error.code}: ${answer.error.message}`;
      throw new CollectionError(
        'other',
        `${this.#client.where} answered eth_getBlockByNumber with ${why}. An EVM node must offer it: check that this is ` +
          'its JSON-RPC port and that the eth API is enabled there.',
      );
    }
    if (answer.result === null) {
      throw new CollectionError('other', `${this.#client.where} has no block yet: look into the log of the node.`);
    }
    return parseBlock(answer.result);
  }

  #applyState(answers: ReadonlyMap<StateKey, RpcAnswer | undefined>, head: Block): void {
    const resultOf = (key: StateKey): unknown => this.#methods.resultOf(nameOf(key), answers.get(key));
    const finalized = resultOf('finalized');
    this.#metrics.setFinalized(isRecord(finalized) ? parseNumber(finalized['number']) : undefined);
    const mempool = resultOf('mempool');
    this.#metrics.setMempool('pending', isRecord(mempool) ? parseNumber(mempool['pending']) : undefined);
    this.#metrics.setMempool('queued', isRecord(mempool) ? parseNumber(mempool['queued']) : undefined);
    this.#metrics.setPeers(parseNumber(resultOf('peers')));
    this.#applySync(resultOf('syncing'), head);
    if (answers.has('version') || answers.has('chainId')) {
      this.#applyIdentity(resultOf('version'), resultOf('chainId'));
      this.#identityDueMs = this.#clock.nowMs() + IDENTITY_EVERY_MS;
    }
  }

  /** `false` is all that a node says when it has caught up; what it says while it has not differs from client to client. */
  #applySync(syncing: unknown, head: Block): void {
    if (syncing === false) {
      this.#metrics.setSync('synced', head.height, undefined);
    } else if (isRecord(syncing)) {
      const current = parseNumber(syncing['currentBlock']);
      const target = parseNumber(syncing['highestBlock']);
      this.#metrics.setSync(syncStateOf(current, target), current, target === 0 ? undefined : target);
    } else {
      this.#metrics.setSync(undefined, undefined, undefined);
    }
  }

  #applyIdentity(version: unknown, chainId: unknown): void {
    const network = parseNumber(chainId)?.toString() ?? 'unknown';
    const isKnown = typeof version === 'string' && version !== '';
    const commit = isKnown ? COMMIT.exec(version)?.[1] : undefined;
    this.#metrics.setBuildInfo(isKnown ? { version, commit: commit ?? 'unknown', network } : undefined);
  }

  #blockRead(block: Block, receipts: ReceiptTotals | undefined, parent: BlockMark | undefined): void {
    this.#metrics.countBlock(block, receipts);
    if (parent === undefined) return;
    const arrivalMs = this.#newHeads?.arrivalMs(block.hash);
    const parentArrivalMs = this.#newHeads?.arrivalMs(parent.hash);
    // Both announced: the time between their arrivals. Else all that is known is when they say they were made.
    const intervalSeconds =
      arrivalMs !== undefined && parentArrivalMs !== undefined
        ? (arrivalMs - parentArrivalMs) / 1000
        : block.timestampSeconds - parent.timestampSeconds;
    if (intervalSeconds >= 0) this.#metrics.observeInterval(intervalSeconds);
  }

  #announcements(options: EvmCollectorOptions): NewHeads | undefined {
    const { url, webSocketUrl, readAuthorization, timeoutMs = DEFAULT_TIMEOUT_MS } = options;
    if (webSocketUrl === false) return undefined;
    return new NewHeads({
      url: (webSocketUrl ?? webSocketOf(url)).href,
      readAuthorization,
      timeoutMs,
      clock: this.#clock,
      onNews: () => this.onNews?.(),
      monotonicMs: options.monotonicMs ?? (() => performance.now()),
    });
  }
}

function webSocketOf(url: URL): URL {
  const webSocketUrl = new URL(url);
  webSocketUrl.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  webSocketUrl.username = '';
  webSocketUrl.password = '';
  return webSocketUrl;
}

/** A git revision at the end of a part of the version: Geth/v1.16.1-stable-12b4131f/linux-amd64/go1.24. */
const COMMIT = /[-+]([0-9a-f]{7,40})(?:\/|$)/i;

/** Whether a node has the head does not say whether it knows finality: both are the same method. */
function nameOf(key: StateKey): string {
  return key === 'finalized' ? 'eth_getBlockByNumber finalized' : key === 'head' ? 'head' : STATE_CALLS[key].method;
}

function syncStateOf(current: number | undefined, target: number | undefined): SyncState {
  if (target === undefined || target === 0) return 'discovering';
  return current !== undefined && current < target ? 'blocks' : 'catchup';
}
