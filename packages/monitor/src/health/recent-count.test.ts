import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentCount } from './recent-count.ts';

test('counts what came within a minute, and nothing that is older or of a clock that went back', () => {
  const recent = new RecentCount();
  assert.equal(recent.at(0), 0);
  recent.add(5, 1_000);
  recent.add(2, 1_999);
  recent.add(1, 30_000);
  assert.equal(recent.at(30_000), 8);
  assert.equal(recent.at(60_999), 8);
  assert.equal(recent.at(61_000), 1);
  // The same place of the minute again.
  recent.add(3, 61_000);
  assert.equal(recent.at(61_000), 4);
  assert.equal(recent.at(10_000), 0);
  recent.add(7, -1);
  assert.equal(recent.at(0), 7);
});
