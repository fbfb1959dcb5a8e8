import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { unwrap, wrap, wrapPlain } from './envelope.ts';
import { DamagedBytes } from './failures.ts';

it('tells bytes that were changed, cut, extended, or put in another place', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 600 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      (payload, at, flip, isPlain) => {
        const blob = (isPlain ? wrapPlain : wrap)('batch 7', payload);
        assert.deepEqual([...unwrap('batch 7', blob)], [...payload]);
        const changed = blob.slice();
        changed[at % blob.length]! ^= flip;
        assert.throws(() => unwrap('batch 7', changed), DamagedBytes);
        assert.throws(() => unwrap('batch 7', blob.subarray(0, at % blob.length)), DamagedBytes);
        assert.throws(() => unwrap('batch 7', Uint8Array.of(...blob, 0)), DamagedBytes);
        assert.throws(() => unwrap('batch 8', blob), DamagedBytes);
      },
    ),
  );
});
