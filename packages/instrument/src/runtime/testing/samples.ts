// What a registry shows, by series as the text format writes them.

import { type Registry, renderText } from '../../index.ts';

export function samplesOf(registry: Registry): ReadonlyMap<string, number> {
  const lines = renderText(registry)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

/** Names of the metrics that have a series now. */
export function namesOf(registry: Registry): string[] {
  return registry.snapshot().families.flatMap(({ name, points }) => (points.length === 0 ? [] : [name]));
}

/** Holds the thread. */
export function block(durationMs: number): void {
  const startMs = performance.now();
  while (performance.now() < startMs + durationMs);
}
