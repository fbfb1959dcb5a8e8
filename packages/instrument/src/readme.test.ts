import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { it } from 'node:test';

it('the example of the README runs and serves the metrics that it makes', async (context) => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const example = /```ts example\n(.*?)```/s.exec(readme)?.[1];
  assert.ok(example !== undefined, 'the README has no example');
  const source = example.replace('port: 9464', 'port: 0');
  assert.notEqual(source, example);
  // From this folder, where the package's own name is found as users write it.
  const child = spawn(
    process.execPath,
    ['--conditions=@chainpulse/source', '--input-type=module-typescript', '--eval', source],
    {
      cwd: new URL('.', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  context.after(() => child.kill());
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const response = await fetch(line.toString().trim());
  assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const lines = (await response.text()).split('\n');
  for (const sample of [
    'chain_consensus_blocks_committed_total 1',
    'chain_consensus_block_commit_duration_seconds_sum 0.18',
    'chain_consensus_finalized_height 7',
    'chain_consensus_votes_sent_total{type="prepare"} 1',
    'chain_consensus_votes_sent_total{type="commit"} 0',
    'chain_blocks_head_timestamp_seconds 1700000000',
    'chain_mempool_size_bytes 4096',
    'mynode_bridge_transfers_total{destination="bitcoin",outcome="completed"} 1',
    'chain_runtime_instrument_dropped_records_total{reason="invalid_value"} 0',
  ]) {
    assert.ok(lines.includes(sample), sample);
  }
  assert.ok(lines.some((sample) => sample.startsWith('process_resident_memory_bytes ')));
});
