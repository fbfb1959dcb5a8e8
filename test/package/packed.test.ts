// Both packages as they would be published: packed, installed into an empty folder, and used there. Needs `npm run build`
// (part of `npm test`), and the registry or npm's cache for the dependencies.

import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'node_modules/.bin');
const folder = mkdtempSync(join(tmpdir(), 'chainpulse-packed-'));
const project = join(folder, 'project');
const run = promisify(execFile);

before(async () => {
  for (const built of ['instrument/dist/index.js', 'monitor/dist/cli/main.js', 'monitor/dist/page/index.html']) {
    assert.ok(existsSync(join(ROOT, 'packages', built)), `packages/${built} is missing: run npm run build`);
  }
  await run(
    'npm',
    ['pack', '--ignore-scripts', '-w', 'packages/instrument', '-w', 'packages/monitor', '--pack-destination', folder],
    {
      cwd: ROOT,
    },
  );
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  const tarballs = readdirSync(folder)
    .filter((name) => name.endsWith('.tgz'))
    .map((name) => join(folder, name));
  assert.equal(tarballs.length, 2);
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs], { cwd: project });
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the packages hold compiled code, types, licence and readme, and no source or tests', () => {
  for (const name of ['@chainpulse/instrument', 'chainpulse']) {
    const files = readdirSync(join(project, 'node_modules', name), { recursive: true }).map(String);
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

test('the library depends on nothing, and runs and type-checks in the empty project', async () => {
  const manifest = JSON.parse(readFileSync(join(project, 'node_modules/@chainpulse/instrument/package.json'), 'utf8'));
  assert.equal(manifest.dependencies, undefined);
  writeFileSync(
    join(project, 'use.ts'),
    `import { Registry, renderText } from '@chainpulse/instrument';
const registry = new Registry();
const votes = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare', 'commit'] } });
votes.handle({ type: 'commit' }).inc();
// @ts-expect-error no such vote
votes.inc({ type: 'nonsense' });
console.log(renderText(registry));
`,
  );
  await run(
    join(BIN, 'tsc'),
    [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      '',
      '--lib',
      'es2024,dom',
      'use.ts',
    ],
    {
      cwd: project,
    },
  );
  const { stdout } = await run(process.execPath, ['use.ts'], { cwd: project });
  assert.match(stdout, /^votes_total\{type="commit"\} 1$/m);
  assert.match(stdout, /^votes_total\{type="prepare"\} 0$/m);
});

test('the monitor starts, serves its page and answers', async () => {
  const binary = join(project, 'node_modules/.bin/chainpulse');
  const env = { ...process.env, PATH: `${BIN}:${process.env['PATH']}`, NODE_OPTIONS: '' };
  const { stdout: version } = await run(binary, ['--version'], { cwd: project, env });
  assert.match(version, /^\d+\.\d+\.\d+\n$/);
  const monitor = spawn(binary, ['watch', '--port', '0'], { cwd: project, env, stdio: ['ignore', 'pipe', 'inherit'] });
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
