import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { renderJson } from './json.ts';
import { arbitrarySnapshot } from './testing/arbitrary-snapshot.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const NUMBERS = new Map<Json, number>([
  ['NaN', Number.NaN],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);
/** Fields whose content is text whatever it says. */
const TEXTS = new Set(['name', 'help', 'unit', 'type', 'merge']);

/** The page of docs/formats/json.md, read: a list of labels for their object, a number for its string. */
function revived(json: Json, field = ''): unknown {
  if (json === null) return undefined;
  if (field === 'labels') return Object.entries(json).map(([name, value]) => ({ name, value }));
  if (Array.isArray(json)) return json.map((item) => revived(item));
  if (typeof json === 'object') {
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, revived(value, name)]));
  }
  return TEXTS.has(field) ? json : (NUMBERS.get(json) ?? json);
}

function parsed(snapshot: Snapshot): { takenAt: string } & Snapshot {
  return revived(JSON.parse(Buffer.from(renderJson(snapshot)).toString('utf8')) as Json) as {
    takenAt: string;
  } & Snapshot;
}

it('writes any snapshot so that it reads back to the same', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const { takenAt, ...read } = parsed(snapshot);
      assert.equal(Date.parse(takenAt), snapshot.takenAtMs);
      assert.deepEqual(read, snapshot);
    }),
    { numRuns: 300 },
  );
});

it('writes the documented shape', () => {
  const snapshot: Snapshot = {
    takenAtMs: 1_795_181_530_123,
    families: [
      {
        name: 'votes_total',
        help: 'Votes "cast".',
        unit: 'votes',
        type: 'counter',
        points: [{ labels: [{ name: '__proto__', value: 'a\n' }], value: 3, createdMs: 5 }],
      },
      {
        name: 'score',
        help: 'S.',
        unit: '',
        type: 'gauge',
        merge: 'last',
        points: [{ labels: [], value: Number.NEGATIVE_INFINITY, stamp: 12 }],
      },
    ],
  };
  assert.equal(
    Buffer.from(renderJson(snapshot)).toString('utf8'),
    '{"takenAt":"2026-11-20T13:32:10.123Z","takenAtMs":1795181530123,"families":[' +
      '{"name":"votes_total","type":"counter","help":"Votes "cast".","unit":"votes","points":['.replaceAll(
        '"cast"',
        '\\"cast\\"',
      ) +
      '{"labels":{"__proto__":"a\\n"},"createdMs":5,"value":3}]},' +
      '{"name":"score","type":"gauge","help":"S.","unit":"","merge":"last","points":[{"labels":{},"value":"-Inf","stamp":12}]}]}\n',
  );
});
