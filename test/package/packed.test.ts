// Both packages as they would be published, and the monitor used from there.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { BIN, type PackedProject, packedProject } from './packed-project.ts';

let project: PackedProject;

before(async () => {
  project = await packedProject('instrument', 'monitor');
});

after(() => project.remove());

test('the packages hold compiled code, types, licence and readme, and no source or tests', () => {
  for (const name of ['@chainpulse/instrument', 'chainpulse']) {
    const files = readdirSync(project.packageFolder(name), { recursive: true }).map(String);
    for (const wanted of ['package.json', 'LICENSE', 'README.md'])
      assert.ok(files.includes(wanted), `${name}/${wanted}`);
    const own = files.filter((file) => !file.includes('node_modules'));
    assert.deepEqual(
      own.filter((file) => /(^|\/)src\/|\.test\.|testdata|testing|(?<!\.d)\.ts$/.test(file)),
      [],
      name,
    );
  }
});

test('the monitor starts, serves its page and answers', async () => {
  const binary = join(project.folder, 'node_modules/.bin/chainpulse');
  const env = { ...process.env, PATH: `${BIN}:${process.env['PATH']}`, NODE_OPTIONS: '' };
  assert.match(await project.run(binary, ['--version']), /^\d+\.\d+\.\d+\n$/);
  const monitor = spawn(binary, ['watch', '--port', '0'], {
    cwd: project.folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  for await (const text of monitor.stdout.setEncoding('utf8')) {
    printed += text;
    if (printed.includes('Ctrl-C stops.')) break;
  }
  const url = /page\s+(\S+)/.exec(printed)?.[1];
  assert.ok(url !== undefined, printed);
  const page = await (await fetch(url)).text();
  const script = /src="(\/?[^"]+\.js)"/.exec(page)?.[1];
  assert.ok(script !== undefined, page);
  assert.equal((await fetch(new URL(script, url))).status, 200);
  assert.match(await (await fetch(new URL('/licenses.md', url))).text(), /preact[\s\S]*uplot/i);
  const answer = (await (await fetch(`${url}/api/v1/query?query=1`)).json()) as { status: string };
  assert.equal(answer.status, 'success');
  monitor.kill('SIGINT');
  const [exitCode] = (await once(monitor, 'exit')) as [number];
  assert.equal(exitCode, 0);
});
