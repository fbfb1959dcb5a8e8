// A process that appends to a store until it is killed. It says on stdout which step is answered, one number a line; the
// test that started it then looks whether all of these are there. Arguments: folder, first step, series.

import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { labelsFromRecord } from '../../../model/labels.ts';
import { openEmbeddedStore } from '../open.ts';

const [directory = '', firstStep = '0', series = '1'] = process.argv.slice(2);
const clock = { nowMs: () => Number(firstStep) };
// Seals start all the time, so that several of the kills fall into one.
const limits = { headSamplesMax: 4 * Number(series), headAgeMaxMs: 0 };
const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'full', clock, limits });
const refs = await store.resolveSeries(
  Array.from({ length: Number(series) }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
);
for (let step = Number(firstStep); ; step++) {
  await store.append({ refs, timestampsMs: step, values: Float64Array.from(refs, (_, index) => step * 1000 + index) });
  writeSync(1, `${step}\n`);
  if (step % 50 === 0) void store.maintain(step);
  await setImmediate();
}
