// How anvil is started: the same arguments for the process that the demo starts and for the command that a person pastes.

import type { StateFiles } from './anvil-state.ts';

export const BLOCK_TIME_SECONDS = 1;
/** A kill loses the blocks since the last writing. */
const STATE_INTERVAL_SECONDS = 2;
/** Blocks whose transactions and receipts can be asked for; the probe reads 64 a collection at most. */
const BLOCKS_WITH_TRANSACTIONS = 128;

export function anvilArguments(port: number, { state }: StateFiles): readonly string[] {
  return [
    '--host=127.0.0.1',
    `--port=${port}`,
    `--block-time=${BLOCK_TIME_SECONDS}`,
    `--state=${state}`,
    `--state-interval=${STATE_INTERVAL_SECONDS}`,
    // Without it every block's whole state is kept, in a folder of the user's home.
    '--prune-history',
    `--transaction-block-keeper=${BLOCKS_WITH_TRANSACTIONS}`,
    // No web page has business with the node.
    '--no-cors',
    '--quiet',
  ];
}

/** One line for a POSIX shell that starts the node apart from the terminal it is pasted into. */
export function shellCommand(binary: string, port: number, files: StateFiles): string {
  const words = [binary, ...anvilArguments(port, files)].map(quoted).join(' ');
  return `nohup ${words} </dev/null >>${quoted(files.log)} 2>&1 &`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
