// Ten thousand series of canonical metrics, as the nodes of one chain expose them while all is well: what the shipped rules read.

import { type Labels, labelsFromRecord } from '../../packages/monitor/src/model/labels.ts';
import { type PlayedNode, pageOf } from '../../test/conformance/rules/live/scenario.ts';
import type { Scrape, Workload } from '../storage/workload.ts';

const SERIES = 10_000;
const LINE = /^(?<name>\w+)(?:\{(?<labels>[^}]*)\})? (?<value>\S+)$/;
const PAIR = /(?<name>\w+)="(?<value>[^"]*)"/g;

interface Line {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export class CalmNodes {
  readonly count: number;
  readonly seriesANode: number;
  readonly #originMs: number;

  /** `originMs`: the time from which counters count. */
  constructor(originMs: number) {
    this.#originMs = originMs;
    this.seriesANode = this.values(0, originMs).length;
    this.count = Math.ceil(SERIES / this.seriesANode);
  }

  /** The labels of a node's series, `up` first. */
  series(node: number): readonly Labels[] {
    const own = { job: 'node', instance: `10.0.0.${node}:9090`, chain: 'main', node: `n${node}` };
    return this.#lines(node, this.#originMs).map(({ labels }) => labelsFromRecord({ ...labels, ...own }));
  }

  /** Their values at a time, in the same order. */
  values(node: number, timeMs: number): Float64Array {
    return Float64Array.from(this.#lines(node, timeMs), ({ value }) => value);
  }

  /** All of them from one time to another, a scrape each so often. */
  workload(fromMs: number, toMs: number, stepMs: number): Workload {
    const all = Array.from({ length: this.count }, (_, node) => this.series(node));
    const scrapes = this.#scrapes.bind(this);
    return {
      name: 'calm nodes',
      series: all.flat(),
      metadata: [],
      *scrapes() {
        for (let timeMs = fromMs; timeMs <= toMs; timeMs += stepMs) yield* scrapes(timeMs);
      },
    };
  }

  *#scrapes(timestampMs: number): Iterable<Scrape> {
    for (let node = 0; node < this.count; node++) {
      const values = this.values(node, timestampMs);
      const series = Uint32Array.from(values, (_, at) => node * this.seriesANode + at);
      yield { target: node, timestampMs, count: values.length, series, values };
    }
  }

  #lines(node: number, timeMs: number): readonly Line[] {
    const calm: PlayedNode = { name: `n${node}`, chain: 'main', incidents: [], outages: [] };
    const page = pageOf(calm, timeMs - this.#originMs, timeMs);
    return [{ labels: { __name__: 'up' }, value: 1 }, ...page.trimEnd().split('\n').map(lineOf)];
  }
}

function lineOf(text: string): Line {
  const { name = '', labels = '', value } = LINE.exec(text)!.groups!;
  const pairs = [...labels.matchAll(PAIR)].map(({ groups }) => [groups!['name']!, groups!['value']!] as const);
  return { labels: { __name__: name, ...Object.fromEntries(pairs) }, value: Number(value) };
}
