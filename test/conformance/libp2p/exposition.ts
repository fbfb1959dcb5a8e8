// Reads values back from a text exposition: as much of format 0.0.4 as tests of known names need.

import { isDeepStrictEqual } from 'node:util';

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;

type Labels = Readonly<Record<string, string>>;

export class Exposition {
  readonly text: string;
  /** By metric name. */
  readonly types = new Map<string, string>();
  readonly #samples: { readonly name: string; readonly labels: Labels; readonly value: number }[] = [];

  constructor(text: string) {
    this.text = text;
    for (const line of text.split('\n')) {
      const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
      if (name !== undefined && type !== undefined) this.types.set(name, type);
      const [, sampleName, labels = '', value] = line.startsWith('#') ? [] : (SAMPLE.exec(line) ?? []);
      if (sampleName === undefined) continue;
      const pairs = Array.from(labels.matchAll(LABEL), ([, label, text]) => [label, text] as const);
      this.#samples.push({ name: sampleName, labels: Object.fromEntries(pairs), value: Number(value) });
    }
  }

  /** The sample with exactly these labels; undefined when it is absent. */
  value(name: string, labels: Labels = {}): number | undefined {
    const found = this.#samples.find((sample) => sample.name === name && isDeepStrictEqual(sample.labels, labels));
    return found?.value;
  }

  /** All values of a metric with one label, by the value of that label. */
  byLabel(name: string, label: string): Readonly<Record<string, number>> {
    const samples = this.#samples.filter((sample) => sample.name === name);
    return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? '', value]));
  }
}
