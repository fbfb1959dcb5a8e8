// What the registry must do, in a few lines over plain lists.

import { type Labels, labelsKey } from '../../../../model/labels.ts';
import { labelsPredicate, type Matcher } from '../../../../model/matcher.ts';
import type { SelectedSeries } from '../select-series.ts';

/** One life of a series, under one reference. */
export interface Life {
  readonly ref: number;
  readonly labels: Labels;
  isHot: boolean;
  latestMs: number;
}

export class SeriesModel {
  readonly lives = new Map<number, Life>();
  /** The greatest reference ever seen. */
  lastRef = 0;

  hot(): Life[] {
    return [...this.lives.values()].filter(({ isHot }) => isHot);
  }

  find(labels: Labels): Life | undefined {
    const key = labelsKey(labels);
    return this.hot().find((life) => labelsKey(life.labels) === key);
  }

  matching(matchers: readonly Matcher[], minTimeMs: number): Life[] {
    const matches = labelsPredicate(matchers);
    return [...this.lives.values()].filter((life) => life.latestMs >= minTimeMs && matches(life.labels));
  }

  select(matchers: readonly Matcher[], minTimeMs: number): SelectedSeries[] {
    const byLabels = new Map<string, { labels: Labels; refs: number[] }>();
    for (const { ref, labels } of this.matching(matchers, minTimeMs)) {
      const key = labelsKey(labels);
      const own = byLabels.get(key);
      if (own === undefined) byLabels.set(key, { labels, refs: [ref] });
      else own.refs.push(ref);
    }
    for (const { refs } of byLabels.values()) refs.sort((one, other) => one - other);
    return [...byLabels.values()].sort((one, other) => one.refs[0]! - other.refs[0]!);
  }
}
