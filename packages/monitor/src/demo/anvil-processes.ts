// Finds the anvil processes that work on one state file or port, whoever started them: a monitor that was killed since, or a
// person with the printed command. A process counts only if its command line says so, so no pid has to be remembered
// and none can be mistaken for another.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface AnvilProcess {
  readonly pid: number;
  readonly port: number;
}

export function anvilsOn(stateFile: string): readonly AnvilProcess[] {
  return anvils(({ state }) => state === stateFile);
}

/** Whatever they work on, and also while they do not listen yet. */
export function anvilsAt(port: number): readonly AnvilProcess[] {
  return anvils((settings) => settings.port === port);
}

interface Settings {
  readonly port: number;
  readonly state: string | undefined;
}

function anvils(isMeant: (settings: Settings) => boolean): readonly AnvilProcess[] {
  const found: AnvilProcess[] = [];
  for (const [pid, command] of commandLines()) {
    const settings = settingsIn(command);
    if (settings !== undefined && isMeant(settings)) found.push({ pid, port: settings.port });
  }
  return found;
}

/** `undefined` where the command is no anvil with a port. */
function settingsIn(command: readonly string[]): Settings | undefined {
  if (!/(?:^|[\\/])anvil(?:\.exe)?$/.test(command[0] ?? '')) return undefined;
  const port = Number(optionIn(command, 'port'));
  return Number.isInteger(port) && port > 0 ? { port, state: optionIn(command, 'state') } : undefined;
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
