// The instrument library as it would be published, in an empty project that has nothing else: every subpath, its types, what
// it loads, and that a program for prom-client only changes its import.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { build, type Rolldown } from 'vite';
import { BIN, type PackedProject, packedProject, ROOT } from './packed-project.ts';

const NAME = '@chainpulse/instrument';
/** What may import Node, and needs its types. */
const NODE_SUBPATHS = ['./push', './runtime', './server'];
const PORTABLE_SUBPATHS = ['.', './foreign', './libp2p', './prom-client', './testing'];

/** As those compile who want to hear everything. */
const STRICT = [
  '--noEmit',
  '--strict',
  '--exactOptionalPropertyTypes',
  '--noUncheckedIndexedAccess',
  '--skipLibCheck',
  'false',
];
const NO_TYPES = ['--types', ''];
const NODE_TYPES = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
const RESOLUTIONS = [
  ['--module', 'nodenext'],
  ['--module', 'node16'],
  ['--module', 'esnext', '--moduleResolution', 'bundler'],
];

interface Manifest {
  readonly license: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

let project: PackedProject;
let library: string;
let manifest: Manifest;

before(async () => {
  project = await packedProject('instrument');
  library = project.packageFolder(NAME);
  manifest = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as Manifest;
  // For the program written for it, and never for the library.
  symlinkSync(join(ROOT, 'node_modules/prom-client'), join(project.folder, 'node_modules/prom-client'));
});

after(() => project.remove());

test('the library depends on nothing, runs nothing when it is installed, and has the licence of the repository', () => {
  for (const field of ['dependencies', 'peerDependencies', 'optionalDependencies', 'bundleDependencies', 'bin']) {
    assert.equal(manifest[field], undefined, field);
  }
  const scripts = Object.keys(manifest.scripts ?? {});
  assert.deepEqual(
    scripts.filter((name) => /install|prepare/.test(name)),
    [],
  );
  assert.equal(manifest.license, 'Apache-2.0');
  assert.equal(readFileSync(join(library, 'LICENSE'), 'utf8'), readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
});

test('every subpath is there, with its types, by import and by require', async () => {
  const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
  assert.deepEqual(subpaths.toSorted(), [...PORTABLE_SUBPATHS, ...NODE_SUBPATHS].toSorted());
  for (const subpath of subpaths) {
    const { types, default: code } = entryOf(subpath);
    assert.ok(existsSync(join(library, types)), types);
    assert.ok(existsSync(join(library, code)), code);
  }
  writeFileSync(
    join(project.folder, 'subpaths.mjs'),
    `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
for (const specifier of ${JSON.stringify(subpaths.map(specifierOf))}) {
  const imported = await import(specifier);
  const required = require(specifier);
  const same = Object.keys(imported).every((name) => required[name] === imported[name]);
  console.log(specifier, same && Object.keys(imported).length > 1);
}
console.log(require('${NAME}/package.json').name);
`,
  );
  const printed = await project.run(process.execPath, ['subpaths.mjs']);
  assert.deepEqual(printed.trim().split('\n'), [...subpaths.map((subpath) => `${specifierOf(subpath)} true`), NAME]);
});

test('what is not exported cannot be imported', async () => {
  const program = `import('${NAME}/dist/registry.js').catch(({ code }) => console.log(code))`;
  const printed = await project.run(process.execPath, ['--input-type=module', '-e', program]);
  assert.equal(printed, 'ERR_PACKAGE_PATH_NOT_EXPORTED\n');
});

test('declarations and code import only files that are there', () => {
  const missing: string[] = [];
  for (const file of files('.js', '.d.ts')) {
    for (const specifier of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = join(dirname(file), specifier);
      const wanted = file.endsWith('.d.ts') ? target.replace(/\.[jt]s$/, '.d.ts') : target;
      if (!existsSync(wanted)) missing.push(`${relative(library, file)}: ${specifier}`);
    }
  }
  assert.deepEqual(missing, []);
});

test('nothing but runtime, server and push imports Node, and nothing imports a package', () => {
  for (const subpath of [...PORTABLE_SUBPATHS, ...NODE_SUBPATHS]) {
    const foreign = [...graphOf(subpath)].flatMap(([file, imports]) =>
      imports.filter((name) => !name.startsWith('.')).map((name) => `${relative(library, file)}: ${name}`),
    );
    const isAllowed = (line: string): boolean => NODE_SUBPATHS.includes(subpath) && line.includes(': node:');
    assert.deepEqual(
      foreign.filter((line) => !isAllowed(line)),
      [],
      subpath,
    );
    assert.equal(foreign.length > 0, NODE_SUBPATHS.includes(subpath), `${subpath} ${foreign.join()}`);
  }
});

test('what is portable records and renders where there is no Node', async () => {
  writeFileSync(
    join(project.folder, 'portable.mjs'),
    `import { registerHooks } from 'node:module';
const loaded = [];
registerHooks({
  resolve(specifier, context, next) {
    if (context.parentURL?.includes('instrument/dist')) loaded.push(specifier);
    return next(specifier, context);
  },
});
const print = console.log;
for (const name of ['process', 'Buffer', 'global', 'setImmediate', 'clearImmediate']) delete globalThis[name];
const { createNodeMetrics, MetricsCollector, Registry, renderProtobuf, renderText } = await import('${NAME}');
const { Counter, register } = await import('${NAME}/prom-client');
const { openTelemetrySource } = await import('${NAME}/foreign');
const { libp2pMetrics } = await import('${NAME}/libp2p');
const { createTestMetrics, simulateConsensusLoad, assertAccurate } = await import('${NAME}/testing');

const registry = new Registry();
createNodeMetrics({ registry }).consensus.recordBlockCommitted({ height: 7 });
const collector = new MetricsCollector({ registry });
collector.adopt('chain_consensus_blocks_committed_total');
collector.increment('chain_consensus_blocks_committed_total');
registry.attach(openTelemetrySource());
new Counter({ name: 'portable_total', help: 'p' }).inc();
const test = createTestMetrics();
simulateConsensusLoad(test, { durationSeconds: 2 });
assertAccurate(test, test.truth);
print(/^chain_consensus_blocks_committed_total.*$/m.exec(renderText(registry))[0]);
print(renderProtobuf(registry.snapshot()).length > 1000, (await register.metrics()).includes('portable_total 1'));
print(typeof libp2pMetrics, loaded.length > 50, loaded.filter((name) => !name.startsWith('.')).length);
`,
  );
  assert.equal(
    await project.run(process.execPath, ['portable.mjs']),
    'chain_consensus_blocks_committed_total 2\ntrue true\nfunction true 0\n',
  );
});

test('nothing keeps a program alive that does nothing else', async () => {
  writeFileSync(
    join(project.folder, 'ends.mjs'),
    `import { createNodeMetrics, MetricsCollector, Registry } from '${NAME}';
import { Counter, collectDefaultMetrics } from '${NAME}/prom-client';
import { remoteWrite, startPush } from '${NAME}/push';
import { aggregateCluster, collectRuntimeMetrics, shareRegistry, watchProcess } from '${NAME}/runtime';
import { startMetricsServer } from '${NAME}/server';
const { registry } = shareRegistry();
createNodeMetrics({ registry });
collectRuntimeMetrics(registry);
collectDefaultMetrics();
watchProcess(registry, { name: 'self', pid: process.pid });
aggregateCluster(new Registry());
const collector = new MetricsCollector({ registry, batch: { maxRecords: 10, maxDelayMs: 60_000 } });
collector.record({ name: 'waiting_total', type: 'counter', value: 1, labels: { kind: 'a' } });
startPush({ registry, to: remoteWrite({ url: 'http://127.0.0.1:9/' }), intervalMs: 3_600_000 });
const server = await startMetricsServer({ registry, port: 0 });
await (await fetch(server.url + '/metrics')).text();
await server.close();
console.log('ends');
`,
  );
  assert.equal(await project.run(process.execPath, ['ends.mjs']), 'ends\n');
});

test('the types hold, whichever way modules are resolved, and what is portable needs no types of Node', async () => {
  const importAll = (subpaths: readonly string[]): string => {
    const names = subpaths.map((_, i) => `m${i}`);
    const imports = subpaths.map((subpath, i) => `import * as ${names[i]} from '${specifierOf(subpath)}';\n`);
    return `${imports.join('')}export const modules: readonly object[] = [${names.join()}];\n`;
  };
  writeFileSync(join(project.folder, 'portable.ts'), importAll(PORTABLE_SUBPATHS));
  writeFileSync(join(project.folder, 'all.ts'), importAll([...PORTABLE_SUBPATHS, ...NODE_SUBPATHS]));
  for (const resolution of RESOLUTIONS) {
    await compile('portable.ts', ...resolution, ...NO_TYPES, '--lib', 'es2022');
    await compile('all.ts', ...resolution, ...NODE_TYPES);
  }
});

test('the compiler knows labels, sets and fields, and a program runs as it compiles', async () => {
  writeFileSync(
    join(project.folder, 'use.ts'),
    `import { bounded, createNodeMetrics, Registry, renderText } from '${NAME}';
import { startMetricsServer } from '${NAME}/server';
const registry = new Registry();
const votes = registry.counter({ name: 'votes_total', help: 'Votes.', labels: { type: ['prepare', 'commit'] } });
votes.handle({ type: 'commit' }).inc();
// @ts-expect-error no such vote
votes.inc({ type: 'nonsense' });
// @ts-expect-error a label is missing
votes.inc(1);
const peers = registry.gauge({ name: 'peers', help: 'Peers.', labels: { region: bounded(8) } });
peers.set({ region: 'anything' }, 3);
const { consensus, ...others } = createNodeMetrics({ registry, sets: ['consensus'] });
consensus.recordBlockCommitted({ height: 7 });
// @ts-expect-error no field of this name
consensus.recordBlockCommitted({ height: 7, latency: 1 });
// @ts-expect-error a set that was not asked for
others.storage;
// @ts-expect-error a server has to have a registry
startMetricsServer satisfies (options: { port: number }) => unknown;
console.log(renderText(registry));
`,
  );
  await compile('use.ts', '--module', 'nodenext', ...NODE_TYPES);
  const printed = await project.run(process.execPath, ['use.ts']);
  assert.match(printed, /^votes_total\{type="commit"\} 1$/m);
  assert.match(printed, /^votes_total\{type="prepare"\} 0$/m);
  assert.match(printed, /^peers\{region="anything"\} 3$/m);
  assert.match(printed, /^chain_consensus_finalized_height 7$/m);
});

test('a program for prom-client changes its import and nothing else: it compiles, and prints the same', async () => {
  const program = readFileSync(join(import.meta.dirname, 'prom-client-program.ts'), 'utf8');
  const printed: string[] = [];
  for (const [name, specifier] of [
    ['before', 'prom-client'],
    ['after', `${NAME}/prom-client`],
  ] as const) {
    const text = program.replace("'prom-client'", `'${specifier}'`);
    for (const extension of ['mts', 'cts']) {
      writeFileSync(join(project.folder, `${name}.${extension}`), text);
      // Not everything: prom-client's own types are not strict enough for that.
      const options = [
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        '--esModuleInterop',
        '--outDir',
        'compiled',
      ];
      await project.run(join(BIN, 'tsc'), [...options, '--target', 'es2024', ...NODE_TYPES, `${name}.${extension}`]);
      const compiled = join('compiled', `${name}.${extension.replace('ts', 'js')}`);
      printed.push(await project.run(process.execPath, [compiled]));
    }
  }
  assert.match(printed[0]!, /^duration_bucket\{le="0\.1",method="GET",route="\/"\} 0$/m);
  assert.deepEqual(printed, [printed[0], printed[0], printed[0], printed[0]]);
});

test('a bundle for the browser holds what is used and nothing of Node', async () => {
  const counter = await bundle(`import { Registry, renderText } from '${NAME}';
const registry = new Registry();
registry.counter({ name: 'a_total', help: 'A.' }).inc();
export const text = renderText(registry);`);
  assert.doesNotMatch(counter, /chain_consensus_|['"]node:|browser-external/);
  assert.equal(await bundle(`import '${NAME}';`), '');
  const node = await bundle(`export { createNodeMetrics } from '${NAME}';`);
  assert.match(node, /chain_consensus_/);
  assert.doesNotMatch(node, /['"]node:|require\(|browser-external/);
});

function specifierOf(subpath: string): string {
  return NAME + subpath.slice(1);
}

function entryOf(subpath: string): { types: string; default: string } {
  return manifest.exports[subpath] as { types: string; default: string };
}

function files(...endings: readonly string[]): readonly string[] {
  return readdirSync(library, { recursive: true })
    .map((file) => join(library, String(file)))
    .filter((file) => endings.some((ending) => file.endsWith(ending)));
}

/** The specifiers that a file of the package imports, statically or not. */
function importsOf(file: string): readonly string[] {
  const code = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '');
  const found = code.matchAll(/(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)(['"])([^'"\n]+)\1/g);
  return Array.from(found, ([, , specifier]) => specifier!);
}

/** The files that importing a subpath loads, and what each imports. */
function graphOf(subpath: string): ReadonlyMap<string, readonly string[]> {
  const graph = new Map<string, readonly string[]>();
  const waiting = [join(library, entryOf(subpath).default)];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (graph.has(file)) continue;
    const imports = importsOf(file);
    graph.set(file, imports);
    for (const name of imports) if (name.startsWith('.')) waiting.push(join(dirname(file), name));
  }
  return graph;
}

/** Fails with what the compiler says. */
async function compile(file: string, ...options: readonly string[]): Promise<void> {
  await project.run(join(BIN, 'tsc'), [...STRICT, '--target', 'es2022', ...options, file]);
}

async function bundle(program: string): Promise<string> {
  const entry = join(project.folder, 'bundled.js');
  writeFileSync(entry, program);
  const built = await build({
    root: project.folder,
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['es'] } },
  });
  const [{ output }] = built as Rolldown.RolldownOutput[] as [Rolldown.RolldownOutput];
  return output
    .map((chunk) => (chunk.type === 'chunk' ? chunk.code : ''))
    .join('')
    .trim();
}
