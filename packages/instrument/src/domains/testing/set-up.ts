// Some domain sets in a registry of their own, with a clock that the test moves, and what they show.

import { renderText } from '../../exposition/text.ts';
import { Registry } from '../../registry.ts';
import { createNodeMetrics } from '../node-metrics.ts';
import type { DomainSetName } from '../table/index.ts';

const START_MS = 1_700_000_000_000;

export function setUp<const N extends DomainSetName>(sets: readonly N[]) {
  let nowMs = START_MS;
  const registry = new Registry({ nowMs: () => nowMs });
  const metrics = createNodeMetrics({ registry, sets, nowMs: () => nowMs });
  return {
    registry,
    metrics,
    startSeconds: START_MS / 1000,
    /** Of a series as it is written in the text format; each call is a collection. */
    value: (series: string) => sampleOf(registry, series),
    /** The reasons that occurred. */
    dropped: () => Object.fromEntries(Object.entries(registry.droppedRecords()).filter(([, count]) => count > 0)),
    pass: (seconds: number) => {
      nowMs += seconds * 1000;
    },
  };
}

function sampleOf(registry: Registry, series: string): number | undefined {
  const line = renderText(registry)
    .split('\n')
    .find((candidate) => candidate.startsWith(`${series} `));
  return line === undefined ? undefined : Number(line.slice(series.length));
}
