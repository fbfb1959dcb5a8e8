#!/usr/bin/env node
// Starts the command line. In an installed package it runs the compiled code; in a checkout of the repository it runs the
// TypeScript source, so that nothing is ever stale, and first builds the web page when that is missing or older.

import { existsSync } from 'node:fs';
// The whole module and no name of it: an older Node must come as far as the message below.
import module from 'node:module';
import { join } from 'node:path';

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `chainpulse needs Node 24 or newer, and this is ${process.versions.node} (${process.execPath}).\n` +
      'In a checkout run `npm ci` (without --ignore-scripts) and then `npm start` or `npx chainpulse`: both use the Node that it installs.\n',
  );
  process.exit(1);
}

const source = new URL('../src/cli/main.ts', import.meta.url);
if (existsSync(source)) {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@chainpulse/source'] }),
  });
  // The storage worker is a Node of its own and inherits these.
  process.execArgv.push('--conditions=@chainpulse/source');
  const { buildPageIfStale } = await import('../../../scripts/build-page.ts');
  await buildPageIfStale();
  await import(source.href);
} else {
  keepCompiledCode();
  await import('../dist/cli/main.js');
}

/**
 * A start takes a fifth less when the engine's compiled code is kept from the last one: in the user's own cache, where nobody else
 * can put any. Without such a folder nothing is kept.
 */
function keepCompiledCode() {
  const home = process.env.XDG_CACHE_HOME || (process.env.HOME && join(process.env.HOME, '.cache'));
  if (!home || process.env.NODE_COMPILE_CACHE !== undefined) return;
  const { directory } = module.enableCompileCache(join(home, 'chainpulse', 'compiled'));
  // The storage worker is a Node of its own.
  if (directory !== undefined) process.env.NODE_COMPILE_CACHE = join(home, 'chainpulse', 'compiled');
}
