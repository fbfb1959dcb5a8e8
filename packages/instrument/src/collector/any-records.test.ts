import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Registry } from '../registry.ts';
import { ESTIMATED_BYTES_PER_SERIES } from './memory-cap.ts';
import type { MetricsCollector } from './metrics-collector.ts';
import { make, value, values } from './testing/made-collector.ts';
import { ManualClock } from './testing/manual-clock.ts';

describe('MetricsCollector', () => {
  const METRICS = ['votes_total', 'peers_total', 'apply_seconds', 'plain_total', 'peer_height'] as const;
  const step = fc.oneof(
    {
      weight: 20,
      arbitrary: fc.record({
        do: fc.constant('record'),
        metric: fc.constantFrom(...METRICS),
        label: fc.nat(4),
        amount: fc.integer({ min: 0, max: 9 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        { do: 'flush' },
        { do: 'read' },
        { do: 'off' },
        { do: 'on' },
        { do: 'sectionOff' },
        { do: 'sectionOn' },
      ),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.integer({ min: 1, max: 30 }) }) },
  );

  it('gives the same totals with a batch as without, after any steps', async () => {
    const steps = fc.array(step, { maxLength: 200 });
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 8 }), async (list, maxRecords) => {
        const sections = { peers: ['peer'] };
        const plain = make({ sections });
        const batched = make({ sections, batch: { maxRecords, maxDelayMs: 20 } });
        for (const one of list) {
          for (const { collector, registry, clock } of [plain, batched]) {
            await perform(one as Step, collector, registry, clock);
          }
          if (one.do === 'read' || one.do === 'flush') {
            assert.deepEqual(values(batched.registry.snapshot()), values(plain.registry.snapshot()));
          }
        }
        assert.deepEqual(values(batched.registry.snapshot()), values(plain.registry.snapshot()));
        assert.deepEqual(batched.registry.droppedRecords(), plain.registry.droppedRecords());
        assert.deepEqual(batched.collector.droppedRecords(), plain.collector.droppedRecords());
      }),
    );
  });

  it('counts sampled events exactly after each full stride, and otherwise to within one', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 50 }),
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 1, max: 300 }),
        (stride, chances, events) => {
          let next = 0;
          const clock = new ManualClock(() => chances[next++ % chances.length]!);
          const sampling = { plain_total: 1 / stride, wait_seconds: 1 / stride };
          const made = make({ sampling, clock });
          for (let i = 1; i <= events; i++) {
            made.collector.increment('plain_total');
            made.collector.observe('wait_seconds', 0.5);
            const total = value(made, 'plain_total') as number;
            const [count, , , sum] = value(made, 'wait_seconds') as number[];
            assert.ok(Math.abs(total - i) < stride && Math.abs(count! - i) < stride, `${total} and ${count} of ${i}`);
            assert.equal(sum, count! / 2);
            if (i % stride === 0) assert.deepEqual([total, count], [i, i]);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it('counts labels that alternate in step with the stride by their share', () => {
    const clock = new ManualClock();
    const made = make({ sampling: { votes_total: 0.1 }, clock });
    const events = 40_000;
    for (let i = 0; i < events; i++) {
      made.collector.increment('votes_total', { labels: { type: i % 10 < 7 ? 'commit' : 'prepare' } });
    }
    const commit = value(made, 'votes_total{type=commit}') as number;
    const prepare = value(made, 'votes_total{type=prepare}') as number;
    assert.equal(commit + prepare, events);
    // 4,000 draws with a chance of 0.7: the standard deviation is 29 draws of ten events.
    assert.ok(Math.abs(commit - 0.7 * events) < 5 * 290, `${commit}`);
  });

  it('samples timings whole, and does every operation', () => {
    const made = make({ sampling: { wait_seconds: 0.25 } });
    let calls = 0;
    for (let i = 0; i < 40; i++) made.collector.time('wait_seconds', undefined, () => calls++);
    assert.equal(calls, 40);
    assert.deepEqual(value(made, 'wait_seconds'), [40, 0, 0, 0]);
    for (let i = 0; i < 40; i++) made.collector.startTimer('wait_seconds')();
    assert.deepEqual(value(made, 'wait_seconds'), [80, 0, 0, 0]);
  });

  const evil = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true }),
    fc.constant(Symbol('evil')),
    fc.constantFrom(...METRICS, 'height', 'sync_state', 'build_info', 'verify_seconds', '__proto__'),
    fc.constant(
      new Proxy(
        {},
        {
          get: () => {
            throw new Error('get');
          },
          ownKeys: () => {
            throw new Error('keys');
          },
          has: (_target, key) => {
            if (typeof key === 'string') throw new Error('has');
            return false;
          },
        },
      ),
    ),
    fc.constant({
      get labels(): never {
        throw new Error('labels');
      },
    }),
    fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -1, 2 ** 60, -0),
  );

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(evil, evil, evil), { maxLength: 20 }), fc.boolean(), (calls, isBatched) => {
        const options = isBatched ? { batch: { maxRecords: 2 } } : { maxMemoryBytes: 60 * ESTIMATED_BYTES_PER_SERIES };
        const { collector, registry } = make({ ...options, sampling: { peers_total: 0.5 } });
        for (const [a, b, c] of calls as [never, never, never][]) {
          collector.increment(a, b);
          collector.set(a, b, c);
          collector.add(a, b, c);
          collector.observe(a, b, c);
          collector.record(a);
          collector.record({ name: a, value: b, labels: c, type: 'gauge' });
          collector.recordAll(a, b);
          collector.recordAll({ [METRICS[0]]: a, height: b }, c);
          collector.startTimer(a, b)(c);
          assert.equal(
            collector.time(a, b, () => 7, c),
            7,
          );
          const handle = collector.handle(a, b);
          handle.increment(b);
          handle.add(b);
          handle.set(b);
          handle.observe(b);
          handle.startTimer()();
        }
        registry.snapshot();
      }),
      { numRuns: 300 },
    );
  });
});

interface Step {
  readonly do: string;
  readonly metric?: string;
  readonly label?: number;
  readonly amount?: number;
  readonly ms?: number;
}

async function perform(step: Step, collector: MetricsCollector, registry: Registry, clock: ManualClock): Promise<void> {
  const { metric = '', label = 0, amount = 0 } = step;
  switch (step.do) {
    case 'record':
      recordOne(collector, metric, label, amount);
      break;
    case 'flush':
      await collector.flush();
      break;
    case 'read':
      registry.snapshot();
      break;
    case 'on':
      collector.enable();
      break;
    case 'off':
      collector.disable();
      break;
    case 'sectionOn':
      collector.section('peers').enable();
      break;
    case 'sectionOff':
      collector.section('peers').disable();
      break;
    default:
      clock.advance(step.ms ?? 0);
  }
}

/** A label of 4 is one that a closed label refuses. */
function recordOne(collector: MetricsCollector, metric: string, label: number, amount: number): void {
  const type = ['prepare', 'commit', 'prepare', 'commit', 'nothing'][label]!;
  switch (metric) {
    case 'votes_total':
      collector.increment(metric, { by: amount, labels: { type } });
      break;
    case 'peers_total':
      collector.add(metric, amount, { peer: `p${label}` });
      break;
    case 'apply_seconds':
      collector.observe(metric, amount / 4, { stage: `s${label}`, outcome: 'ok' });
      break;
    case 'peer_height':
      collector.set(metric, amount, { peer: `p${label}` });
      break;
    default:
      collector.increment(metric, { by: amount });
  }
}
