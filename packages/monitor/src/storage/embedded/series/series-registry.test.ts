import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { type Labels, labelsFromRecord, labelValue } from '../../../model/labels.ts';
import type { Matcher } from '../../../model/matcher.ts';
import { packSeries } from '../../../model/packed-series.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { Pace } from '../../sqlite/pacing.ts';
import { StateTable } from '../../sqlite/state-table.ts';
import { DEFAULT_STORE_LIMITS } from '../limits.ts';
import type { LostSegment } from './cold-series.ts';
import type { SeriesLimits } from './resolver.ts';
import { SeriesRegistry } from './series-registry.ts';
import { SeriesDatabase } from './testing/series-database.ts';

const ALL_TIME = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };
const open = () => {};

describe('the series registry', () => {
  let file: SeriesDatabase;
  let lost: LostSegment[];

  beforeEach(() => {
    file = new SeriesDatabase();
    lost = [];
  });
  afterEach(() => file.delete());

  function load(limits: Partial<SeriesLimits> = {}): SeriesRegistry {
    const { database } = file;
    const all = { ...DEFAULT_STORE_LIMITS, ...limits };
    return new SeriesRegistry(database, all, new StateTable(database), (segment) => lost.push(segment));
  }

  function reload(): SeriesRegistry {
    file.reopen();
    return load();
  }

  /** Series that were resolved and got a sample at this time. */
  async function loadWith(series: readonly Labels[], timeMs = 1000): Promise<SeriesRegistry> {
    const registry = load();
    for (const ref of await registry.resolve(series, open)) registry.latestMs[registry.slotOf(ref)] = timeMs;
    return registry;
  }

  async function refsOf(registry: SeriesRegistry, matchers: readonly Matcher[] = [], range = ALL_TIME) {
    return (await registry.select(matchers, range, new Pace())).flatMap(({ refs }) => refs);
  }

  function damage(table: 'series_segments' | 'series_data', column: string): void {
    const rows = file.database.prepare(`SELECT id, ${column} AS blob FROM ${table}`).all();
    for (const { id, blob } of rows) {
      const bytes = Uint8Array.from(blob as Uint8Array);
      bytes[bytes.length - 1]! ^= 1;
      file.database.prepare(`UPDATE ${table} SET ${column} = ? WHERE id = ?`).run(bytes, id as number);
    }
  }

  it('gives the same reference for the same labels, packed or not, however often they are asked for at once', async () => {
    const registry = load();
    const series = [...numbered(1500), ...numbered(3), labelsFromRecord({}), labelsFromRecord({})];
    const refs = await registry.resolve(series, open);
    assert.deepEqual(
      [...refs.subarray(0, 1500)],
      Array.from({ length: 1500 }, (_, at) => at + 1),
    );
    assert.deepEqual([...refs.subarray(1500)], [1, 2, 3, 1501, 1501]);
    assert.deepEqual(await registry.resolvePacked(packSeries(series), open), refs);
    assert.deepEqual(await reload().resolve(series, open), refs);
  });

  it('gives calls that run at once the same references', async () => {
    const registry = load();
    const series = numbered(3000);
    const backwards = series.toReversed();
    const [one, other] = await Promise.all([registry.resolve(series, open), registry.resolve(backwards, open)]);
    assert.deepEqual(one, other.toReversed());
    assert.equal(registry.hotCount, 3000);
  });

  it('refuses series that are over a limit, with reference 0', async () => {
    const limits = { seriesMax: 3, labelsPerSeriesMax: 2, labelNameLengthMax: 4, labelValueLengthMax: 5 };
    const registry = load(limits);
    const asked = [
      { a: '1', b: '1', c: '1' },
      { toolong: '1' },
      { long: 'toolong' },
      { fine: '12345' },
      { one: '1' },
      { two: '2' },
      { over: '1' },
      { one: '1' },
    ];
    const refs = await registry.resolve(asked.map(labelsFromRecord), open);
    assert.deepEqual([...refs], [0, 0, 0, 1, 2, 3, 0, 2]);
    await registry.remove(Uint32Array.of(2), open);
    assert.deepEqual([...(await registry.resolve([labelsFromRecord({ over: '1' })], open))], [4]);
  });

  it('never uses a reference again, also when all series are deleted before a restart', async () => {
    let registry = await loadWith(numbered(5));
    await registry.remove(Uint32Array.of(1, 2, 3, 4, 5), open);
    assert.equal(registry.sizeBytes(), 0);
    registry = reload();
    assert.deepEqual([...(await registry.resolve(numbered(1), open))], [6]);
  });

  it('keeps nothing of a resolve that the disk refused, and goes on when there is room', async () => {
    const registry = await loadWith(numbered(10));
    const pages = Number(file.database.prepare('PRAGMA page_count').get()!['page_count']);
    file.database.prepare(`PRAGMA max_page_count = ${pages}`).get();
    const long = Array.from({ length: 400 }, (_, at) => labelsFromRecord({ x: hash('sha512', String(at)) }));
    await assert.rejects(registry.resolve(long, open), /full/);
    assert.equal(registry.hotCount, 10);
    assert.deepEqual(await registry.labelNames([], ALL_TIME, () => true, new Pace()), new Set(['__name__', 'n']));
    file.database.prepare('PRAGMA max_page_count = 1000000').get();
    assert.equal((await registry.resolve(long, open))[399], 410);
    assert.equal(reload().hotCount, 410);
  });

  it('loses no series and doubles none when it stops between two pieces of work', async () => {
    const series = numbered(30_000);
    const all = Array.from(series, (_, at) => at + 1);
    let registry = await loadWith(series);
    const stop = () => {
      throw new Error('stopped');
    };
    const slots = [...registry.slots()];
    await assert.rejects(registry.coolDown(slots, stop), /stopped/);
    const check = async () => {
      assert.deepEqual(await refsOf(registry), all);
      assert.equal(registry.hotCount + registry.coldCount, all.length);
    };
    assert.ok(registry.coldCount > 0 && registry.hotCount > 0);
    await check();
    registry = reload();
    assert.ok(registry.coldCount > 0 && registry.hotCount > 0);
    await check();

    const gone = Uint32Array.from(all.splice(5000, 20_000));
    await assert.rejects(registry.remove(gone, stop), /stopped/);
    registry = reload();
    const left = await refsOf(registry);
    assert.equal(new Set(left).size, left.length);
    assert.ok(left.length > all.length && left.length < 30_000);
    await registry.remove(gone, open);
    registry = reload();
    await check();

    const more = numbered(60_000).slice(30_000);
    await assert.rejects(registry.resolve(more, stop), /stopped/);
    registry = reload();
    const known = registry.hotCount;
    const refs = await registry.resolve(more, open);
    assert.ok(known < registry.hotCount);
    assert.equal(new Set(refs).size, more.length);
  });

  it('leaves out of a cooling what got a sample meanwhile, or may not leave', async () => {
    const registry = await loadWith(numbered(4));
    const slots = [1, 2, 3, 4].map((ref) => registry.slotOf(ref));
    const cooling = registry.coolDown(slots, open, (slot) => slot !== slots[2]);
    await cooling;
    assert.deepEqual(
      [1, 2, 3, 4].map((ref) => registry.slotOf(ref) >= 0),
      [false, false, true, false],
    );
  });

  it('gives a series that comes back a new reference, and both when it is selected', async () => {
    let registry = await loadWith(numbered(3), 1000);
    await registry.coolDown([registry.slotOf(2)], open);
    assert.deepEqual([...(await registry.resolve(numbered(3), open))], [1, 4, 3]);
    registry.latestMs[registry.slotOf(4)] = 5000;
    const matchers = [{ name: 'n', operator: '=' as const, value: '1' }];
    assert.deepEqual(await registry.select(matchers, ALL_TIME, new Pace()), [{ labels: numbered(2)[1], refs: [2, 4] }]);
    assert.deepEqual(await refsOf(registry, matchers, { minTimeMs: 1001, maxTimeMs: 9000 }), [4]);
    registry = reload();
    assert.deepEqual(await refsOf(registry, matchers), [2, 4]);
  });

  it('does not read segments whose series all ended before the range', async () => {
    let registry = await loadWith(numbered(3), 1000);
    await registry.coolDown([...registry.slots()], open);
    damage('series_data', 'data');
    registry = reload();
    assert.deepEqual(await refsOf(registry, [], { minTimeMs: 1001, maxTimeMs: 2000 }), []);
    assert.deepEqual(lost, []);
  });

  it('says what is lost of a damaged cold segment, and answers the rest', async () => {
    let registry = await loadWith(numbered(3), 1000);
    await registry.coolDown([registry.slotOf(1), registry.slotOf(2)], open);
    // The hot segment is written again, so that it comes after the damage.
    damage('series_data', 'data');
    file.database.prepare('DELETE FROM series_data WHERE id = (SELECT min(id) FROM series_data)').run();
    file.database.prepare('DELETE FROM series_segments WHERE id = (SELECT min(id) FROM series_segments)').run();
    registry = reload();
    const [ref] = await registry.resolve([labelsFromRecord({ other: 'x' })], open);
    assert.deepEqual(await refsOf(registry), [ref]);
    const expected = { id: lost[0]!.id, series: 2, latestMs: 1000, damage: lost[0]!.damage };
    assert.deepEqual(lost, [expected]);
    assert.match(expected.damage, /checksum of series 2 is wrong/);
    assert.deepEqual(registry.lostSince(1000), [expected]);
    assert.deepEqual(registry.lostSince(1001), []);
    while (registry.consolidate());
    assert.equal(registry.coldCount, 2);
    assert.deepEqual(await refsOf(registry), [ref]);
    assert.equal(lost.length, 1, 'it is told once');
    assert.equal(registry.removeCold(1001), false);
    assert.equal(registry.coldCount, 0);
    assert.deepEqual(registry.lostSince(0), []);
  });

  it('finds damaged cold segments when it verifies, one a step', async () => {
    let registry = await loadWith(numbered(2), 1000);
    await registry.coolDown([registry.slotOf(1)], open);
    await registry.coolDown([registry.slotOf(2)], open);
    damage('series_data', 'data');
    registry = reload();
    for (const _ of registry.verify());
    assert.deepEqual(
      lost.map(({ series }) => series),
      [1, 1],
    );
  });

  it('refuses to load what is damaged of hot series and of directories', async () => {
    await loadWith(numbered(3));
    damage('series_data', 'data');
    assert.throws(() => load(), DamagedBytes);
    damage('series_data', 'data');
    damage('series_segments', 'directory');
    assert.throws(() => load(), DamagedBytes);
    damage('series_segments', 'directory');
    assert.equal(load().hotCount, 3);
    file.database.prepare('DELETE FROM series_data').run();
    assert.throws(() => load(), DamagedBytes);
  });

  it('finds cold series whose segments are consolidated in the middle of the search', async () => {
    let registry = await loadWith(numbered(40), 1000);
    for (let ref = 1; ref <= 40; ref++) await registry.coolDown([registry.slotOf(ref)], open);
    registry = reload();
    for (let restsBefore = 0; restsBefore < 6; restsBefore++) {
      let rests = 0;
      const rest = async () => {
        if (rests++ === restsBefore) registry.consolidate();
      };
      const found = await registry.select([], ALL_TIME, { isOver: () => true, rest });
      assert.equal(found.length, 40);
      assert.deepEqual(lost, []);
    }
  });

  it('makes few segments of many, and they take less', async () => {
    let registry = load();
    for (const series of numbered(200)) await registry.resolve([series], open);
    const before = registry.sizeBytes();
    while (registry.consolidate());
    assert.ok(registry.sizeBytes() < before / 10);
    const segments = file.database.prepare('SELECT count(*) AS count FROM series_data').get()!['count'] as number;
    assert.ok(segments <= 8, `${segments} segments`);
    registry = reload();
    assert.deepEqual(
      await refsOf(registry),
      Array.from({ length: 200 }, (_, at) => at + 1),
    );
  });

  it('forgets series past the retention when cold segments are consolidated', async () => {
    const registry = await loadWith(numbered(20), 1000);
    for (let ref = 6; ref <= 20; ref++) registry.latestMs[registry.slotOf(ref)] = 9000;
    await registry.coolDown([...registry.slots()].slice(0, 10), open);
    await registry.coolDown([...registry.slots()], open);
    registry.removeCold(5000);
    while (registry.consolidate());
    assert.deepEqual(
      await refsOf(registry),
      Array.from({ length: 15 }, (_, at) => at + 6),
    );
  });

  it('keeps series whose history came later and is older than all that there was', async () => {
    const registry = await loadWith(numbered(10), 9000);
    await registry.coolDown([...registry.slots()], open);
    registry.removeCold(9000);
    for (const ref of await registry.resolve(numbered(20).slice(10), open)) {
      registry.latestMs[registry.slotOf(ref)] = 1000;
    }
    await registry.coolDown([...registry.slots()], open);
    while (registry.consolidate());
    assert.deepEqual(
      await refsOf(registry),
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
  });

  it('asks for a sample only where it would tell something new', async () => {
    const registry = await loadWith(numbered(1000));
    await registry.coolDown([...registry.slots()].slice(0, 100), open);
    let asked = 0;
    const hasSample = () => ++asked > 0;
    const values = await registry.labelValues('__name__', [], ALL_TIME, hasSample, new Pace());
    assert.deepEqual(values, new Set(['m']));
    assert.equal(asked, 1);
    const matchers = [[{ name: '__name__', operator: '=' as const, value: 'm' }]];
    await registry.labelValues('__name__', matchers, ALL_TIME, hasSample, new Pace());
    await registry.labelNames([], ALL_TIME, hasSample, new Pace());
    assert.equal(asked, 3);
    const odd = (ref: number) => ref % 2 === 1;
    const oddValues = await registry.labelValues('n', [], ALL_TIME, async (ref) => odd(ref), new Pace());
    assert.deepEqual(oddValues.size, 500);
    assert.deepEqual(await registry.labelNames([], ALL_TIME, () => false, new Pace()), new Set());
  });

  it('counts series by metric, name and label', async () => {
    const registry = await loadWith([
      labelsFromRecord({ __name__: 'up', job: 'a' }),
      labelsFromRecord({ __name__: 'up', job: 'é' }),
      labelsFromRecord({ __name__: 'down', job: 'a' }),
    ]);
    assert.deepEqual(await registry.cardinality(2, new Pace()), {
      labelPairs: 4,
      seriesByMetric: [
        { name: 'up', value: 2 },
        { name: 'down', value: 1 },
      ],
      valuesByLabel: [
        { name: '__name__', value: 2 },
        { name: 'job', value: 2 },
      ],
      bytesByLabel: [
        { name: '__name__', value: 38 },
        { name: 'job', value: 19 },
      ],
      seriesByPair: [
        { name: '__name__=up', value: 2 },
        { name: 'job=a', value: 2 },
      ],
    });
    assert.deepEqual((await registry.cardinality(0, new Pace())).seriesByMetric, []);
    await registry.remove(Uint32Array.of(1, 2), open);
    assert.deepEqual((await registry.cardinality(9, new Pace())).seriesByMetric, [{ name: 'down', value: 1 }]);
  });

  it('rests between two labels while it counts, and is given up there', async () => {
    const registry = await loadWith(numbered(3));
    let rests = 0;
    const pace = { isOver: () => true, rest: async () => void rests++ };
    assert.equal((await registry.cardinality(9, pace)).labelPairs, rests);
    const givenUp = { isOver: () => true, rest: () => Promise.reject(new Error('given up')) };
    await assert.rejects(registry.cardinality(9, givenUp), /given up/);
  });

  it('keeps what reads have at hand of cold series within its bound', async () => {
    let registry = await loadWith(numbered(3000));
    await registry.coolDown([...registry.slots()], open);
    file.reopen();
    registry = load({ coldCacheBytes: 100_000 });
    for (const value of ['7', '2999', '1200']) {
      const found = await registry.select([{ name: 'n', operator: '=', value }], ALL_TIME, new Pace());
      assert.deepEqual(
        found.map(({ labels }) => labelValue(labels, 'n')),
        [value],
      );
      assert.ok(registry.memoryBytes().coldCache <= 100_000);
      assert.ok(registry.memoryBytes().coldCache > 0);
    }
  });
});

function numbered(count: number): Labels[] {
  return Array.from({ length: count }, (_, at) => labelsFromRecord({ __name__: 'm', n: String(at) }));
}
