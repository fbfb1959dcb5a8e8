// The series of a recording, read with the monitor's own reader and parser.

import { type Labels, labelsFrom, labelsKey } from '../../../packages/monitor/src/model/labels.ts';
import { readRecords } from '../../../packages/monitor/src/sources/replay/recording-reader.ts';
import { ExpositionParser } from '../../../packages/monitor/src/sources/scrape/exposition-parser.ts';
import type { RawSeries } from './remote-write.ts';

interface Growing {
  readonly labels: Labels;
  readonly timestampsMs: number[];
  readonly values: number[];
}

/** Every series, with the labels `job` and `instance` as a scrape would give them. */
export async function readRecordedSeries(file: string, job: string): Promise<RawSeries[]> {
  const all = new Map<string, Growing>();
  for await (const { target, timestampMs, body } of readRecords(file, () => true)) {
    if (body === undefined) continue;
    const slots: Growing[] = [];
    const sink = {
      firstSlot: 0,
      slotOf: (labels: Labels): number => slots.push(growing(all, labels, job, target)) - 1,
      add: (slot: number, value: number): void => {
        slots[slot]!.timestampsMs.push(timestampMs);
        slots[slot]!.values.push(value);
      },
      describe: (): void => {},
    };
    await new ExpositionParser().parse({ body, format: 'text', sink, sampleLimit: 100_000 });
  }
  return [...all.values()].map(({ labels, timestampsMs, values }) => ({
    labels,
    timestampsMs: Float64Array.from(timestampsMs),
    values: Float64Array.from(values),
  }));
}

function growing(all: Map<string, Growing>, own: Labels, job: string, instance: string): Growing {
  const pairs = own.map(({ name, value }) => [name, value] as const);
  const labels = labelsFrom([...pairs, ['job', job], ['instance', instance]]);
  const key = labelsKey(labels);
  let series = all.get(key);
  if (series === undefined) all.set(key, (series = { labels, timestampsMs: [], values: [] }));
  return series;
}
