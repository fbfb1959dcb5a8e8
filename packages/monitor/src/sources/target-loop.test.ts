import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChainpulseError } from '../model/errors.ts';
import { labelsFromRecord } from '../model/labels.ts';
import {
  CollectionError,
  type CollectionObserver,
  type Collector,
  type SampleSink,
  type TargetStatus,
} from './interface.ts';
import { TargetLoop } from './target-loop.ts';
import { ManualTime } from './testing/manual-time.ts';
import { MemoryAppender } from './testing/memory-appender.ts';

const START_MS = 1_700_000_000_000;
const INTERVAL_MS = 5000;
type Ended = Parameters<CollectionObserver['collectionEnded']>[0];

/** A node whose answers a test decides. */
class ScriptedCollector implements Collector {
  readonly type = 'probe';
  onNews?: () => void;
  startedMs: number[] = [];
  isClosed = false;
  running = 0;
  mostRunning = 0;
  answer: (sink: SampleSink, signal: AbortSignal) => Promise<void> | void = (sink) => {
    sink.add(sink.slotOf(labelsFromRecord({ __name__: 'height' })), this.startedMs.length);
  };
  readonly #time: ManualTime;

  constructor(time: ManualTime) {
    this.#time = time;
  }

  async collect(sink: SampleSink, signal: AbortSignal): Promise<void> {
    this.startedMs.push(this.#time.nowMs());
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    try {
      await this.answer(sink, signal);
    } finally {
      this.running--;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
  }
}

function setUp(id = 'node-1') {
  const time = new ManualTime(START_MS);
  const appender = new MemoryAppender();
  const collector = new ScriptedCollector(time);
  const ended: Ended[] = [];
  const changes: TargetStatus[] = [];
  const loop = new TargetLoop({
    id,
    address: 'http://127.0.0.1:8545/',
    labels: labelsFromRecord({ job: 'evm', instance: id }),
    collector,
    intervalMs: INTERVAL_MS,
    timeoutMs: 4000,
    appender,
    clock: time,
    timers: time,
    observer: { collectionEnded: (event) => ended.push(event) },
    onStatusChange: (status) => changes.push(status),
  });
  const values = (name: string) => appender.valuesOf(`${name}{instance="${id}",job="evm"}`);
  return { time, appender, collector, ended, changes, loop, values };
}

describe('the rhythm', () => {
  test('begins within a second and then keeps the interval, in a phase that a restart keeps', async () => {
    const phases = new Set<number>();
    for (const restartAfterMs of [0, 1234, 4999]) {
      const { time, collector, loop } = setUp();
      await time.advance(restartAfterMs);
      loop.start();
      await time.advance(30_000);
      await loop.stop();
      const [first = 0, ...steady] = collector.startedMs;
      assert.ok(first - START_MS - restartAfterMs < 1000);
      for (const [index, startedMs] of steady.entries()) {
        phases.add(startedMs % INTERVAL_MS);
        if (index > 0) assert.equal(startedMs - steady[index - 1]!, INTERVAL_MS);
      }
      assert.ok(steady[0]! - first >= INTERVAL_MS / 2);
    }
    assert.equal(phases.size, 1);
  });

  test('is spread over the interval for many targets', async () => {
    const tenths = new Map<number, number>();
    for (let target = 0; target < 200; target++) {
      const { time, collector, loop } = setUp(`node-${target}`);
      loop.start();
      await time.advance(9000);
      await loop.stop();
      const tenth = Math.floor((10 * (collector.startedMs.at(-1)! % INTERVAL_MS)) / INTERVAL_MS);
      tenths.set(tenth, (tenths.get(tenth) ?? 0) + 1);
    }
    assert.equal(tenths.size, 10);
    assert.ok(Math.max(...tenths.values()) < 50, String([...tenths]));
  });

  test('skips what is due while a collection runs, and never runs two', async () => {
    const { time, collector, loop } = setUp();
    const hold = Promise.withResolvers<void>();
    collector.answer = () => hold.promise;
    loop.start();
    await time.advance(20_000);
    assert.equal(collector.startedMs.length, 1);
    hold.resolve();
    collector.answer = () => {};
    await time.advance(10_000);
    assert.equal(collector.startedMs.length, 3);
    assert.equal(collector.mostRunning, 1);
    await loop.stop();
  });

  test('is joined by news, at once but no more than four times a second', async () => {
    const { time, collector, loop } = setUp();
    loop.start();
    await time.advance(1000);
    const before = collector.startedMs.length;
    for (let news = 0; news < 100; news++) {
      collector.onNews?.();
      await time.advance(10);
    }
    const spacings = collector.startedMs
      .slice(before)
      .map((startedMs, index) => startedMs - collector.startedMs[before + index - 1]!);
    assert.ok(spacings.length >= 3 && spacings.length <= 6, String(spacings));
    for (const spacingMs of spacings) assert.ok(spacingMs >= 250, String(spacings));
    await loop.stop();
  });
});

describe('a target', () => {
  test('that goes down and comes back says why, and since when', async () => {
    const { time, collector, changes, ended, loop, values } = setUp();
    const { answer } = collector;
    loop.start();
    assert.equal(loop.status().health, 'unknown');
    await time.advance(7000);
    collector.answer = () => {
      throw new CollectionError('refused', 'Connection refused by 127.0.0.1:8545: is the node running?');
    };
    await time.advance(10_000);
    const down = loop.status();
    collector.answer = answer;
    await time.advance(5000);
    assert.deepEqual(
      changes.map(({ health, reason }) => [health, reason]),
      [
        ['up', ''],
        ['down', 'Connection refused by 127.0.0.1:8545: is the node running?'],
        ['up', ''],
      ],
    );
    assert.equal(down.sinceMs, changes[1]?.sinceMs);
    assert.deepEqual(
      ended.map(({ outcome }) => outcome),
      ['ok', 'ok', 'refused', 'refused', 'ok'],
    );
    assert.deepEqual(values('up'), [1, 1, 0, 0, 1]);
    assert.deepEqual(values('height'), [1, 2, 'stale', 5]);
    await loop.stop();
    assert.deepEqual(values('up').at(-1), 'stale');
    assert.deepEqual(values('height').at(-1), 'stale');
    assert.equal(loop.status().health, 'unknown');
    assert.ok(collector.isClosed);
  });

  test('that does not answer in time is down, and its late samples are nobody’s', async () => {
    const { time, collector, ended, loop, values } = setUp();
    let signalled: unknown;
    collector.answer = async (sink, signal) => {
      const given = sink.slotOf(labelsFromRecord({ __name__: 'height' }));
      sink.add(given, 1);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      signalled = signal.reason;
      sink.add(given, 2);
    };
    loop.start();
    await time.advance(6000);
    assert.equal(loop.status().reason, 'No complete answer within 4 s.');
    assert.ok(signalled instanceof CollectionError);
    assert.equal(ended[0]?.outcome, 'timeout');
    assert.equal(ended[0]?.durationSeconds, 4);
    assert.deepEqual(values('up'), [0]);
    assert.deepEqual(values('height'), []);
    await loop.stop();
  });

  test('whose collector breaks is down with what was thrown', async () => {
    const { time, collector, ended, loop } = setUp();
    collector.answer = () => {
      throw new TypeError('x is not a function');
    };
    loop.start();
    await time.advance(1000);
    assert.equal(ended[0]?.outcome, 'other');
    assert.equal(loop.status().reason, 'x is not a function');
    await loop.stop();
  });

  test('that is too large is counted at its limit', async () => {
    const { time, collector, ended, loop } = setUp();
    collector.answer = (sink) => {
      for (let index = 0; index < 7; index++) sink.add(sink.slotOf(labelsFromRecord({ __name__: `m${index}` })), 1);
      throw new CollectionError('too_large', 'more than 6 samples');
    };
    loop.start();
    await time.advance(1000);
    assert.equal(ended[0]?.rejectedSamples.body_limit, 7);
    assert.equal(ended[0]?.outcome, 'too_large');
    await loop.stop();
  });

  test('goes on while the store fails, and the status says so', async () => {
    const { time, appender, ended, loop, values } = setUp();
    appender.failure = new ChainpulseError('storage_full', 'The disk is full.');
    loop.start();
    await time.advance(7000);
    assert.equal(loop.status().health, 'unknown');
    assert.match(loop.status().reason, /could not be stored; every collection tries again: The disk is full\./);
    assert.ok(
      ended.length > 1 && ended.every(({ outcome, acceptedSamples }) => outcome === 'other' && acceptedSamples === 0),
    );
    appender.failure = undefined;
    await time.advance(5000);
    assert.equal(loop.status().health, 'up');
    assert.deepEqual(values('up'), [1]);
    await loop.stop();
  });
});

describe('stop', () => {
  test('calls off the collection that runs, which is not stored', async () => {
    const { time, collector, ended, loop } = setUp();
    collector.answer = (_, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    loop.start();
    await time.advance(1000);
    await loop.stop();
    assert.equal(collector.running, 0);
    assert.equal(ended.length, 0);
    assert.ok(collector.isClosed);
  });

  test('waits a second, no more, for a collector that does not heed its signal', async () => {
    const { time, collector, loop } = setUp();
    collector.answer = () => new Promise(() => {});
    loop.start();
    await time.advance(1000);
    let isStopped = false;
    const stopping = loop.stop().then(() => {
      isStopped = true;
    });
    await time.advance(999);
    assert.equal(isStopped, false);
    await time.advance(1);
    assert.equal(isStopped, true);
    await stopping;
  });

  test('before the start, and twice, does nothing', async () => {
    const { time, appender, collector, loop } = setUp();
    await loop.stop();
    loop.start();
    await time.advance(1000);
    await loop.stop();
    const batches = appender.batches.length;
    await loop.stop();
    loop.start();
    await time.advance(60_000);
    assert.equal(appender.batches.length, batches);
    assert.equal(collector.startedMs.length, 1);
  });
});
