import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { InstrumentError, Registry } from '../../index.ts';
import { reportToPrimary } from './aggregate-cluster.ts';

it('merges the workers of a cluster, shows a late one as it was, and keeps what ended ones counted', async () => {
  const program = new URL('./testing/cluster-program.ts', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@chainpulse/source', program], {
    timeout: 60_000,
  });
  const requests = 'requests_total{path="a"} 1 | requests_total{path="b"} 20';
  assert.deepEqual(stdout.trim().split('\n'), [
    `both: height 7 | highest +Inf | queue 4 | ${requests}`,
    `one: height 7 | highest +Inf | queue 2 | ${requests}`,
    `stopped: height 7 | highest +Inf | queue 2 | ${requests}`,
    `none: ${requests}`,
  ]);
});

it('refuses a process that has no primary', () => {
  // A test file runs in a child process: what makes one a worker of somebody is the channel.
  const channel = Object.getOwnPropertyDescriptor(process, 'send');
  delete process.send;
  try {
    assert.throws(
      () => reportToPrimary(new Registry()),
      (error) => error instanceof InstrumentError && error.code === 'not_granted',
    );
  } finally {
    if (channel !== undefined) Object.defineProperty(process, 'send', channel);
  }
});
