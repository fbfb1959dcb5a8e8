// Finds the anvil processes that work on one state file, whoever started them: a monitor that was killed since, or a
// person with the printed command. A process counts only if its command line says so, so no pid has to be remembered
// and none can be mistaken for another.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface AnvilProcess {
  readonly pid: number;
  readonly port: number;
}

export function anvilsOn(stateFile: string): readonly AnvilProcess[] {
  const found: AnvilProcess[] = [];
  for (const [pid, command] of commandLines()) {
    const port = portOf(command, stateFile);
    if (port !== undefined) found.push({ pid, port });
  }
  return found;
}

/** `undefined` where the command is not an anvil on this state file. */
function portOf(command: readonly string[], stateFile: string): number | undefined {
  if (!/(?:^|[\\/])anvil(?:\.exe)?$/.test(command[0] ?? '')) return undefined;
  if (optionIn(command, 'state') !== stateFile) return undefined;
  const port = Number(optionIn(command, 'port'));
  return Number.isInteger(port) && port > 0 ? port : undefined;
}

function optionIn(command: readonly string[], name: string): string | undefined {
  const prefix = `--${name}=`;
  return command.find((word) => word.startsWith(prefix))?.slice(prefix.length);
}

function* commandLines(): Iterable<readonly [pid: number, command: readonly string[]]> {
  if (!existsSync('/proc/self/cmdline')) {
    yield* listedCommandLines();
    return;
  }
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      yield [Number(entry), readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0')];
    } catch {
      // The process ended between the two readings, or belongs to somebody else.
    }
  }
}

/** macOS has no /proc, and `ps` shows a command line without its borders: paths with spaces are not found there. */
function* listedCommandLines(): Iterable<readonly [pid: number, command: readonly string[]]> {
  if (process.platform === 'win32') return;
  const listing = execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  for (const line of listing.split('\n')) {
    const [pid, ...command] = line.trim().split(/ +/);
    yield [Number(pid), command];
  }
}
