import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { bounded, InstrumentError, type MergeMode, Registry, renderText } from '../../index.ts';
import { joinRegistry } from './join-registry.ts';
import { LocalMemory } from './local-memory.ts';
import { type SharedRegistry, shareRegistry } from './share-registry.ts';
import { newStampBuffer } from './stamps.ts';
import type { Operation } from './testing/recording-worker.ts';

const WORKER = new URL('./testing/recording-worker.ts', import.meta.url);
const help = 'Measured.';
const workers = new Set<Worker>();

after(async () => {
  for (const worker of workers) await worker.terminate();
});

async function start(shared: SharedRegistry): Promise<Worker> {
  const worker = new Worker(WORKER, shared.workerOptions());
  workers.add(worker);
  await once(worker, 'online');
  return worker;
}

async function record(worker: Worker, operations: readonly Operation[]): Promise<void> {
  worker.postMessage(operations);
  await once(worker, 'message');
}

async function end(worker: Worker): Promise<void> {
  workers.delete(worker);
  const exited = once(worker, 'exit');
  worker.postMessage('exit');
  await exited;
}

function page(shared: SharedRegistry): Map<string, number> {
  const lines = renderText(shared.registry).split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line): [string, number] => [
        line.slice(0, line.lastIndexOf(' ')),
        Number(line.slice(line.lastIndexOf(' '))),
      ]),
  );
}

describe('a registry across threads', () => {
  it('adds up what all of them count, with label sets that only some have seen', async () => {
    const shared = shareRegistry();
    const own = shared.registry.counter({ name: 'records_total', help, labels: { peer: bounded(50) } });
    own.inc({ peer: 'a' }, 1);
    const [first, second] = await Promise.all([start(shared), start(shared)]);
    await record(first, [
      { kind: 'count', peer: 'a', value: 10 },
      { kind: 'observe', peer: 'a', value: 50 },
      { kind: 'native', peer: 'a', value: 4 },
    ]);
    await record(second, [
      { kind: 'count', peer: 'a', value: 100 },
      { kind: 'count', peer: 'b', value: 7 },
      { kind: 'observe', peer: 'a', value: 5 },
      { kind: 'native', peer: 'a', value: 16 },
    ]);
    const samples = page(shared);
    assert.equal(samples.get('records_total{peer="a"}'), 111);
    assert.equal(samples.get('records_total{peer="b"}'), 7);
    assert.equal(samples.get('sizes_bucket{le="10",peer="a"}'), 1);
    assert.equal(samples.get('sizes_bucket{le="100",peer="a"}'), 2);
    assert.equal(samples.get('sizes_sum{peer="a"}'), 55);
    assert.equal(samples.get('times_count{peer="a"}'), 2);
    assert.equal(samples.get('times_bucket{le="4",peer="a"}'), 1);
    assert.equal(samples.get('times_sum{peer="a"}'), 20);
    // Nobody has to be asked twice for what is new.
    await record(first, [{ kind: 'count', peer: 'new', value: 3 }]);
    assert.equal(page(shared).get('records_total{peer="new"}'), 3);
    assert.equal(shared.threadCount(), 2);
    assert.deepEqual([...shared.registry.conflicts], []);
  });

  it('merges gauges by their mode', async () => {
    const shared = shareRegistry();
    const own = (['sum', 'last', 'max', 'min'] as const).map((merge: MergeMode) =>
      shared.registry.gauge({ name: `gauge_${merge}`, help, labels: { peer: bounded(50) }, merge }),
    );
    const worker = await start(shared);
    for (const gauge of own) gauge.set({ peer: 'a' }, 5);
    await record(worker, [{ kind: 'set', peer: 'a', value: 3 }]);
    const values = () => ['sum', 'last', 'max', 'min'].map((mode) => page(shared).get(`gauge_${mode}{peer="a"}`));
    assert.deepEqual(values(), [8, 3, 5, 3]);
    for (const gauge of own) gauge.handle({ peer: 'a' }).set(4);
    assert.deepEqual(values(), [7, 4, 4, 3]);
  });

  it('runs the callbacks of a thread there, and leaves what is computed from everything to who sees everything', async () => {
    const shared = shareRegistry();
    await start(shared);
    for (let i = 0; i < 200 && !((page(shared).get('collections_total') ?? 0) > 2); i++) await setTimeout(5);
    assert.ok(page(shared).get('collections_total')! > 2);
    assert.equal(page(shared).get('derived'), undefined);
    shared.registry.gauge({ name: 'derived', help }).set(7);
    assert.equal(page(shared).get('derived'), 7);
  });

  it('keeps the totals of threads that ended, and the gauges that say what was known last', async () => {
    const shared = shareRegistry();
    for (let round = 1; round <= 3; round++) {
      const worker = await start(shared);
      await record(worker, [
        { kind: 'count', peer: 'a', value: 10 },
        { kind: 'observe', peer: 'a', value: 50 },
        { kind: 'set', peer: 'a', value: round },
      ]);
      await end(worker);
      // The end of a thread is seen a moment after it.
      for (let i = 0; i < 100 && shared.threadCount() > 0; i++) await setTimeout(5);
      const samples = page(shared);
      assert.equal(shared.threadCount(), 0);
      assert.equal(samples.get('records_total{peer="a"}'), 10 * round);
      assert.equal(samples.get('sizes_count{peer="a"}'), round);
      assert.equal(samples.get('gauge_last{peer="a"}'), round);
      assert.equal(samples.get('gauge_sum{peer="a"}'), undefined);
    }
  });

  it('loses nothing of a thread that is terminated before anybody looked', async () => {
    const shared = shareRegistry();
    const worker = await start(shared);
    await record(
      worker,
      Array.from({ length: 60 }, (_, i) => ({ kind: 'count', peer: `p${i % 40}`, value: 1 })),
    );
    workers.delete(worker);
    await worker.terminate();
    await setTimeout(20);
    let total = 0;
    for (const [name, value] of page(shared)) if (name.startsWith('records_total')) total += value;
    assert.equal(total, 60);
  });

  it('begins its log anew when series come and go, and loses none that are alive', async () => {
    const shared = shareRegistry();
    const worker = await start(shared);
    await record(worker, [{ kind: 'count', peer: 'stays', value: 5 }]);
    for (let round = 0; round < 4; round++) {
      const churn = Array.from({ length: 3000 }, (_, i): Operation[] => [
        { kind: 'count', peer: `${round}-${i}`, value: 1 },
        { kind: 'remove', peer: `${round}-${i}`, value: 0 },
      ]);
      await record(worker, churn.flat());
      if (round === 2) page(shared);
    }
    await record(worker, [{ kind: 'count', peer: 'late', value: 2 }]);
    const records = Array.from(page(shared)).filter(([name]) => name.startsWith('records_total'));
    assert.deepEqual(records, [
      ['records_total{peer="stays"}', 5],
      ['records_total{peer="late"}', 2],
    ]);
  });

  it('shows each series with its own value while others come and go in its place', async () => {
    const shared = shareRegistry();
    const worker = await start(shared);
    const churn = Array.from({ length: 20_000 }, (_, i): Operation[] => [
      { kind: 'count', peer: `${i}`, value: 1000 + i },
      { kind: 'remove', peer: `${i}`, value: 0 },
    ]);
    let isDone = false;
    const done = record(worker, churn.flat()).then(() => {
      isDone = true;
    });
    while (!isDone) {
      const family = shared.registry.snapshot().families.find(({ name }) => name === 'records_total');
      for (const point of family?.points ?? []) {
        assert.ok('value' in point);
        // A series is there a moment before its first record.
        if (point.value !== 0) assert.equal(point.value, 1000 + Number(point.labels[0]?.value));
      }
      await setImmediate();
    }
    await done;
  });

  it('leaves other states alone when one is changed, whichever thread did it', () => {
    const stamps = newStampBuffer();
    const options = { name: 'modes', help, labels: { state: ['a', 'b', 'c'] } } as const;
    const registries = [0, 1].map(() => new Registry({ memory: new LocalMemory(stamps) }));
    const [own, other] = registries.map((registry) => registry.stateSet(options));
    own?.setActive('a', true);
    other?.setActive('b', true);
    registries[0]?.attach({ families: () => registries[1]?.snapshot().families ?? [] });
    const shown = () =>
      registries[0]?.snapshot().families[0]?.points.map((point) => ('value' in point ? point.value : 0));
    assert.deepEqual(shown(), [1, 1, 0]);
    other?.setActive('a', false);
    assert.deepEqual(shown(), [0, 1, 0]);
    own?.set('c');
    assert.deepEqual(shown(), [0, 0, 1]);
  });

  it('is joined once a thread', async () => {
    const shared = shareRegistry();
    const worker = new Worker(new URL('./testing/joining-worker.ts', import.meta.url), shared.workerOptions());
    assert.deepEqual(await once(worker, 'message'), [['joined', 'not_granted']]);
    await worker.terminate();
  });

  it('gives the exact totals of any sequence of records from any number of threads', async () => {
    const shared = shareRegistry();
    const threads = await Promise.all([start(shared), start(shared), start(shared)]);
    let expected = new Map<string, number>();
    const operation = fc.record({
      kind: fc.constantFrom<Operation['kind']>('count', 'observe', 'native'),
      peer: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      value: fc.integer({ min: 0, max: 100_000 }),
    });
    const batches = fc.array(fc.record({ thread: fc.nat({ max: 2 }), operations: fc.array(operation) }), {
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(batches, async (sequence) => {
        const before = new Map(expected);
        for (const { operations } of sequence) {
          for (const { kind, peer, value } of operations) {
            const name = { count: 'records_total', observe: 'sizes_sum', native: 'times_sum' }[kind as 'count'];
            before.set(`${name}{peer="${peer}"}`, (before.get(`${name}{peer="${peer}"}`) ?? 0) + value);
          }
        }
        expected = before;
        await Promise.all(
          threads.map(async (worker, i) => {
            for (const { thread, operations } of sequence) if (thread === i) await record(worker, operations);
          }),
        );
        const samples = page(shared);
        for (const [name, value] of expected) assert.equal(samples.get(name), value, name);
      }),
      { numRuns: 60 },
    );
  });

  it('refuses what cannot take part, with the mend', () => {
    const refused = (code: string, make: () => unknown) =>
      assert.throws(make, (error) => error instanceof InstrumentError && error.code === code);
    refused('not_granted', () => joinRegistry());
    refused('option_invalid', () => shareRegistry().workerOptions({ workerData: 'text' }));
    const shared = shareRegistry();
    for (let i = 0; i < 256; i++) shared.workerOptions();
    refused('thread_limit', () => shared.workerOptions());
  });
});
