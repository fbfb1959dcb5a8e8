import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { InstrumentError, Registry } from '../index.ts';
import { samplesOf } from './testing/samples.ts';
import { watchProcess } from './watch-process.ts';
import type { PidSource } from './watched-pid.ts';

const skip = existsSync('/proc/self/stat') ? false : 'this system has no /proc';
const children = new Set<ChildProcess>();
const directory = mkdtempSync(join(tmpdir(), 'watch-process-'));

after(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
});

/** One that works for a moment and then waits. */
async function start(): Promise<ChildProcess> {
  const program =
    'const t = Date.now(); while (Date.now() < t + 100); console.log("ready"); setInterval(() => {}, 1e6)';
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] });
  children.add(child);
  await once(child.stdout!, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  children.delete(child);
}

function watched(registry: Registry, name: string): Record<string, number> {
  const own = Array.from(samplesOf(registry)).filter(([series]) => series.includes(`process="${name}"`));
  return Object.fromEntries(
    own
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([series, value]) => [
        series
          .replace('chain_runtime_process_', '')
          .replace(/,?process="[^"]*"/, '')
          .replace('{}', ''),
        value,
      ]),
  );
}

describe('a watched process', { skip }, () => {
  it('is shown as the kernel tells', async () => {
    const child = await start();
    const registry = new Registry();
    const stop = watchProcess(registry, { name: 'geth', pid: child.pid! });
    const shown = watched(registry, 'geth');
    const file = (name: string): string => readFileSync(`/proc/${child.pid}/${name}`, 'utf8');
    const status = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(file('status'))![1]);
    const stat = file('stat').split(') ')[1]!.split(' ').map(Number);
    assert.equal(shown['up'], 1);
    assert.equal(shown[`info{pid="${child.pid}"}`], 1);
    assert.equal(shown['cpu_seconds_total{mode="user"}'], stat[11]! / 100);
    assert.equal(shown['cpu_seconds_total{mode="system"}'], stat[12]! / 100);
    assert.ok(shown['cpu_seconds_total{mode="user"}']! > 0);
    assert.equal(shown['resident_memory_bytes'], status('VmRSS') * 1024);
    assert.equal(shown['virtual_memory_bytes'], status('VmSize') * 1024);
    assert.equal(shown['threads'], status('Threads'));
    assert.equal(shown['open_fds'], readdirSync(`/proc/${child.pid}/fd`).length);
    assert.ok(Math.abs(shown['start_timestamp_seconds']! - Date.now() / 1000) < 30);
    if (existsSync(`/proc/${child.pid}/io`)) {
      assert.equal(shown['read_bytes_total'], Number(/^read_bytes: (\d+)$/m.exec(file('io'))![1]));
      assert.equal(shown['written_bytes_total'], Number(/^write_bytes: (\d+)$/m.exec(file('io'))![1]));
    }
    stop();
    await kill(child);
  });

  const sources: Record<string, (pid: () => number | undefined) => { source: PidSource; tell: () => void }> = {
    'a function': (pid) => ({ source: pid, tell: () => {} }),
    'a file': (pid) => {
      const file = join(directory, 'service.pid');
      return { source: { file }, tell: () => writeFileSync(file, `${pid()}\n`) };
    },
  };
  for (const [kind, make] of Object.entries(sources)) {
    it(`is absent when it is killed, and shown anew under its next id, by ${kind}`, async () => {
      let child = await start();
      const { source, tell } = make(() => child.pid);
      const registry = new Registry();
      const stop = watchProcess(registry, { name: 'geth', pid: source });
      tell();
      const first = watched(registry, 'geth');
      const { pid } = child;
      await kill(child);
      for (let round = 0; round < 2; round++) {
        assert.deepEqual(watched(registry, 'geth'), { up: 0 });
      }
      child = await start();
      tell();
      const second = watched(registry, 'geth');
      assert.deepEqual(
        Object.keys(second).filter((series) => !series.startsWith('info')),
        Object.keys(first).filter((series) => !series.startsWith('info')),
      );
      assert.equal(second[`info{pid="${child.pid}"}`], 1);
      assert.equal(second[`info{pid="${pid}"}`], undefined);
      assert.ok(second['start_timestamp_seconds']! > first['start_timestamp_seconds']!);
      assert.deepEqual(Object.values(registry.droppedRecords()), [0, 0, 0, 0, 0]);
      stop();
      await kill(child);
    });
  }

  it('has gone when it has ended and nobody took note', async () => {
    // The child ends only when the shell is no shell any more: a shell might take note of it.
    const stdio = ['ignore', 'pipe', 'ignore', 'pipe'] as const;
    const shell = spawn('sh', ['-c', 'cat <&3 & echo $!; exec sleep 60'], { stdio: [...stdio] });
    children.add(shell);
    const [printed] = (await once(shell.stdout!, 'data')) as [Buffer];
    const pid = Number(String(printed));
    const nameOf = (id: number): string => readFileSync(`/proc/${id}/comm`, 'utf8').trim();
    const state = (): string => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.charAt(0);
    for (let round = 0; round < 200 && nameOf(shell.pid!) !== 'sleep'; round++) await sleep(10);
    (shell.stdio[3] as Writable).end();
    for (let round = 0; round < 200 && state() !== 'Z'; round++) await sleep(10);
    assert.equal(state(), 'Z');
    const registry = new Registry();
    watchProcess(registry, { name: 'zombie', pid: () => pid });
    assert.deepEqual(watched(registry, 'zombie'), { up: 0 });
    await kill(shell);
  });

  it('is not there for whatever gives no process id, and none of it throws', () => {
    const registry = new Registry();
    const garbage = join(directory, 'garbage.pid');
    writeFileSync(garbage, 'not a number');
    const sources: Record<string, PidSource> = {
      throws: () => {
        throw new Error('asked in vain');
      },
      undefined: () => undefined,
      text: (() => '1') as never,
      zero: () => 0,
      far: () => 2 ** 31,
      missing: { file: join(directory, 'none.pid') },
      directory: { file: directory },
      garbage: { file: garbage },
    };
    for (const [name, pid] of Object.entries(sources)) watchProcess(registry, { name, pid });
    for (const name of Object.keys(sources)) assert.deepEqual(watched(registry, name), { up: 0 }, name);
    assert.equal(registry.droppedRecords().internal, 0);
  });

  it('ends with its series, and its name may be used again', async () => {
    const registry = new Registry();
    const options = { name: 'own', pid: process.pid };
    watchProcess(registry, { name: 'other', pid: process.pid });
    const stop = watchProcess(registry, options);
    assert.ok(Object.keys(watched(registry, 'own')).length > 5);
    stop();
    assert.deepEqual(Object.keys(watched(registry, 'own')), []);
    assert.ok(Object.keys(watched(registry, 'other')).length > 5);
    watchProcess(registry, options);
    assert.equal(watched(registry, 'own')['up'], 1);
  });

  it('is refused without a name of its own, without a process, and past sixteen', () => {
    const registry = new Registry();
    const refused = (code: string, options: object): void =>
      assert.throws(
        () => watchProcess(registry, options as never),
        (error) => error instanceof InstrumentError && error.code === code,
        JSON.stringify(options),
      );
    for (const name of ['', 'n'.repeat(129), undefined]) refused('option_invalid', { name, pid: 1 });
    for (const pid of [0, -1, 1.5, Number.NaN, '1', null, undefined, {}]) refused('option_invalid', { name: 'a', pid });
    for (let i = 0; i < 16; i++) watchProcess(registry, { name: `p${i}`, pid: process.pid });
    refused('option_invalid', { name: 'p3', pid: 1 });
    refused('collector_limit', { name: 'p16', pid: 1 });
  });
});
