import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';

it('the example of the README runs and serves the metrics that it makes', async (context) => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts example\n(.*?)```/s.exec(readme)?.[1];
  assert.ok(example !== undefined, 'the README has no example');
  const anyPort = "server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));";
  const source = example.replace("server.listen(9100, '127.0.0.1');", anyPort);
  assert.notEqual(source, example);
  // From this folder, where the package's own name is found as users write it.
  const child = spawn(process.execPath, ['--conditions=source', '--input-type=module-typescript', '--eval', source], {
    cwd: new URL('.', import.meta.url),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  context.after(() => child.kill());
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { port } = JSON.parse(line.toString()) as { port: number };
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const samples = (await response.text()).split('\n').filter((text) => text !== '' && !text.startsWith('#'));
  assert.deepEqual(samples, [
    'chain_block_commit_duration_seconds_bucket{le="0.05"} 0',
    'chain_block_commit_duration_seconds_bucket{le="0.1"} 0',
    'chain_block_commit_duration_seconds_bucket{le="0.25"} 1',
    'chain_block_commit_duration_seconds_bucket{le="0.5"} 1',
    'chain_block_commit_duration_seconds_bucket{le="1"} 1',
    'chain_block_commit_duration_seconds_bucket{le="2.5"} 1',
    'chain_block_commit_duration_seconds_bucket{le="+Inf"} 1',
    'chain_block_commit_duration_seconds_sum 0.18',
    'chain_block_commit_duration_seconds_count 1',
    'chain_blocks_proposed_total 1',
    'chain_height 0',
    'chain_votes_sent_total{type="prepare"} 1',
    'chain_votes_sent_total{type="commit"} 2',
  ]);
});
