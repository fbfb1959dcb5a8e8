// The `metricsRegister` option of gossipsub: shows what gossipsub registers under the names and labels that it gives. It
// registers totals as gauges, since its interface has no counter; they are shown as the counters that their names say.

import { checkedLabelValues } from './cells.ts';
import { type BridgeClock, RUNTIME_CLOCK } from './clock.ts';
import type { ScalarFamily } from './families.ts';
import { negative, secondsTo } from './instruments.ts';
import type {
  AttachingRegistry,
  GossipsubAvgMinMax,
  GossipsubConfig,
  GossipsubGauge,
  GossipsubHistogram,
  GossipsubHistogramConfig,
  GossipsubLabels,
} from './interface.ts';
import { labelName } from './names.ts';
import { type ForeignStore, type Registration, storeOf } from './store.ts';

export interface GossipsubRegisterOptions {
  /** Values of one label, such as topics (default 64, 1 to 10,000); one more goes to `other` and is counted. */
  readonly maxLabelValues?: number;
  readonly clock?: BridgeClock;
}

type Record<Value> = (labelValues: readonly unknown[], value: Value) => void;

/**
 * What gossipsub's `metricsRegister` option takes; it also wants `metricsTopicStrToLabel`.
 *
 * ```ts
 * gossipsub({ metricsRegister: gossipsubRegister(registry), metricsTopicStrToLabel: new Map([[topic, 'blocks']]) })
 * ```
 *
 * Names and labels are gossipsub's. A gauge whose name ends in `_total` is a counter: `inc` with a negative amount is dropped
 * and counted, `set` takes the total. An `avgMinMax` is three gauges, `…_avg`, `…_min` and `…_max`, absent without values.
 * @throws {InstrumentError} `option_invalid`
 */
export function gossipsubRegister(
  registry: AttachingRegistry,
  { maxLabelValues, clock = RUNTIME_CLOCK }: GossipsubRegisterOptions = {},
): GossipsubRegister {
  return new GossipsubRegister(storeOf(registry), checkedLabelValues(maxLabelValues), clock);
}

export class GossipsubRegister {
  readonly #store: ForeignStore;
  readonly #maxLabelValues: number;
  readonly #clock: BridgeClock;
  readonly #endCallbacks: (() => void)[] = [];

  constructor(store: ForeignStore, maxLabelValues: number, clock: BridgeClock) {
    this.#store = store;
    this.#maxLabelValues = maxLabelValues;
    this.#clock = clock;
  }

  gauge(config: GossipsubConfig): GossipsubGauge {
    const type = String(config.name).endsWith('_total') ? 'counter' : 'gauge';
    const family = this.#store.scalar(type, this.#registration(config));
    const add = recorder<number>(config, (labelValues, amount) => family.add(labelValues, amount));
    const set = recorder<number>(config, (labelValues, value) => family.set(labelValues, value));
    const gauge: GossipsubGauge = {
      inc: (first, second) => add(first, second ?? 1),
      dec: (first, second) => (typeof first === 'number' ? add(-first) : add(first, negative(second ?? 1))),
      set: (first, second) => set(first, second),
      addCollect: (callback) => {
        this.#endCallbacks.push(this.#store.addCollectCallback(() => callback(gauge)));
      },
    };
    return gauge;
  }

  histogram(config: GossipsubHistogramConfig): GossipsubHistogram {
    const family = this.#store.histogram(this.#registration(config), config.buckets);
    const observe = recorder<number>(config, (labelValues, value) => family.observe(labelValues, value));
    return {
      startTimer: (labels) => secondsTo(this.#clock, (seconds) => observe(labels ?? {}, seconds)),
      observe: (first, second) => observe(first, second),
      reset: () => family.reset(),
    };
  }

  avgMinMax(config: GossipsubConfig): GossipsubAvgMinMax {
    const [avg, min, max] = ['avg', 'min', 'max'].map((part) =>
      this.#store.scalar('gauge', this.#registration({ ...config, name: `${config.name}_${part}` })),
    ) as [ScalarFamily, ScalarFamily, ScalarFamily];
    const set = recorder<readonly number[]>(config, (labelValues, values) => {
      const isEmpty = Array.isArray(values) && values.length === 0;
      const { mean, smallest, largest } = spread(values);
      for (const [family, value] of [
        [avg, mean],
        [min, smallest],
        [max, largest],
      ] as const) {
        if (isEmpty) family.clear(labelValues);
        else family.set(labelValues, value);
      }
    });
    return { set: (first, second) => set(first, second) };
  }

  /** Ends the callbacks of `addCollect`, for a gossipsub that is not used any more while its registry is. */
  release(): void {
    for (const end of this.#endCallbacks.splice(0)) end();
  }

  #registration({ name, help, labelNames = [] }: GossipsubConfig): Registration {
    const names = labelNames.map((label, i) => labelName(label) ?? `label_${i}`);
    return { name, help, labelNames: names, maxLabelValues: this.#maxLabelValues };
  }
}

/** A record as gossipsub calls it: `(labels, value)`, or `(value)` without labels. */
function recorder<Value extends number | readonly number[]>(
  { labelNames = [] }: GossipsubConfig,
  record: Record<Value>,
): (labelsOrValue: GossipsubLabels | Value | undefined, value?: Value) => void {
  return (first, second) => {
    if (typeof first === 'number' || Array.isArray(first)) {
      record([], first as Value);
      return;
    }
    const labels = (first ?? {}) as GossipsubLabels;
    record(
      labelNames.map((name) => labels[name]),
      second as Value,
    );
  };
}

function spread(values: unknown): { mean: number; smallest: number; largest: number } {
  let sum = 0;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  const numbers = Array.isArray(values) ? (values as readonly number[]) : [Number.NaN];
  for (const number of numbers) {
    sum += number;
    smallest = Math.min(smallest, number);
    largest = Math.max(largest, number);
  }
  return { mean: sum / numbers.length, smallest, largest };
}
