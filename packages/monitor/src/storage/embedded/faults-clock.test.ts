import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { SteadyClock } from '../../model/clock.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import type { LocalStore } from '../interface.ts';
import { JUMP_MAX_MS, SETTLED_AFTER_MS } from '../retention-clock.ts';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import { openEmbeddedStore } from './open.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const START_MS = 1_700_000_000_000;
const RETENTION_MS = 30 * DAY_MS;
const LABELS = [labelsFromRecord({ __name__: 'm' })];

describe('a store whose clock jumps', () => {
  let directory: string;
  let store: LocalStore;
  let clock: SteadyClock;
  /** What the system's clock says, and the time that goes by whatever is done to it. */
  let wallMs: number;
  let monotonicMs: number;

  const open = async (headAgeMaxMs = 0) => {
    clock = new SteadyClock({ wallMs: () => wallMs, monotonicMs: () => monotonicMs });
    store = await openEmbeddedStore({
      directory,
      retentionMs: RETENTION_MS,
      durability: 'normal',
      clock,
      monotonicMs: () => monotonicMs,
      packer: new InlinePacker(),
      limits: { headAgeMaxMs },
    });
  };
  const restart = async () => {
    await store.close();
    await open();
  };
  const pass = (elapsedMs: number) => {
    wallMs += elapsedMs;
    monotonicMs += elapsedMs;
  };
  /** As the monitor does it: a sample and a turn of the upkeep every minute. */
  const run = async (elapsedMs: number) => {
    for (let passedMs = 0; passedMs < elapsedMs; passedMs += 60_000) {
      pass(60_000);
      const refs = await store.resolveSeries(LABELS);
      const outcome = await store.append({ refs, timestampsMs: clock.nowMs(), values: Float64Array.of(passedMs) });
      assert.equal(outcome.acceptedSamples, 1);
      await store.maintain(clock.nowMs());
    }
  };
  const times = async () => {
    const found: number[] = [];
    for await (const { timestampsMs } of store.select({ minTimeMs: -1e15, maxTimeMs: 1e15, matchers: [] })) {
      found.push(...timestampsMs);
    }
    return found;
  };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'chainpulse-clock-'));
    wallMs = START_MS;
    monotonicMs = 5000;
    await open();
    await run(10 * 60_000);
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  for (const [name, jumpMs] of [
    ['a day', DAY_MS],
    ['forty days', 40 * DAY_MS],
    ['ten years', 3650 * DAY_MS],
  ] as const) {
    it(`keeps its history when the clock is ${name} ahead for a minute`, async () => {
      const before = await times();
      wallMs += jumpMs;
      await run(60_000);
      assert.deepEqual((await times()).slice(0, before.length), before);
      wallMs -= jumpMs;
      await run(2 * HOUR_MS);
      assert.deepEqual((await times()).slice(0, before.length), before);
      await restart();
      await run(60_000);
      assert.deepEqual((await times()).slice(0, before.length), before);
    });
  }

  it('gives samples their right times again when a jump is taken back, and goes on with its upkeep', async () => {
    await store.close();
    await open(5 * 60_000);
    await run(60_000);
    wallMs += DAY_MS;
    await run(60_000);
    wallMs -= DAY_MS;
    const backMs = wallMs;
    await run(HOUR_MS);
    const found = await times();
    const right = found.filter((timeMs) => timeMs <= wallMs);
    assert.equal(found.length - right.length, 1, 'what was collected meanwhile keeps the time that it was given');
    assert.deepEqual(
      right.slice(-60),
      Array.from({ length: 60 }, (_, minute) => backMs + (minute + 1) * 60_000),
    );
    assert.ok(store.stats().headSamples <= 6, `${store.stats().headSamples} samples are not sealed`);
    await restart();
    assert.deepEqual(await times(), found);
  });

  it('keeps its history when it is started while the clock is forty days ahead, and that is mended', async () => {
    const before = await times();
    wallMs += 40 * DAY_MS;
    await restart();
    assert.deepEqual(await times(), before);
    await run(SETTLED_AFTER_MS - 120_000);
    wallMs -= 40 * DAY_MS;
    await run(HOUR_MS);
    assert.deepEqual((await times()).slice(0, before.length), before);
  });

  it('deletes what is too old when the clock stays where it jumped to, as after a long stop or a suspension', async () => {
    const before = await times();
    wallMs += 40 * DAY_MS;
    await run(SETTLED_AFTER_MS - 60_000);
    assert.deepEqual((await times()).slice(0, before.length), before);
    await run(120_000);
    assert.equal((await times())[0]! - START_MS > 39 * DAY_MS, true);
    await store.close();
    wallMs += 40 * DAY_MS;
    await open();
    await run(SETTLED_AFTER_MS + 120_000);
    assert.equal((await times())[0]! - START_MS > 79 * DAY_MS, true);
  });

  it('takes a clock that jumps on and on for one that is not to be believed', async () => {
    const before = await times();
    for (let jump = 0; jump < 30; jump++) {
      wallMs += 2 * DAY_MS;
      await run(60_000);
    }
    assert.deepEqual((await times()).slice(0, before.length), before);
  });

  it('follows a clock that is a little off at once, and time itself', async () => {
    wallMs += JUMP_MAX_MS - 120_000;
    await run(60_000);
    for (let day = 0; day < 31; day++) {
      pass(DAY_MS);
      await run(60_000);
    }
    assert.ok((await times())[0]! > START_MS + HOUR_MS);
  });

  it('goes on in order when the clock is set back by an hour', async () => {
    wallMs -= HOUR_MS;
    await run(30 * 60_000);
    const found = await times();
    assert.equal(found.length, 40);
    assert.ok(found.every((timeMs, at) => at === 0 || timeMs > found[at - 1]!));
    // A process that starts then may write earlier times: they take their place.
    await restart();
    await run(5 * 60_000);
    const all = await times();
    assert.equal(all.length, 45);
    assert.ok(all.every((timeMs, at) => at === 0 || timeMs > all[at - 1]!));
  });
});

it('believes a clock that cannot jump, such as that of a replay at a thousand times the speed', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-clock-'));
  let nowMs = START_MS;
  const store = await openEmbeddedStore({
    directory,
    retentionMs: DAY_MS,
    durability: 'normal',
    clock: { nowMs: () => nowMs },
    packer: new InlinePacker(),
    limits: { headAgeMaxMs: 0 },
  });
  const refs = await store.resolveSeries(LABELS);
  await store.append({ refs, timestampsMs: nowMs, values: Float64Array.of(1) });
  await store.maintain(nowMs);
  nowMs += 2 * DAY_MS;
  await store.maintain(nowMs);
  assert.equal(store.stats().chunks, 0);
  await store.close();
  await rm(directory, { recursive: true });
});
