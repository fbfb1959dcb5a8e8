import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';

const GUIDE = new URL('../../../../docs/guide/test-your-metrics.md', import.meta.url);
const guide = await readFile(GUIDE, 'utf8');
const examples = Array.from(guide.matchAll(/\n## (.*?)\n|```ts example\n(.*?)```/gs), ([, title, source]) => {
  return { title, source };
});

describe('the guide about tests of metrics', () => {
  let section = '';
  let count = 0;
  for (const { title, source } of examples) {
    section = title ?? section;
    if (source === undefined) continue;
    count++;
    it(`has an example under "${section}" that runs (${count})`, { timeout: 60_000 }, async () => {
      // From this folder, where the package's own name is found as users write it.
      const child = spawn(
        process.execPath,
        ['--conditions=@chainpulse/source', '--input-type=module-typescript', '--eval', source],
        {
          cwd: new URL('.', import.meta.url),
          stdio: ['ignore', 'pipe', 'pipe'],
          // Without the test runner's own variables, which make its children report in another form.
          env: { ...process.env, NODE_TEST_CONTEXT: undefined },
        },
      );
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(child, 'close')) as [number | null];
      assert.equal(code, 0, output);
    });
  }

  it('has all its examples marked as such', () => {
    assert.equal(count, guide.match(/```ts/g)?.length);
    assert.ok(count >= 6);
  });

  it('names everything that the kit exports', async () => {
    const unnamed = Object.keys(await import('./index.ts')).filter((name) => !guide.includes(name));
    assert.deepEqual(unnamed, []);
  });
});
