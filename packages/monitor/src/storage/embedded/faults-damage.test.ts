import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { FILE_NAME } from './open.ts';
import { damaged, type Outcome, outcomeOf } from './testing/damage.ts';
import { type Contents, contentsOf, copyFile, makeFullFile, openQuietly } from './testing/full-file.ts';
import { randomFrom } from './testing/random.ts';

const ROUNDS = process.env['CHAINPULSE_LONG_TESTS'] === '1' ? 4000 : 120;
const LOG_NAME = `${FILE_NAME}-wal`;

describe('a store with damaged bytes', () => {
  let folder: string;
  let whole: Contents;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chainpulse-damage-'));
    await makeFullFile(join(folder, 'absorbed'), 'absorbed');
    await makeFullFile(join(folder, 'apart'), 'apart');
    whole = await contentsIn('absorbed');
    assert.ok(whole.count > 5000);
    assert.equal((await contentsIn('apart')).count, whole.count);
  });
  after(() => rm(folder, { recursive: true }));

  for (const [size, limits] of [
    ['small', {}],
    ['large', { fullCheckMaxBytes: 0 }],
  ] as const) {
    it(`is refused, or gives what is right and says what it lacks: a ${size} file`, async (t) => {
      const bytes = readFileSync(join(folder, 'absorbed', FILE_NAME));
      const outcomes = await rounds(t, async (random) => {
        const damage = damaged(bytes, random);
        const files = new Map([[FILE_NAME, damage.bytes]]);
        return [damage.what, () => outcomeOf(join(folder, 'tried'), files, whole, { limits })];
      });
      assert.ok(outcomes.refused > 0 && outcomes.told > 0 && outcomes.same > 0);
    });
  }

  it('is refused, or gives what is right and says what it lacks: its write-ahead log', async (t) => {
    const bytes = readFileSync(join(folder, 'apart', FILE_NAME));
    const log = readFileSync(join(folder, 'apart', LOG_NAME));
    assert.ok(log.length > 50_000, `${log.length}`);
    const outcomes = await rounds(t, async (random) => {
      const damage = damaged(log, random);
      const files = new Map([
        [FILE_NAME, bytes],
        [LOG_NAME, damage.bytes],
      ]);
      // A log that was cut ends where it was cut, as far as anyone can tell, and so does one whose last transactions changed.
      return [damage.what, () => outcomeOf(join(folder, 'tried'), files, whole, { mayEndEarlier: true })];
    });
    assert.ok(outcomes.told > 0);
  });

  async function contentsIn(name: string): Promise<Contents> {
    const copy = join(folder, `${name}-copy`);
    copyFile(join(folder, name), copy);
    const { store, notices } = await openQuietly(copy);
    assert.deepEqual(notices, []);
    const contents = await contentsOf(store);
    await store.close();
    return contents;
  }
});

type Round = readonly [what: string, run: () => Promise<Outcome>];

async function rounds(
  t: TestContext,
  next: (random: (below: number) => number) => Promise<Round>,
): Promise<Record<Outcome, number>> {
  const outcomes = { same: 0, told: 0, refused: 0, shorter: 0 };
  const firstSeed = Math.floor(Math.random() * 2 ** 31);
  for (let round = 0; round < ROUNDS; round++) {
    const [what, run] = await next(randomFrom(firstSeed + round));
    try {
      outcomes[await run()]++;
    } catch (error) {
      throw new Error(`seed ${firstSeed + round}, ${what}: ${String(error)}`, { cause: error });
    }
  }
  t.diagnostic(`seeds from ${firstSeed}: ${JSON.stringify(outcomes)}`);
  return outcomes;
}
