import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FeedEvent, LiveFeed, type Timers } from './live-feed.ts';

/** Timers that run when they are told to. */
class ManualTimers implements Timers {
  readonly #due = new Set<() => void>();

  after(_delayMs: number, run: () => void): () => void {
    this.#due.add(run);
    return () => this.#due.delete(run);
  }

  elapse(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const run of due) run();
  }
}

function follow(feed: LiveFeed, answer: 'taken' | 'behind' = 'taken') {
  const events: FeedEvent[] = [];
  const ends: string[] = [];
  const unsubscribe = feed.subscribe({
    deliver: (event) => {
      events.push(event);
      return answer;
    },
    ended: () => ends.push('ended'),
  });
  return { events, ends, unsubscribe };
}

test('the first commit goes out at once, those that follow together after the interval', () => {
  const timers = new ManualTimers();
  const feed = new LiveFeed({ timers });
  const { events } = follow(feed);
  feed.publishCommit({ timeMs: 10, samples: 1 });
  feed.publishCommit({ timeMs: 30, samples: 2 });
  feed.publishCommit({ timeMs: 20, samples: 4 });
  assert.deepEqual(events, [{ kind: 'commit', timeMs: 10, samples: 1 }]);
  timers.elapse();
  assert.deepEqual(events.slice(1), [{ kind: 'commit', timeMs: 30, samples: 6 }]);
  timers.elapse();
  timers.elapse();
  assert.equal(events.length, 2);
  feed.publishCommit({ timeMs: 40, samples: 0 });
  assert.deepEqual(events[2], { kind: 'commit', timeMs: 40, samples: 0 });
});

test('many changes of targets are two events', () => {
  const timers = new ManualTimers();
  const feed = new LiveFeed({ timers });
  const { events } = follow(feed);
  for (let change = 0; change < 1000; change++) feed.publishTargets();
  timers.elapse();
  assert.deepEqual(events, [{ kind: 'targets' }, { kind: 'targets' }]);
});

test('many changes of alerts are two events, whatever else is told', () => {
  const timers = new ManualTimers();
  const feed = new LiveFeed({ timers });
  const { events } = follow(feed);
  feed.publishTargets();
  for (let change = 0; change < 1000; change++) feed.publishAlerts();
  timers.elapse();
  assert.deepEqual(events, [{ kind: 'targets' }, { kind: 'alerts' }, { kind: 'alerts' }]);
});

test('a subscriber that is behind is dropped and counted, the others go on', () => {
  const feed = new LiveFeed({ timers: new ManualTimers() });
  const slow = follow(feed, 'behind');
  const quick = follow(feed);
  feed.publishTargets();
  feed.publishCommit({ timeMs: 1, samples: 1 });
  assert.deepEqual(slow.ends, ['ended']);
  assert.equal(slow.events.length, 1);
  assert.equal(quick.events.length, 2);
  assert.equal(feed.droppedTotal, 1);
  assert.equal(feed.subscriberCount, 1);
});

test('more subscribers than the bound are refused and counted; who leaves makes room', () => {
  const feed = new LiveFeed({ maxSubscribers: 1 });
  const first = follow(feed);
  assert.equal(follow(feed).unsubscribe, undefined);
  assert.equal(feed.refusedTotal, 1);
  first.unsubscribe?.();
  assert.notEqual(follow(feed).unsubscribe, undefined);
  feed.close();
});

test('closing ends every subscription and what is bundled goes nowhere', () => {
  const timers = new ManualTimers();
  const feed = new LiveFeed({ timers });
  const { events, ends } = follow(feed);
  feed.publishTargets();
  feed.publishTargets();
  feed.close();
  timers.elapse();
  feed.publishTargets();
  assert.equal(events.length, 1);
  assert.deepEqual(ends, ['ended']);
  assert.equal(follow(feed).unsubscribe, undefined);
});
