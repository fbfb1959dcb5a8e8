import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeStore } from '../compliance.ts';
import { openEmbeddedStore } from './open.ts';

for (const [name, limits] of [
  ['the embedded store', {}],
  ['the embedded store that seals all the time', { headSamplesMax: 1, headAgeMaxMs: 0, chunkCacheBytes: 0 }],
] as const) {
  describeStore(name, async ({ nowMs, retentionMs }) => {
    const directory = mkdtempSync(join(tmpdir(), 'chainpulse-store-'));
    const options = { directory, retentionMs, durability: 'normal', clock: { nowMs: () => nowMs }, limits } as const;
    let store = await openEmbeddedStore(options);
    return {
      store,
      restart: async () => {
        await store.close();
        store = await openEmbeddedStore(options);
        return store;
      },
      dispose: async () => {
        await store.close();
        await rm(directory, { recursive: true });
      },
    };
  });
}
