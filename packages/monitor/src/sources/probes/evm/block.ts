// What the probe reads from a block and its receipts. Everything that a node says is checked here, once: a field that is
// missing or malformed where the specification demands it makes the whole answer a `parse_error`, and what some chains
// leave out (base fee, effective gas price) is `undefined`.
// Source: https://ethereum.github.io/execution-apis/ (Block, ReceiptInfo)

import { CollectionError } from '../../interface.ts';
import { isRecord } from './json-rpc-client.ts';
import { parseNumber, parseQuantity } from './quantity.ts';

export interface Block {
  readonly height: number;
  readonly hash: string;
  readonly parentHash: string;
  /** Unix seconds, as the block's producer wrote it. */
  readonly timestampSeconds: number;
  readonly transactionCount: number;
  readonly gasUsed: number;
  readonly gasLimit: number;
  readonly baseFeeWei: number | undefined;
}

/** The sums over the receipts of one block. */
export interface ReceiptTotals {
  readonly revertedCount: number;
  readonly deployedCount: number;
  readonly feesWei: bigint;
}

/** @throws {CollectionError} `parse_error` naming the field. */
export function parseBlock(value: unknown): Block {
  if (!isRecord(value)) throw malformed('block', 'it is not an object');
  const required = (field: string): number => {
    const number = parseNumber(value[field]);
    if (number === undefined) throw malformed('block', `${field} is ${quoted(value[field])}`);
    return number;
  };
  const { hash, parentHash, transactions, baseFeePerGas } = value;
  if (typeof hash !== 'string' || hash === '') throw malformed('block', `hash is ${quoted(hash)}`);
  if (typeof parentHash !== 'string') throw malformed('block', `parentHash is ${quoted(parentHash)}`);
  if (!Array.isArray(transactions)) throw malformed('block', `transactions is ${quoted(transactions)}`);
  return {
    height: required('number'),
    hash,
    parentHash,
    timestampSeconds: required('timestamp'),
    transactionCount: transactions.length,
    gasUsed: required('gasUsed'),
    gasLimit: required('gasLimit'),
    baseFeeWei: parseNumber(baseFeePerGas),
  };
}

/**
 * `undefined` where the receipts are not those of this block: the node changed its mind between two answers.
 * @throws {CollectionError} `parse_error` naming the field.
 */
export function sumReceipts(value: unknown, block: Block): ReceiptTotals | undefined {
  if (!Array.isArray(value) || value.length !== block.transactionCount) return undefined;
  let revertedCount = 0;
  let deployedCount = 0;
  let feesWei = 0n;
  for (const receipt of value as readonly unknown[]) {
    if (!isRecord(receipt)) throw malformed('receipt', 'it is not an object');
    if (receipt['blockHash'] !== block.hash) return undefined;
    const hasFailed = parseNumber(receipt['status']) === 0;
    if (hasFailed) revertedCount++;
    else if (typeof receipt['contractAddress'] === 'string') deployedCount++;
    feesWei += feeOf(receipt);
  }
  return { revertedCount, deployedCount, feesWei };
}

function feeOf(receipt: Readonly<Record<string, unknown>>): bigint {
  const gasUsed = parseQuantity(receipt['gasUsed']);
  const price = parseQuantity(receipt['effectiveGasPrice']);
  if (gasUsed === undefined) throw malformed('receipt', `gasUsed is ${quoted(receipt['gasUsed'])}`);
  if (price === undefined) throw malformed('receipt', `effectiveGasPrice is ${quoted(receipt['effectiveGasPrice'])}`);
  return gasUsed * price;
}

function malformed(what: 'block' | 'receipt', why: string): CollectionError {
  return new CollectionError('parse_error', `The node answered with a malformed ${what}: ${why}.`);
}

function quoted(value: unknown): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 60);
}
