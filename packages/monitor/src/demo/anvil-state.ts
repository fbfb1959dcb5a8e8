// The chain's state on disk. anvil writes it whole, in place, at an interval and when it ends, so a kill at the wrong
// moment leaves a torn file. Beside it lies a copy that is replaced as a whole, and a torn file gives way to the copy.

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { isRecord } from '../sources/probes/evm/json-rpc-client.ts';
import { parseNumber } from '../sources/probes/evm/quantity.ts';

export interface StateFiles {
  readonly state: string;
  readonly copy: string;
  readonly log: string;
}

export function stateFilesIn(directory: string): StateFiles {
  const inDirectory = (name: string): string => resolve(join(directory, name));
  return {
    state: inDirectory('anvil-state.json'),
    copy: inDirectory('anvil-state.copy.json.gz'),
    log: inDirectory('anvil.log'),
  };
}

/** Puts the copy in the place of a state file that is torn; without a copy the chain begins anew. */
export async function mendState({ state, copy }: StateFiles): Promise<void> {
  const text = await readFile(state, 'utf8').catch(ifAbsent);
  if (text === undefined || isWhole(text)) return;
  await rename(state, `${state}.damaged`);
  const packed = await readFile(copy).catch(ifAbsent);
  if (packed !== undefined) await writeFile(state, await promisify(gunzip)(packed));
}

/** @param dump what `anvil_dumpState` answers: the state packed by gzip, in hexadecimal digits */
export async function writeCopy({ copy }: StateFiles, dump: string): Promise<void> {
  const next = `${copy}.next`;
  await writeFile(next, Buffer.from(dump.slice(2), 'hex'), { flush: true });
  await rename(next, copy);
}

/** The same state with the newest blocks alone. Accounts, contracts and the height stay. */
export async function withoutOldBlocks(dump: string, keptBlocks: number): Promise<string> {
  const text = (await promisify(gunzip)(Buffer.from(dump.slice(2), 'hex'))).toString();
  const state: unknown = JSON.parse(text);
  if (!isRecord(state) || !Array.isArray(state['blocks'])) throw new Error('The state that anvil gave has no blocks.');
  const blocks = (state['blocks'] as unknown[]).map((block) => ({ block, height: heightOf(block) }));
  const head = Math.max(...blocks.map(({ height }) => height));
  const kept = blocks.filter(({ height }) => height > head - keptBlocks).map(({ block }) => block);
  const packed = await promisify(gzip)(JSON.stringify({ ...state, blocks: kept }));
  return `0x${packed.toString('hex')}`;
}

function heightOf(block: unknown): number {
  const header = isRecord(block) ? block['header'] : undefined;
  const height = isRecord(header) ? parseNumber(header['number']) : undefined;
  if (height === undefined) throw new Error('The state that anvil gave has a block without a number.');
  return height;
}

function isWhole(text: string): boolean {
  try {
    return isRecord(JSON.parse(text));
  } catch {
    return false;
  }
}

function ifAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
