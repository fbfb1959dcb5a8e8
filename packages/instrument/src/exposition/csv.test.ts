import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { renderCsv } from './csv.ts';
import { arbitrarySnapshot } from './testing/arbitrary-snapshot.ts';
import { expectedSamples } from './testing/expected-samples.ts';
import { parseNumber } from './testing/parse-exposition.ts';

function rendered(snapshot: Snapshot): string {
  return Buffer.from(renderCsv(snapshot)).toString('utf8');
}

/** RFC 4180, to the letter: quotes around a cell that has any, CRLF after every row. */
function parseCsv(page: string): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  while (cell.lastIndex < page.length) {
    const at = cell.lastIndex;
    const match = cell.exec(page);
    assert.ok(match, `no cell: ${JSON.stringify(page.slice(at, at + 50))}`);
    const [, quoted, plain = '', end] = match;
    cells.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(cells);
    cells = [];
  }
  return rows;
}

it('writes any snapshot so that it reads back with every label and value, in order', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const [header, ...rows] = parseCsv(rendered(snapshot));
      assert.deepEqual(header, ['timestamp', 'name', 'type', 'unit', 'labels', 'value']);
      const read = rows.map(([timestamp = '', name, type, unit, labels = '', value = '']) => ({
        timeMs: Date.parse(timestamp),
        name,
        type,
        unit,
        labels: Object.entries(JSON.parse(labels) as Record<string, string>),
        value: parseNumber(value),
      }));
      const expected = snapshot.families.flatMap((family) =>
        expectedSamples(family).map(({ name, labels, value }) => ({
          timeMs: snapshot.takenAtMs,
          name,
          type: family.type,
          unit: family.unit,
          labels: labels.map(([label, text]) => [label, label === 'le' && text === 'Infinity' ? '+Inf' : text]),
          value,
        })),
      );
      assert.deepEqual(read, expected);
    }),
    { numRuns: 300 },
  );
});

it('writes the documented columns, and no cell with labels that a spreadsheet takes for a formula', () => {
  const page = rendered({
    takenAtMs: 1_795_181_530_123,
    families: [
      {
        name: 'g',
        help: 'G.',
        unit: 'a,b',
        type: 'gauge',
        points: [
          { labels: [{ name: 'path', value: '=cmd|"x"!A1\n' }], value: -1.5 },
          { labels: [], value: Number.NaN },
        ],
      },
    ],
  });
  assert.equal(
    page,
    'timestamp,name,type,unit,labels,value\r\n' +
      '2026-11-20T13:32:10.123Z,g,gauge,"a,b","{""path"":""=cmd|\\""x\\""!A1\\n""}",-1.5\r\n' +
      '2026-11-20T13:32:10.123Z,g,gauge,"a,b",{},NaN\r\n',
  );
});
