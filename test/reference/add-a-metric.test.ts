import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

it('the example of the guide runs and shows the metrics that it makes', () => {
  const guide = readFileSync(new URL('../../docs/guide/add-a-metric.md', import.meta.url), 'utf8');
  const source = /```ts example\n(.*?)```/s.exec(guide)?.[1];
  assert.ok(source !== undefined, 'the guide has no example');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@chainpulse/source', '--input-type=module-typescript', '--eval', source],
    // Where the package's own name is found as users write it.
    { cwd: new URL('../../packages/instrument/src/', import.meta.url), encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
  const samples = stdout.split('\n').filter((line) => line.startsWith('mynode_') && !line.includes('_bucket'));
  assert.deepEqual(samples, [
    'mynode_bridge_locked_native 250',
    'mynode_bridge_locked_ratio 0.25',
    'mynode_bridge_transfer_duration_seconds_sum 12.5',
    'mynode_bridge_transfer_duration_seconds_count 1',
    'mynode_bridge_transfers_total{destination="bitcoin",outcome="completed"} 1',
  ]);
  assert.match(stdout, /^chain_sync_state\{state="synced"\} 1$/m);
});
