import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from '../registry.ts';
import { countFailuresOf, guardRecorders } from './guarded-recorders.ts';

class Guarded {
  readonly seen: unknown[] = [];

  static {
    guardRecorders(Guarded);
  }

  recordHeight({ height }: { readonly height: number }): void {
    this.seen.push(height);
  }

  updateHeight({ height }: { readonly height: number }): number {
    return height + 1;
  }

  describe(height: undefined): unknown {
    return height;
  }
}

test('a recorder without its argument reads fields that are undefined instead of throwing', () => {
  const guarded = new Guarded();
  for (const argument of [undefined, null, 5, 'x', {}]) guarded.recordHeight(argument as never);
  assert.deepEqual(guarded.seen, [undefined, undefined, undefined, undefined, undefined]);
});

test('a recorder with its argument does what it did, and answers what it answered', () => {
  const guarded = new Guarded();
  guarded.recordHeight({ height: 0 });
  assert.deepEqual(guarded.seen, [0]);
  assert.equal(guarded.updateHeight({ height: 0 }), 1);
});

test('other methods are left alone', () => {
  assert.equal(new Guarded().describe(undefined), undefined);
  assert.deepEqual(Object.keys(Guarded.prototype), []);
});

test('what an argument throws when it is read does not reach the node, and is counted', () => {
  const registry = new Registry();
  const guarded = countFailuresOf(new Guarded(), registry);
  const throwing = {
    get height(): number {
      throw new Error('from a getter');
    },
  };
  guarded.recordHeight(throwing);
  assert.equal(guarded.updateHeight(throwing), undefined);
  assert.deepEqual(guarded.seen, []);
  assert.equal(registry.droppedRecords().internal, 2);
  new Guarded().recordHeight(throwing);
});
