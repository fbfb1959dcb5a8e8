import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundedNotes } from './bounded-notes.ts';

test('what the engine has left out already is counted with the rest', () => {
  const infos = [...Array.from({ length: 10 }, (_, at) => `info ${at}`), '6 more info annotations omitted'];
  const warnings = Array.from({ length: 12 }, (_, at) => `warning ${at}`);
  const bounded = boundedNotes({ data: [], warnings, infos });
  assert.deepEqual(bounded.infos, infos);
  assert.deepEqual(bounded.warnings?.slice(9), ['warning 9', '2 more warning annotations omitted']);
});
