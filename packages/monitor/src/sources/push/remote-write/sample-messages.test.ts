import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { DEFAULT_PUSH_LIMITS } from '../limits.ts';
import { PushBatch } from '../push-batch.ts';
import { CollectingAppender } from '../testing/collecting-appender.ts';
import { isPlainSample, PLAIN_SAMPLE_BYTES, readSampleInto, takePlainSample } from './sample-messages.ts';

const NOW_MS = 1_700_000_000_000;
/** The value 1.5 at a time of these days. */
const PLAIN = [0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0x80, 0xd0, 0x95, 0xff, 0xbc, 0x31];
/** A field that no sample has. */
const UNKNOWN_FIELD = [0x78, 0x00];

async function stored(add: (batch: PushBatch, series: number) => void): Promise<string[]> {
  const appender = new CollectingAppender();
  const batch = new PushBatch({ appender, limits: DEFAULT_PUSH_LIMITS, nowMs: NOW_MS });
  add(batch, batch.series([{ name: '__name__', value: 'up' }]));
  await batch.flush();
  return [...appender.collected(), ...batch.totals().errors];
}

it('a sample that is taken at once is what its fields say one by one', async () => {
  let taken = 0;
  const changes = fc.array(fc.tuple(fc.nat(PLAIN.length - 1), fc.nat(255)), { maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(changes, async (changed) => {
      const fields = Uint8Array.from(PLAIN);
      for (const [at, byte] of changed) fields[at] = byte;
      const plain = Uint8Array.of(0x12, fields.length, ...fields);
      const view = new DataView(plain.buffer);
      assert.equal(plain.length, PLAIN_SAMPLE_BYTES);
      if (!isPlainSample(plain, view, 0)) return;
      taken++;
      const wide = Uint8Array.of(0x12, fields.length + UNKNOWN_FIELD.length, ...fields, ...UNKNOWN_FIELD);
      const atOnce = await stored((batch, series) => takePlainSample(view, 0, batch, series));
      assert.deepEqual(atOnce, await stored((...into) => readSampleInto(new ProtobufReader(wide, 1), ...into)));
    }),
    { numRuns: 3000 },
  );
  assert.ok(taken > 500);
});
