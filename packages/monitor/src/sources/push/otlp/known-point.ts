// What is remembered of a data point, that is, of one metric with one set of attributes: its labels and its series, each
// made when it is first written.

import type { Labels } from '../../../model/labels.ts';
import { PushSeries } from '../push-batch.ts';
import type { DeltaStream } from './delta/delta-stream.ts';
import type { LabelPool } from './label-pool.ts';
import { relatedLabels } from './series-labels.ts';

export class KnownPoint {
  readonly id: number;
  /** Of the metric, as its series are named. */
  readonly name: string;
  readonly labels: Labels;
  /** Why its data points are refused; undefined when they are not. */
  readonly problem: string | undefined;
  delta: DeltaStream | undefined;
  readonly #pool: LabelPool;
  #own: PushSeries | undefined;
  #sum: PushSeries | undefined;
  #count: PushSeries | undefined;

  constructor(id: number, name: string, labels: Labels, pool: LabelPool, problem?: string) {
    this.id = id;
    this.name = name;
    this.labels = pool.share(labels);
    this.#pool = pool;
    this.problem = problem;
  }

  /** The series of the metric's own name. */
  get own(): PushSeries {
    return (this.#own ??= new PushSeries(this.labels));
  }

  get sum(): PushSeries {
    return (this.#sum ??= this.related('_sum'));
  }

  get count(): PushSeries {
    return (this.#count ??= this.related('_count'));
  }

  related(suffix: string, label?: string, value = ''): PushSeries {
    const extra = label === undefined ? undefined : { name: label, value };
    return new PushSeries(this.#pool.share(relatedLabels(this.labels, this.name + suffix, extra)));
  }
}
