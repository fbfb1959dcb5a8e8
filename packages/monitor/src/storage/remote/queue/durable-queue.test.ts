import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { labelsFromRecord } from '../../../model/labels.ts';
import { ByteWriter } from '../../sqlite/bytes.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { StateTable } from '../../sqlite/state-table.ts';
import { Sending } from '../testing/sending.ts';
import { DurableQueue } from './durable-queue.ts';
import { decodeEntry, type EntryRows, encodeEntry } from './entry-codec.ts';
import { openQueueFile, QUEUE_FILE_NAME } from './queue-file.ts';

function entry(ref: number, samples: number): EntryRows {
  return {
    space: 0,
    refs: new Uint32Array(samples).fill(ref),
    timestampsMs: Float64Array.from({ length: samples }, (_, index) => index),
    valueBits: new Uint32Array(2 * samples),
    histograms: [],
    exemplars: [],
    metadata: [],
  };
}

const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('append' as const), samples: fc.integer({ min: 1, max: 40 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const), samples: fc.integer({ min: 1, max: 90 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('acknowledge' as const), keepMs: fc.constantFrom(0, 3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('restart' as const, 'rewind' as const, 'age' as const) }) },
);

it('gives entries in order, each until it is acknowledged or dropped, as a plain list would', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const directory = mkdtempSync(join(tmpdir(), 'chainpulse-queue-'));
      const open = () => {
        const database = openQueueFile(join(directory, QUEUE_FILE_NAME), 'normal');
        return { database, queue: new DurableQueue(database, new StateTable(database)) };
      };
      let { database, queue } = open();
      // The model: what waits, what is taken of it, and what was acknowledged and is kept.
      let waiting: { ref: number; samples: number; writtenMs: number }[] = [];
      let kept: { entries: typeof waiting; atMs: number }[] = [];
      let taken: { count: number; last: number } | undefined;
      let nowMs = 0;
      let ref = 0;
      for (const { kind, ...given } of steps) {
        nowMs++;
        if (kind === 'append' && 'samples' in given) {
          queue.append(entry(++ref, given.samples), nowMs, () => {});
          waiting.push({ ref, samples: given.samples, writtenMs: nowMs });
        } else if (kind === 'take' && 'samples' in given) {
          const window = queue.take(given.samples);
          const refs = window?.entries.map(({ refs: [first] }) => first) ?? [];
          let [count, samples] = [0, 0];
          for (const one of waiting) {
            if (count > 0 && samples + one.samples > given.samples) break;
            count++;
            samples += one.samples;
          }
          assert.deepEqual(
            refs,
            waiting.slice(0, count).map((one) => one.ref),
          );
          taken = window === undefined ? undefined : { count, last: window.lastSequence };
        } else if (kind === 'acknowledge' && 'keepMs' in given) {
          if (taken === undefined) continue;
          queue.acknowledge(taken.last, nowMs, given.keepMs);
          kept.push({ entries: waiting.splice(0, taken.count), atMs: nowMs });
          const firstStaying = kept.findIndex(({ atMs }) => nowMs - atMs < given.keepMs);
          kept = firstStaying < 0 ? [] : kept.slice(firstStaying);
          taken = undefined;
        } else if (kind === 'rewind') {
          queue.rewind();
          waiting = [...kept.flatMap(({ entries }) => entries), ...waiting];
          kept = [];
          taken = undefined;
        } else if (kind === 'age') {
          queue.dropOlderThan(nowMs - 5);
          const front = taken?.count ?? 0;
          const isOld = waiting.slice(front).findIndex(({ writtenMs }) => writtenMs >= nowMs - 5);
          waiting.splice(front, isOld < 0 ? waiting.length : isOld);
        } else if (kind === 'restart') {
          database.close();
          ({ database, queue } = open());
          kept = [];
          taken = undefined;
        }
        const samples = waiting.reduce((sum, one) => sum + one.samples, 0);
        assert.equal(queue.samples, samples);
        assert.equal(queue.isEmpty, waiting.length === 0);
        assert.equal(queue.oldestWrittenMs(), waiting[0]?.writtenMs);
        assert.equal(queue.sizeBytes > 0, waiting.length > 0 || kept.length > 0);
      }
      database.close();
      rmSync(directory, { recursive: true });
    }),
    {
      numRuns: 60,
      // What was dropped to the last entry leaves an empty queue.
      examples: [
        [
          [
            { kind: 'append', samples: 1 },
            ...Array.from({ length: 5 }, () => ({ kind: 'rewind' as const })),
            { kind: 'age' },
          ],
        ],
      ],
    },
  );
});

it('answers damaged entries with DamagedBytes or with rows, never otherwise', () => {
  const writer = new ByteWriter();
  encodeEntry(writer, { ...entry(3, 5), metadata: [{ name: 'a', type: 'gauge', help: 'b', unit: '' }] });
  const bytes = writer.written().slice();
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (at, value, length) => {
      const damaged = bytes.slice(0, length);
      if (at < length) damaged[at] = value;
      try {
        decodeEntry(damaged);
      } catch (error) {
        assert.ok(error instanceof DamagedBytes || error instanceof SyntaxError, String(error));
      }
    }),
  );
});

describe('the file of the queue', () => {
  const filled = async (context: TestContext): Promise<{ sending: Sending; path: string }> => {
    const sending = await Sending.start(context, { lingerMs: 3_600_000 });
    const refs = await sending.resolve(50);
    for (let index = 0; index < 4; index++) await sending.append(refs, index);
    return { sending, path: join(sending.directory, QUEUE_FILE_NAME) };
  };

  it('loses of a damaged entry that entry alone, and counts and tells it', async (context) => {
    const { sending, path } = await filled(context);
    await sending.store.close();
    const connection = new DatabaseSync(path);
    connection.exec("UPDATE payloads SET data = x'0102030405060708090a0b0c' WHERE sequence = 2");
    connection.close();
    await sending.open();
    await sending.store.flush();
    assert.deepEqual(
      sending.receiver.taken.get('m 0')?.map(([, value]) => value),
      [0, 2, 3],
    );
    assert.equal(sending.store.sendStatistics().droppedSamplesTotal.damaged, 50);
    assert.match(sending.notices[0]!.message, /checksum of entry 2 is wrong/);
  });

  for (const [what, code, spoil] of [
    ['is no database', 'storage_damaged', (path: string) => writeFileSync(path, 'no database '.repeat(100))],
    ['is cut off', 'storage_damaged', (path: string) => truncateSync(path, 6000)],
    ['is of a newer version', 'storage_newer_version', (path: string) => run(path, 'PRAGMA user_version = 99')],
    ['is of another program', 'storage_damaged', (path: string) => run(path, 'PRAGMA application_id = 7')],
    ['has a damaged series', 'storage_damaged', (path: string) => run(path, "UPDATE series SET data = x'00'")],
    ['has a damaged state', 'storage_damaged', (path: string) => run(path, 'UPDATE state SET value = 1000')],
  ] as const) {
    it(`is refused with ${code} when it ${what}`, async (context) => {
      const { sending, path } = await filled(context);
      await sending.store.close();
      spoil(path);
      await assert.rejects(sending.open(), { code });
    });
  }

  it('of format 1 is read: what waits in it is delivered', async (context) => {
    const sending = await Sending.start(context);
    await sending.store.close();
    const fixture = readFileSync(new URL('./testdata/format-1.json', import.meta.url), 'utf8');
    const { file } = JSON.parse(fixture) as { file: string };
    writeFileSync(join(sending.directory, QUEUE_FILE_NAME), zstdDecompressSync(Buffer.from(file, 'base64')));
    await sending.open();
    assert.deepEqual(
      [...(await sending.store.resolveSeries([labelsFromRecord({ __name__: 'm', i: '1', text: 'ä"\n' })]))],
      [2],
    );
    await sending.store.flush();
    sending.assertArrived(3, 3);
    assert.deepEqual(sending.store.sendStatistics().droppedSamplesTotal, {
      refused: 0,
      unsupported: 0,
      age: 0,
      size: 0,
      damaged: 0,
    });
  });

  it('belongs to one process at a time', async (context) => {
    const { sending } = await filled(context);
    const { store } = sending;
    await assert.rejects(sending.open(), { code: 'storage_locked' });
    sending.store = store;
  });
});

function run(path: string, sql: string): void {
  const connection = new DatabaseSync(path);
  connection.exec(sql);
  connection.close();
}
