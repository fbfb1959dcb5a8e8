// What a registry shows, in a form that tests can compare: one text for each value.

import type { Label } from '../../../labels.ts';
import type { Registry } from '../../../registry.ts';
import type { FamilySnapshot } from '../../../snapshot/snapshot.ts';

/** Of a scalar metric `{label="value"} 5`, of a histogram its counts and its sum; undefined when the metric is absent. */
export function shown(registry: Registry, name: string): string[] | undefined {
  const family = registry.snapshot().families.find((candidate) => candidate.name === name);
  return family === undefined ? undefined : pointsOf(family);
}

export function typeOf(registry: Registry, name: string): string | undefined {
  return registry.snapshot().families.find((candidate) => candidate.name === name)?.type;
}

function pointsOf(family: FamilySnapshot): string[] {
  switch (family.type) {
    case 'histogram':
      return family.points.map(({ labels, counts, sum }) => `${textOf(labels)}${counts.join(',')} sum ${sum}`);
    case 'exponential':
    case 'summary':
      throw new Error(`${family.name} is a ${family.type}`);
    default:
      return family.points.map(({ labels, value }) => `${textOf(labels)}${value}`);
  }
}

function textOf(labels: readonly Label[]): string {
  return labels.length === 0 ? '' : `{${labels.map(({ name, value }) => `${name}="${value}"`).join(',')}} `;
}
