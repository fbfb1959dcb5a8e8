// Steady mixed traffic on a development node through its unlocked accounts: transfers, calls of a contract, calls that
// revert, a new contract now and then, and a few transactions that wait for ever behind a missing nonce. It goes on by
// itself after the node was away. Everything that a node answers may be an error: none ends the traffic.

import { setTimeout as sleep } from 'node:timers/promises';
import { isRecord } from '../sources/probes/evm/json-rpc-client.ts';
import { parseNumber, toQuantity } from '../sources/probes/evm/quantity.ts';
import { COUNTER_BYTECODE, FAIL, INCREMENT } from './counter-contract.ts';
import { NodeRpc } from './node-rpc.ts';
import { seededRandom } from './seeded-random.ts';

export interface TrafficOptions {
  readonly url: string;
  /** The same seed makes the same choices (default 1). */
  readonly seed?: number;
  /** On average (default 3). */
  readonly transactionsPerSecond?: number;
}

export interface Traffic {
  /** Nothing is sent any more when the promise is fulfilled. */
  stop(): Promise<void>;
}

type Action = 'transfer' | 'increment' | 'fail' | 'deploy' | 'queue';

/** Of a hundred. */
const SHARES: readonly (readonly [Action, number])[] = [
  ['transfer', 60],
  ['increment', 22],
  ['fail', 10],
  ['deploy', 3],
  ['queue', 5],
];
/** Transactions that wait behind a missing nonce, at most. */
export const MAX_QUEUED = 5;
const RETRY_MS = 1000;
const RECEIPT_PAUSE_MS = 250;
const RECEIPT_ATTEMPTS = 20;
const GAS = toQuantity(100_000);
const GAS_TO_DEPLOY = toQuantity(200_000);
const MAX_TRANSFER_WEI = 1e15;

export function startTraffic(options: TrafficOptions): Traffic {
  const stopping = new AbortController();
  const done = new TrafficMaker(options, stopping.signal).run();
  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

class TrafficMaker {
  readonly #rpc: NodeRpc;
  readonly #random: () => number;
  readonly #meanPauseMs: number;
  readonly #signal: AbortSignal;
  #accounts: readonly string[] = [];
  #contract: string | undefined;

  constructor({ url, seed = 1, transactionsPerSecond = 3 }: TrafficOptions, signal: AbortSignal) {
    this.#rpc = new NodeRpc(url);
    this.#random = seededRandom(seed);
    this.#meanPauseMs = 1000 / transactionsPerSecond;
    this.#signal = signal;
  }

  async run(): Promise<void> {
    while (!this.#signal.aborted) {
      let pauseMs = this.#random() * 2 * this.#meanPauseMs;
      try {
        await this.#act(this.#chooseAction());
      } catch {
        // The node is away, or came back as another chain: begin from what it says then.
        this.#accounts = [];
        this.#contract = undefined;
        pauseMs = RETRY_MS;
      }
      await sleep(pauseMs, undefined, { signal: this.#signal }).catch(() => {});
    }
  }

  async #act(action: Action): Promise<void> {
    if (this.#accounts.length === 0) this.#accounts = await this.#readAccounts();
    if (this.#contract === undefined) this.#contract = await this.#deploy();
    switch (action) {
      case 'transfer':
        await this.#send({ to: this.#sender(), value: toQuantity(Math.floor(this.#random() * MAX_TRANSFER_WEI)) });
        return;
      case 'increment':
        await this.#send({ to: this.#contract, data: INCREMENT, gas: GAS });
        return;
      case 'fail':
        // With its gas given, the node does not try it first and so does not refuse it.
        await this.#send({ to: this.#contract, data: FAIL, gas: GAS });
        return;
      case 'deploy':
        this.#contract = await this.#deploy();
        return;
      case 'queue':
        await this.#queue();
    }
  }

  #chooseAction(): Action {
    let point = this.#random() * 100;
    for (const [action, share] of SHARES) if ((point -= share) < 0) return action;
    return 'transfer';
  }

  async #readAccounts(): Promise<readonly string[]> {
    const accounts = await this.#call('eth_accounts');
    const names = Array.isArray(accounts) ? accounts.filter((account) => typeof account === 'string') : [];
    if (names.length < 2) throw new Error('The node has fewer than two unlocked accounts.');
    return names;
  }

  /** Waits for the block with the contract in it. */
  async #deploy(): Promise<string> {
    const hash = await this.#send({ data: COUNTER_BYTECODE, gas: GAS_TO_DEPLOY });
    for (let attempt = 0; attempt < RECEIPT_ATTEMPTS; attempt++) {
      const receipt = await this.#call('eth_getTransactionReceipt', [hash]);
      if (isRecord(receipt) && typeof receipt['contractAddress'] === 'string') return receipt['contractAddress'];
      await sleep(RECEIPT_PAUSE_MS, undefined, { signal: this.#signal });
    }
    throw new Error('The contract did not come into a block.');
  }

  /** From the last account, which sends nothing else: its next nonce stays missing. */
  async #queue(): Promise<void> {
    const status = await this.#call('txpool_status');
    const queued = isRecord(status) ? (parseNumber(status['queued']) ?? MAX_QUEUED) : MAX_QUEUED;
    if (queued >= MAX_QUEUED) return;
    const from = this.#accounts.at(-1)!;
    const next = parseNumber(await this.#call('eth_getTransactionCount', [from, 'latest'])) ?? 0;
    await this.#send({ from, to: this.#sender(), value: '0x1', nonce: toQuantity(next + 1 + queued) });
  }

  /** Any account but the last. */
  #sender(): string {
    return this.#accounts[Math.floor(this.#random() * (this.#accounts.length - 1))]!;
  }

  async #send(transaction: Readonly<Record<string, string>>): Promise<unknown> {
    return this.#call('eth_sendTransaction', [{ from: this.#sender(), ...transaction }]);
  }

  async #call(method: string, params: readonly unknown[] = []): Promise<unknown> {
    return this.#rpc.call(method, params, this.#signal);
  }
}
