// A store beside its queue: what the store's references mean is carried to the queue, also when the store was replaced.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import { openEmbeddedStore } from '../embedded/open.ts';
import type { MirrorStore } from './mirror-store.ts';
import { openMirrorStore } from './open.ts';
import type { SendNotice } from './send/observer.ts';
import { Receiver } from './testing/receiver.ts';

const NOW_MS = 1_700_000_000_000;

async function start(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-mirror-'));
  const receiver = await Receiver.start();
  const notices: SendNotice[] = [];
  const opened: MirrorStore[] = [];
  t.after(async () => {
    for (const store of opened) await store.close();
    await receiver.stop();
    rmSync(directory, { recursive: true });
  });
  const clock = { nowMs: () => NOW_MS };
  /** `storeName`: another one is a store that started afresh, beside the same queue. */
  const open = async (storeName: string, seriesMax?: number) => {
    const folder = join(directory, storeName);
    const store = await openEmbeddedStore({ directory: folder, retentionMs: undefined, durability: 'normal', clock });
    const mirror = await openMirrorStore(store, {
      directory: join(directory, 'queue'),
      durability: 'normal',
      clock,
      write: { url: new URL(receiver.address), headers: {}, authorize: () => Promise.resolve(undefined) },
      limits: { lingerMs: 0, ...(seriesMax !== undefined && { seriesMax }) },
      onNotice: (notice) => notices.push(notice),
    });
    opened.push(mirror);
    const resolve = async (...names: readonly string[]) => {
      const labels = names.map((i) => labelsFromRecord({ __name__: 'm', i }));
      return (await mirror.resolveSeries(labels)).slice();
    };
    const append = async (refs: Uint32Array, value: number) => {
      const values = new Float64Array(refs.length).fill(value);
      const outcome = await mirror.append({ refs: refs.slice(), timestampsMs: NOW_MS + value, values });
      assert.equal(outcome.acceptedSamples, refs.length);
    };
    return { mirror, resolve, append };
  };
  const arrived = () =>
    [...receiver.taken]
      .map(([name, samples]) => `${name}: ${samples.map(([, value]) => value).join(' ')}`)
      .sort()
      .join('\n');
  return { open, arrived, notices };
}

test('a store that started afresh is mirrored whole, whichever of its references are found to be others', async (t) => {
  const { open, arrived } = await start(t);
  const first = await open('first');
  await first.append(await first.resolve('a', 'b', 'c'), 1);
  await first.mirror.flush();
  await first.mirror.close();
  // The first reference is the same series as before; the second, asked for later, is another one.
  const second = await open('second');
  const a = await second.resolve('a');
  await second.append(a, 2);
  const [c] = await second.resolve('c');
  await second.append(Uint32Array.of(a[0]!, c!), 3);
  await second.mirror.flush();
  assert.match(arrived(), /a: 1 2 3$/m);
  assert.match(arrived(), /c: 1 3$/m);
  await second.mirror.close();
  const again = await open('second');
  await again.append(await again.resolve('a', 'c'), 4);
  await again.mirror.flush();
  assert.match(arrived(), /a: 1 2 3 4$/m);
  assert.match(arrived(), /c: 1 3 4$/m);
});

test('samples of series that the queue has no room for are counted as lost, and told', async (t) => {
  const { open, arrived, notices } = await start(t);
  const { mirror, resolve, append } = await open('only', 1);
  await append(await resolve('a', 'b'), 1);
  await mirror.flush();
  assert.match(arrived(), /a: 1$/);
  assert.equal(mirror.sendStatistics().droppedSamplesTotal.size, 1);
  assert.match(JSON.stringify(notices), /"reason":"size","samples":1.*no room/);
});
