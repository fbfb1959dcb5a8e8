// The demo as its users run it, with its real node: an outage, the printed command that ends it, kill -9, Ctrl-C.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { whyNoAnvil } from '../../packages/monitor/src/demo/testing/real-node.ts';
import { MonitorProcess, runChainpulse, until } from './monitor-process.ts';

const HEIGHT = 'chain_blocks_head_height{job="demo"}';
const UP = 'up{job="demo"}';
const SAMPLES = 'count_over_time(up{job="demo"}[1h])';
/** What is promised for the way down, and asked of the way back too. */
const WITHIN = { limitMs: 10_000 };

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-demo-'));
const nodePids = new Set<number>();
after(() => {
  for (const pid of nodePids) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** The node as the demo has printed it. */
async function printedNode({ output }: MonitorProcess): Promise<{ pid: number; restartCommand: string }> {
  const printed = await until(
    async () => /kill (\d+)\n[^\n]*another terminal:\n {2}([^\n]+)\n/.exec(output.stdout),
    (match) => match !== null,
  );
  const pid = Number(printed?.[1]);
  nodePids.add(pid);
  return { pid, restartCommand: printed?.[2] ?? '' };
}

/** A process that has ended and that nobody has asked about yet does not count. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}

async function heightAbove(monitor: MonitorProcess, height: number): Promise<number> {
  const higher = await until(
    () => monitor.value(HEIGHT),
    (value) => value !== undefined && value > height,
  );
  return higher ?? 0;
}

test('an outage and its end, kill -9 of the monitor, and Ctrl-C that leaves nothing', {
  skip: whyNoAnvil(),
}, async () => {
  const args = ['demo', '--data', join(folder, 'run')];
  await using monitor = await MonitorProcess.start(args);
  const { pid, restartCommand } = await printedNode(monitor);
  const height = await heightAbove(monitor, await heightAbove(monitor, 0));

  process.kill(pid);
  const critical = await until(
    () => monitor.health(),
    ({ status }) => status === 503,
    WITHIN,
  );
  assert.match(critical.summary, /anvil-1 .* is down since .* refused/);
  await until(
    () => monitor.value(UP),
    (up) => up === 0,
    WITHIN,
  );

  const restartedPid = Number(execFileSync('sh', ['-c', `${restartCommand} echo $!`], { encoding: 'utf8' }));
  nodePids.add(restartedPid);
  await until(
    () => monitor.health(),
    ({ status }) => status === 200,
    WITHIN,
  );
  assert.equal(await monitor.value(UP), 1);
  const heightAgain = await heightAbove(monitor, height);
  const samples = (await monitor.value(SAMPLES)) ?? 0;

  await monitor.kill();
  assert.ok(isRunning(restartedPid), 'the node outlives a monitor that is killed');
  await using next = await MonitorProcess.start(args);
  assert.equal((await printedNode(next)).pid, restartedPid, 'the node that was left over is taken over');
  assert.ok(((await next.value(SAMPLES)) ?? 0) >= samples, 'the history is there');
  await heightAbove(next, heightAgain);

  assert.equal(await next.interrupt(), 0);
  assert.deepEqual([...nodePids].filter(isRunning), []);
});

test('a second demo is refused on the same folder, and leaves the node of the first alone', {
  skip: whyNoAnvil(),
}, async () => {
  const args = ['demo', '--data', join(folder, 'twice')];
  await using monitor = await MonitorProcess.start(args);
  const { pid } = await printedNode(monitor);
  const { exitCode, stderr } = await runChainpulse([...args, '--port', '0']);
  assert.equal(exitCode, 1);
  assert.match(stderr, /chainpulse\.db is in use by another process/);
  assert.ok(isRunning(pid));

  // An impatient second Ctrl-C, or the one that npm passes on besides the terminal's.
  monitor.child.kill('SIGINT');
  await monitor.interrupt();
  await until(
    async () => isRunning(pid),
    (running) => !running,
  );
});
