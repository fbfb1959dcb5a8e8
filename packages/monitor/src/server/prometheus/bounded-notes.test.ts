import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedNotes } from './bounded-notes.ts';

test('the first ten of each are told, and how many more there are', () => {
  const infos = Array.from({ length: 10 }, (_, at) => `info ${at}`);
  const warnings = Array.from({ length: 12 }, (_, at) => `warning ${at}`);
  const bounded = boundedNotes({ warnings, infos });
  assert.deepEqual(bounded.infos, infos);
  assert.deepEqual(bounded.warnings, [...warnings.slice(0, 10), '2 more warning annotations omitted']);
  assert.deepEqual(boundedNotes({ data: [], warnings }).infos, []);
});
