// A process that appends to a queue whose server is away, until it is killed. It says on stdout which step is answered, one
// number a line. Arguments: folder, first step, series, `remote` or `mirror`.

import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { labelsFromRecord } from '../../../model/labels.ts';
import { openEmbeddedStore } from '../../embedded/open.ts';
import { openMirrorStore, openRemoteStore } from '../open.ts';

const [directory = '', firstStep = '0', series = '1', kind = 'remote'] = process.argv.slice(2);
const clock = { nowMs: () => Date.now() };
/** Nothing answers there. */
const endpoint = { url: new URL('http://127.0.0.1:9'), headers: {}, authorize: () => Promise.resolve(undefined) };
const options = { directory, durability: 'full', clock, write: endpoint, query: endpoint } as const;
const store =
  kind === 'remote'
    ? await openRemoteStore(options)
    : await openMirrorStore(await openEmbeddedStore({ ...options, retentionMs: undefined }), options);
const refs = await store.resolveSeries(
  Array.from({ length: Number(series) }, (_, index) => labelsFromRecord({ __name__: 'm', i: String(index) })),
);
for (let step = Number(firstStep); ; step++) {
  const values = Float64Array.from(refs, (_, index) => step * 1000 + index);
  await store.append({ refs: refs.slice(), timestampsMs: step, values });
  writeSync(1, `${step}\n`);
  if (step % 20 === 0) void store.maintain(clock.nowMs());
  await setImmediate();
}
