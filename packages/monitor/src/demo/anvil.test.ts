import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { parseNumber } from '../sources/probes/evm/quantity.ts';
import { freePort } from '../testing/free-port.ts';
import { type Anvil, startAnvil } from './anvil.ts';
import { findAnvil } from './anvil-binary.ts';
import { anvilsAt, anvilsOn } from './anvil-processes.ts';
import { mendState, stateFilesIn, writeCopy } from './anvil-state.ts';
import { AnvilUpkeep, KEPT_BLOCKS } from './anvil-upkeep.ts';
import { NodeRpc } from './node-rpc.ts';
import { until, whyNoAnvil } from './testing/real-node.ts';

async function heightOf(url: string): Promise<number> {
  return parseNumber(await new NodeRpc(url).call('eth_blockNumber'))!;
}

describe('startAnvil', { skip: whyNoAnvil() }, () => {
  let directory: string;
  let started: Anvil[];

  beforeEach(() => {
    // With a space and a quote in it, for the sake of the command.
    directory = join(mkdtempSync(join(tmpdir(), 'chainpulse-anvil-')), "it's here");
    started = [];
  });

  afterEach(async () => {
    for (const anvil of started) await anvil.stop();
    rmSync(join(directory, '..'), { recursive: true });
  });

  async function start(port?: number): Promise<Anvil> {
    const anvil = await startAnvil({ stateDirectory: directory, port: port ?? (await freePort()) });
    started.push(anvil);
    return anvil;
  }

  it('starts a node that makes blocks by itself, and leaves nothing running', async () => {
    const anvil = await start();
    assert.deepEqual(anvilsOn(stateFilesIn(directory).state), [{ pid: anvil.pid, port: anvil.port }]);
    const first = await heightOf(anvil.url);
    await until('another block', async () => (await heightOf(anvil.url)) > first);
    await anvil.stop();
    assert.deepEqual(anvilsOn(stateFilesIn(directory).state), []);
    await anvil.stop();
  });

  it('goes on with its chain after a stop', async () => {
    const anvil = await start();
    await new NodeRpc(anvil.url).call('anvil_mine', ['0x14']);
    const height = await heightOf(anvil.url);
    await anvil.stop();
    assert.ok((await heightOf((await start()).url)) >= height);
  });

  it('goes on with what it wrote last after kill -9, by the printed command, and stop ends that one too', async () => {
    const anvil = await start();
    const { state } = stateFilesIn(directory);
    await new NodeRpc(anvil.url).call('anvil_mine', ['0x14']);
    const height = await heightOf(anvil.url);
    await until('the state with these blocks on disk', () => {
      if (!existsSync(state)) return false;
      try {
        const { best_block_number: best } = JSON.parse(readFileSync(state, 'utf8')) as { best_block_number: number };
        return Number(best) >= height;
      } catch {
        // It is being written.
        return false;
      }
    });
    process.kill(anvil.pid, 'SIGKILL');
    await until('the end of the node', () => anvilsOn(state).length === 0);
    execFileSync('sh', ['-c', anvil.restartCommand]);
    await until('an answer', () =>
      heightOf(anvil.url).then(
        (again) => again >= height,
        () => false,
      ),
    );
    const [again] = anvilsOn(state);
    assert.equal(again?.port, anvil.port);
    assert.notEqual(again?.pid, anvil.pid);
    await anvil.stop();
    assert.deepEqual(anvilsOn(state), []);
  });

  it('takes over the node that a killed monitor left', async () => {
    const left = await start();
    const taken = await start();
    assert.equal(taken.pid, left.pid);
    assert.equal(taken.url, left.url);
  });

  it('ends a left-over node that does not answer, and starts another', async () => {
    const left = await start();
    process.kill(left.pid, 'SIGSTOP');
    const next = await start();
    assert.notEqual(next.pid, left.pid);
    assert.ok((await heightOf(next.url)) >= 0);
  });

  it('takes the next port where something else listens', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    try {
      const anvil = await start(port);
      assert.ok(anvil.port > port);
    } finally {
      server.close();
    }
  });

  it('takes a port of its own when another starts in the same moment', async () => {
    const port = await freePort();
    const other = join(directory, '..', 'other');
    const both = await Promise.all([directory, other].map((stateDirectory) => startAnvil({ stateDirectory, port })));
    started.push(...both);
    const [one, two] = both;
    assert.notEqual(one?.port, two?.port);
    for (const { pid, port } of both) assert.deepEqual(anvilsAt(port), [{ pid, port }]);
  });

  it('ends with the process that started it, also when that exits without a stop', async () => {
    const script = `
      import { startAnvil } from ${JSON.stringify(new URL('anvil.ts', import.meta.url).href)};
      await startAnvil({ stateDirectory: ${JSON.stringify(directory)}, port: ${await freePort()} });
      process.exit(130);`;
    const run = spawnSync(process.execPath, [
      '--conditions=@chainpulse/source',
      '--input-type=module',
      '--eval',
      script,
    ]);
    assert.equal(run.status, 130, String(run.stderr));
    await until('the end of the node', () => anvilsOn(stateFilesIn(directory).state).length === 0);
  });

  it('says so when its folder cannot be used', async () => {
    writeFileSync(join(directory, '..', 'file'), '');
    await assert.rejects(startAnvil({ stateDirectory: join(directory, '..', 'file') }), {
      code: 'anvil_failed',
      message: /file of the demo's node cannot be used .*--data/,
    });
  });

  it('says where the log is when the node ends at once', async () => {
    await assert.rejects(startAnvil({ stateDirectory: directory, port: await freePort(), binary: '/bin/false' }), {
      code: 'anvil_failed',
      message: /ended at once.*anvil\.log/,
    });
    await assert.rejects(startAnvil({ stateDirectory: directory, port: await freePort(), binary: '/no/anvil' }), {
      code: 'anvil_failed',
      message: /\/no\/anvil cannot be started/,
    });
  });

  it('begins with the copy when its state is torn, and keeps the torn file', async () => {
    const anvil = await start();
    const rpc = new NodeRpc(anvil.url);
    await rpc.call('anvil_mine', ['0x1e']);
    const files = stateFilesIn(directory);
    await writeCopy(files, (await rpc.call('anvil_dumpState')) as string);
    await anvil.stop();
    const whole = readFileSync(files.state, 'utf8');
    writeFileSync(files.state, whole.slice(0, whole.length / 2));
    assert.ok((await heightOf((await start()).url)) >= 30);
    assert.ok(existsSync(`${files.state}.damaged`));
  });

  it('begins anew when its state is torn and there is no copy', async () => {
    const anvil = await start();
    const files = stateFilesIn(directory);
    await anvil.stop();
    rmSync(files.copy, { force: true });
    writeFileSync(files.state, '{"block":');
    await mendState(files);
    assert.ok(!existsSync(files.state));
  });

  it('is kept small: old blocks are cut off, height, accounts and process stay', async () => {
    const anvil = await start();
    const rpc = new NodeRpc(anvil.url);
    const [from, to] = (await rpc.call('eth_accounts')) as [string, string];
    await rpc.call('eth_sendTransaction', [{ from, to, value: '0x64' }]);
    await rpc.call('anvil_mine', ['0x12c']);
    const height = await heightOf(anvil.url);
    const before = await rpc.batch([
      { method: 'eth_getBalance', params: [to, 'latest'] },
      { method: 'eth_getTransactionCount', params: [from, 'latest'] },
    ]);
    const dumpBefore = (await rpc.call('anvil_dumpState')) as string;
    const files = stateFilesIn(directory);
    await new AnvilUpkeep({ rpc, files }).run();
    assert.ok((await heightOf(anvil.url)) >= height);
    const afterwards = await rpc.batch([
      { method: 'eth_getBalance', params: [to, 'latest'] },
      { method: 'eth_getTransactionCount', params: [from, 'latest'] },
    ]);
    assert.deepEqual(afterwards, before);
    const heights = Array.from({ length: height }, (_, index) => ({
      method: 'eth_getBlockByNumber',
      params: [`0x${(index + 1).toString(16)}`, false],
    }));
    const kept = (await rpc.batch(heights)).filter((block) => block !== null).length;
    assert.ok(kept >= KEPT_BLOCKS - 2 && kept <= KEPT_BLOCKS, `${kept} blocks`);
    assert.ok(((await rpc.call('anvil_dumpState')) as string).length < dumpBefore.length);
    assert.ok(existsSync(files.copy));
    const now = await heightOf(anvil.url);
    await until('another block', async () => (await heightOf(anvil.url)) > now);
    assert.deepEqual(
      anvilsOn(files.state).map(({ pid }) => pid),
      [anvil.pid],
    );
  });

  it('does not turn back the time of the chain when it cuts it', async () => {
    const anvil = await start();
    const rpc = new NodeRpc(anvil.url);
    await until('four blocks', async () => (await heightOf(anvil.url)) >= 4);
    const before = await headTimestampOf(rpc);
    await new AnvilUpkeep({ rpc, files: stateFilesIn(directory) }).run();
    const height = await heightOf(anvil.url);
    await until('another block', async () => (await heightOf(anvil.url)) > height);
    assert.ok((await headTimestampOf(rpc)) > before);
  });
});

async function headTimestampOf(rpc: NodeRpc): Promise<number> {
  const head = (await rpc.call('eth_getBlockByNumber', ['latest', false])) as { timestamp: string };
  return Number(head.timestamp);
}

it('an anvil that is not installed is asked for by name', () => {
  assert.throws(() => findAnvil({ workingFolder: '/nowhere', path: '/nowhere:', packageUrl: 'file:///nowhere/x.js' }), {
    code: 'anvil_missing',
    message: /npm install @foundry-rs\/anvil/,
  });
});
