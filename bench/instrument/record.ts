// Recording: sixteen series in turn, so that no contender waits for its own last store. Before the measuring starts, every
// library has seen instruments with other labels too, as in a node, because some code is fastest while it sees only one kind.

import { Registry } from '@chainpulse/instrument';
import type { Contender } from '../table.ts';
import { compileLoop } from './loop.ts';
import { openTelemetryMeter } from './open-telemetry.ts';
import { PEERS } from './peers.ts';

const RECORDS = 400_000;
const SERIES = 16;
const KINDS = ['proposal', 'vote', 'block', 'transaction'] as const;
const RESULTS = ['ok', 'invalid', 'duplicate', 'stale'] as const;
const BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5];
const OTHER_LABELS = ['direction', 'reason', 'stage', 'operation', 'outcome', 'phase'];

/** Latencies as they come: most in the middle buckets, some far out. */
const OBSERVATIONS = Float64Array.from({ length: 1024 }, (_, i) => 0.0004 * 1.0093 ** ((i * 389) % 1024));

interface LabelPair {
  readonly kind: (typeof KINDS)[number];
  readonly result: (typeof RESULTS)[number];
}

const PAIRS: readonly LabelPair[] = KINDS.flatMap((kind) => RESULTS.map((result) => ({ kind, result })));

export function counterByHandle(): Contender[] {
  const statement = 'subject[i & 15].inc();';
  const ours = ourCounter();
  return [
    contender(
      '@chainpulse/instrument',
      statement,
      PAIRS.map((pair) => ours.handle(pair)),
    ),
    ...PEERS.map(({ name, library }) => {
      const counter = peerCounter(library);
      return contender(
        name,
        statement,
        PAIRS.map((pair) => counter.labels(pair)),
      );
    }),
    contender('OpenTelemetry (attributes)', 'subject.counter.add(1, subject.pairs[i & 15]);', {
      counter: openTelemetryMeter().createCounter('bench_messages'),
      pairs: PAIRS,
    }),
    contender('an addition to a Float64Array', 'subject[i & 15] += 1;', new Float64Array(SERIES)),
  ];
}

export function counterByLabels(): Contender[] {
  const statement = 'subject.counter.inc({ kind: subject.kinds[i & 3], result: subject.results[(i >> 2) & 3] });';
  const subjects = [
    { name: '@chainpulse/instrument', counter: ourCounter() },
    ...PEERS.map(({ name, library }) => ({ name, counter: peerCounter(library) })),
  ];
  return [
    ...subjects.map(({ name, counter }) => contender(name, statement, { counter, kinds: KINDS, results: RESULTS })),
    contender(
      'OpenTelemetry (attributes)',
      'subject.counter.add(1, { kind: subject.kinds[i & 3], result: subject.results[(i >> 2) & 3] });',
      { counter: openTelemetryMeter().createCounter('bench_messages'), kinds: KINDS, results: RESULTS },
    ),
  ];
}

const OBSERVE = 'subject.handles[i & 15].observe(subject.values[i & 1023]);';
const HISTOGRAM = {
  name: 'bench_processing_duration_seconds',
  help: 'Measured.',
  labels: { kind: KINDS, result: RESULTS },
};

export function histogramByHandle(): Contender[] {
  const ours = new Registry().histogram({ ...HISTOGRAM, buckets: BUCKETS });
  return [
    contender('@chainpulse/instrument', OBSERVE, {
      handles: PAIRS.map((pair) => ours.handle(pair)),
      values: OBSERVATIONS,
    }),
    ...PEERS.map(({ name, library }) => {
      const histogram = new library.Histogram({
        name: HISTOGRAM.name,
        help: HISTOGRAM.help,
        labelNames: ['kind', 'result'],
        buckets: BUCKETS,
        registers: [new library.Registry()],
      });
      return contender(name, OBSERVE, { handles: PAIRS.map((pair) => histogram.labels(pair)), values: OBSERVATIONS });
    }),
    contender(
      'OpenTelemetry (attributes)',
      'subject.histogram.record(subject.values[i & 1023], subject.pairs[i & 15]);',
      {
        histogram: openTelemetryMeter({ boundaries: BUCKETS }).createHistogram(HISTOGRAM.name),
        pairs: PAIRS,
        values: OBSERVATIONS,
      },
    ),
  ];
}

/** Only OpenTelemetry has one among the peers. */
export function exponentialByHandle(): Contender[] {
  const ours = new Registry().exponentialHistogram(HISTOGRAM);
  return [
    contender('@chainpulse/instrument', OBSERVE, {
      handles: PAIRS.map((pair) => ours.handle(pair)),
      values: OBSERVATIONS,
    }),
    contender(
      'OpenTelemetry (attributes)',
      'subject.histogram.record(subject.values[i & 1023], subject.pairs[i & 15]);',
      {
        histogram: openTelemetryMeter('exponential').createHistogram(HISTOGRAM.name),
        pairs: PAIRS,
        values: OBSERVATIONS,
      },
    ),
  ];
}

function contender<Subject>(name: string, statement: string, subject: Subject): Contender {
  const loop = compileLoop<Subject>(statement);
  return {
    name,
    operations: RECORDS,
    run() {
      loop(subject, RECORDS);
      return RECORDS;
    },
  };
}

function ourCounter() {
  const registry = new Registry();
  for (const label of OTHER_LABELS) {
    const other = registry.counter({ name: `bench_${label}_total`, help: 'Other.', labels: { [label]: RESULTS } });
    for (let i = 0; i < 1000; i++) other.inc({ [label]: RESULTS[i & 3]! });
  }
  return registry.counter({
    name: 'bench_messages_total',
    help: 'Measured.',
    labels: { kind: KINDS, result: RESULTS },
  });
}

function peerCounter(library: (typeof PEERS)[number]['library']) {
  const registry = new library.Registry();
  for (const label of OTHER_LABELS) {
    const other = new library.Counter({
      name: `bench_${label}_total`,
      help: 'Other.',
      labelNames: [label],
      registers: [registry],
    });
    for (let i = 0; i < 1000; i++) other.inc({ [label]: RESULTS[i & 3]! });
  }
  return new library.Counter({
    name: 'bench_messages_total',
    help: 'Measured.',
    labelNames: ['kind', 'result'],
    registers: [registry],
  });
}
