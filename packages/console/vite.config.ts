// Builds the page into the monitor's own output, from where its server serves it. Nothing is inlined into the HTML and
// no asset becomes a data: address, so that the page runs under `default-src 'self'`.

import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: fileURLToPath(new URL('../monitor/dist/page', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The notices of what is bundled go with it.
    license: { fileName: 'licenses.md' },
  },
});
