// For tests that put history in and take it out: the binary with something piped in, and histories to compare.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { TestContext } from 'node:test';
import { BINARY, type RunResult } from './monitor-process.ts';

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-history-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The binary under way; what it keeps of its own lies in the folder. */
export function startChainpulse(args: readonly string[], folder: string): ChildProcess {
  const env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
  return spawn(process.execPath, [BINARY, ...args], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
}

/** Runs it to its end, with what is piped in. */
export async function run(args: readonly string[], folder: string, input: string | Readable = ''): Promise<RunResult> {
  const child = startChainpulse(args, folder);
  // Who refuses what it is given does not read it.
  child.stdin!.on('error', () => {});
  if (typeof input === 'string') child.stdin!.end(input);
  else input.pipe(child.stdin!);
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { exitCode, stdout, stderr };
}

/** Fulfilled when the folder holds a file whose name matches; false when the process ended before. */
export async function untilFile(directory: string, pattern: RegExp, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    try {
      if (readdirSync(directory).some((name) => pattern.test(name))) return true;
    } catch {
      // Not made yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}

/** Fulfilled when it has ended, with its exit code. */
export async function killed(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const closed = once(child, 'close');
  if (!child.kill(signal)) return child.exitCode;
  await closed;
  return child.exitCode;
}

/** Everything that a JSON export holds, by series: samples as [time, value], in order. */
export function contentOf(jsonLines: string): Map<string, [number, unknown][]> {
  const series = new Map<string, [number, unknown][]>();
  for (const line of jsonLines.split('\n')) {
    if (line === '') continue;
    const { metric, values, histograms, timestamps } = JSON.parse(line);
    const key = JSON.stringify(Object.entries(metric).sort(([one], [other]) => (one < other ? -1 : 1)));
    const samples = series.get(key) ?? [];
    for (const [at, time] of timestamps.entries()) samples.push([time, (values ?? histograms)[at]]);
    series.set(key, samples);
  }
  for (const samples of series.values()) samples.sort(([one], [other]) => one - other);
  return new Map([...series].sort(([one], [other]) => (one < other ? -1 : 1)));
}

export function contentOfFile(path: string): Map<string, [number, unknown][]> {
  return contentOf(readFileSync(path, 'utf8'));
}
