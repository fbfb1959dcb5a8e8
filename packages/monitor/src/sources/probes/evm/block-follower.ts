// Follows the chain of one node from head to head, so that every block between two collections is counted once, however
// short the block time. Counting begins after the head that was first seen. Invariant: `#last` is the newest block that
// was counted or left out, and the next one counted names it as its parent. Where that breaks, the chain was reorganized
// or the node lost its newest blocks: counting goes back to the newest remembered block that the node still has, since
// what comes after it are other blocks. Where the node has none of them it is another chain, and counting begins anew.

import { CollectionError } from '../../interface.ts';
import { type Block, parseBlock, type ReceiptTotals, sumReceipts } from './block.ts';
import type { JsonRpcClient, RpcAnswer, RpcCall } from './json-rpc-client.ts';
import type { OptionalMethods } from './optional-methods.ts';
import { toQuantity } from './quantity.ts';

/** What is told of the blocks, in order of height. */
interface BlockListener {
  blockRead(block: Block, receipts: ReceiptTotals | undefined, parent: BlockMark | undefined): void;
  blocksSkipped(count: number): void;
}

export interface BlockMark {
  readonly height: number;
  readonly hash: string;
  readonly timestampSeconds: number;
}

export interface BlockFollowerOptions {
  readonly client: JsonRpcClient;
  readonly methods: OptionalMethods;
  readonly listener: BlockListener;
  /** Blocks read a collection at most; of a longer gap the oldest are skipped and counted. */
  readonly maxBlocks: number;
}

/** Counted blocks that are remembered: a reorganization deeper than this looks like another chain. */
const REMEMBERED_BLOCKS = 64;
export const DEFAULT_MAX_BLOCKS = 64;
/** Asked for in one POST; halved for good when an answer is too large. */
const BLOCKS_PER_REQUEST = 16;
const RECEIPTS = 'eth_getBlockReceipts';

export interface Exchange {
  readonly calls: readonly RpcCall[];
  /** One a call. */
  readonly answers: readonly RpcAnswer[];
}

interface ReadBlock {
  readonly block: Block;
  /** `missing` where the node has the method and did not answer with the receipts of this block. */
  readonly receipts: ReceiptTotals | 'missing' | undefined;
}

export class BlockFollower {
  readonly #options: BlockFollowerOptions;
  readonly #marks = new Map<number, BlockMark>();
  #lastHeight: number | undefined;
  #lastStepBlocks = 0;
  #hasReceipts = false;
  #blocksPerRequest = BLOCKS_PER_REQUEST;
  /** The block whose receipts were waited for once already. */
  #awaitedHash = '';

  constructor(options: BlockFollowerOptions) {
    this.#options = options;
  }

  /** Whether the node hands out receipts; false until it did. */
  get hasReceipts(): boolean {
    return this.#hasReceipts;
  }

  /**
   * The calls for the blocks that probably came since the last collection, to be sent with whatever else is asked. Before
   * the first block it is asked whether there are receipts, so that their counters show from 0.
   */
  foreseenCalls(): readonly RpcCall[] {
    if (this.#lastHeight === undefined) {
      return this.#options.methods.isOffered(RECEIPTS) ? [{ method: RECEIPTS, params: ['latest'] }] : [];
    }
    return this.#callsFor(this.#lastHeight + 1, Math.min(this.#lastStepBlocks + 1, this.#blocksPerRequest));
  }

  /** An answer was too large: asks for less from now on. False when it cannot be less. */
  askForLess(): boolean {
    if (this.#blocksPerRequest === 1) return false;
    this.#blocksPerRequest = Math.floor(this.#blocksPerRequest / 2);
    return true;
  }

  /**
   * Counts everything up to the head.
   * @param foreseen the last `foreseenCalls`, answered
   * @throws {CollectionError} what was counted until then stays counted, and the next call goes on from there.
   */
  async follow(head: Block, foreseen: Exchange, signal: AbortSignal): Promise<void> {
    const startHeight = this.#lastHeight;
    const ready = this.#parse(foreseen);
    if (startHeight === undefined) return this.#beginAt(head);
    if (head.height < startHeight || (head.height === startHeight && head.hash !== this.#markAt(startHeight)?.hash)) {
      await this.#goBack(head, signal);
    }
    this.#skipTo(head.height);
    await this.#countUpTo(head, ready, signal);
    this.#lastStepBlocks = Math.max(0, head.height - startHeight);
  }

  async #countUpTo(head: Block, foreseen: readonly ReadBlock[], signal: AbortSignal): Promise<void> {
    let ready = foreseen;
    let hasGoneBack = false;
    while (this.#lastHeight! < head.height) {
      const height: number = this.#lastHeight! + 1;
      let next = ready.find(({ block }) => block.height === height);
      if (next === undefined) {
        ready = await this.#read(height, Math.min(head.height - height + 1, this.#blocksPerRequest), signal);
        next = ready.find(({ block }) => block.height === height);
      }
      // The node does not have it any more (or not yet again): the next collection asks anew.
      if (next === undefined) return;
      const parent = this.#markAt(height - 1);
      if (parent !== undefined && next.block.parentHash !== parent.hash) {
        if (hasGoneBack) return;
        hasGoneBack = true;
        await this.#goBack(head, signal);
        ready = [];
      } else if (!this.#count(next, parent)) return;
    }
  }

  /** False when the receipts are not there yet and are worth another attempt. */
  #count({ block, receipts }: ReadBlock, parent: BlockMark | undefined): boolean {
    if (receipts === 'missing' && this.#awaitedHash !== block.hash) {
      this.#awaitedHash = block.hash;
      return false;
    }
    this.#options.listener.blockRead(block, receipts === 'missing' ? undefined : receipts, parent);
    this.#remember(block);
    return true;
  }

  async #read(height: number, count: number, signal: AbortSignal): Promise<readonly ReadBlock[]> {
    for (let wanted = count; ; wanted = Math.min(wanted, this.#blocksPerRequest)) {
      try {
        const calls = this.#callsFor(height, wanted);
        return this.#parse({ calls, answers: await this.#options.client.request(calls, signal) });
      } catch (error) {
        if (!(error instanceof CollectionError) || error.outcome !== 'too_large' || !this.askForLess()) throw error;
      }
    }
  }

  #callsFor(firstHeight: number, count: number): readonly RpcCall[] {
    const calls: RpcCall[] = [];
    const withReceipts = this.#options.methods.isOffered(RECEIPTS);
    for (let height = firstHeight; height < firstHeight + count; height++) {
      calls.push({ method: 'eth_getBlockByNumber', params: [toQuantity(height), false] });
      if (withReceipts) calls.push({ method: RECEIPTS, params: [toQuantity(height)] });
    }
    return calls;
  }

  #parse({ calls, answers }: Exchange): readonly ReadBlock[] {
    const read: ReadBlock[] = [];
    for (const [index, { method }] of calls.entries()) {
      if (method === RECEIPTS) this.#noteReceipts(answers[index]);
      const block = method === RECEIPTS ? undefined : blockOf(answers[index]);
      if (block === undefined) continue;
      const hasReceipts = calls[index + 1]?.method === RECEIPTS;
      read.push({ block, receipts: hasReceipts ? this.#receiptsOf(answers[index + 1], block) : undefined });
    }
    return read;
  }

  #noteReceipts(answer: RpcAnswer | undefined): void {
    const { methods } = this.#options;
    if (Array.isArray(methods.resultOf(RECEIPTS, answer))) this.#hasReceipts = true;
    else if (!methods.isOffered(RECEIPTS)) this.#hasReceipts = false;
  }

  #receiptsOf(answer: RpcAnswer | undefined, block: Block): ReadBlock['receipts'] {
    const { methods } = this.#options;
    const result = methods.resultOf(RECEIPTS, answer);
    return methods.isOffered(RECEIPTS) ? (sumReceipts(result, block) ?? 'missing') : undefined;
  }

  /** Goes back to the newest remembered block that the node still has; without one, begins anew at the head. */
  async #goBack(head: Block, signal: AbortSignal): Promise<void> {
    const marks = [...this.#marks.values()].filter(({ height }) => height <= head.height);
    const calls = marks.map(({ height }) => ({ method: 'eth_getBlockByNumber', params: [toQuantity(height), false] }));
    const answers = calls.length === 0 ? [] : await this.#options.client.request(calls, signal);
    const common = marks.findLast((mark, index) => blockOf(answers[index])?.hash === mark.hash);
    if (common === undefined) return this.#beginAt(head);
    for (const height of this.#marks.keys()) if (height > common.height) this.#marks.delete(height);
    this.#lastHeight = common.height;
  }

  #beginAt(head: Block): void {
    this.#marks.clear();
    this.#remember(head);
  }

  #skipTo(headHeight: number): void {
    const skipped = headHeight - this.#lastHeight! - this.#options.maxBlocks;
    if (skipped <= 0) return;
    this.#options.listener.blocksSkipped(skipped);
    this.#marks.clear();
    this.#lastHeight = headHeight - this.#options.maxBlocks;
  }

  #remember({ height, hash, timestampSeconds }: Block): void {
    this.#lastHeight = height;
    this.#marks.set(height, { height, hash, timestampSeconds });
    this.#marks.delete(height - REMEMBERED_BLOCKS);
  }

  #markAt(height: number): BlockMark | undefined {
    return this.#marks.get(height);
  }
}

/** `undefined` for a block that the node does not have. */
function blockOf(answer: RpcAnswer | undefined): Block | undefined {
  if (answer === undefined || 'error' in answer || answer.result === null) return undefined;
  return parseBlock(answer.result);
}
