import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { classicHistogram } from './classic-buckets.ts';
import { renderInflux } from './influx.ts';
import { arbitrarySnapshot } from './testing/arbitrary-snapshot.ts';

interface Line {
  readonly measurement: string;
  readonly tags: readonly (readonly [string, string])[];
  readonly fields: readonly (readonly [string, number])[];
  readonly time: bigint;
}

function rendered(snapshot: Snapshot): string {
  return Buffer.from(renderInflux(snapshot)).toString('utf8');
}

/** As InfluxDB 1.x reads: a comma, an equals sign or a space means itself only right after a backslash. */
function parseLine(line: string): Line {
  const sections = line.split(/(?<!\\) /);
  assert.equal(sections.length, 3, line);
  const [series = '', fields = '', time = ''] = sections;
  const [measurement = '', ...tags] = series.split(/(?<!\\),/);
  const pairs = (texts: readonly string[]): [string, string][] =>
    texts.map((text) => {
      const pair = text.split(/(?<!\\)=/);
      assert.equal(pair.length, 2, text);
      return pair.map((part) => part.replaceAll(/\\([,= ])/g, '$1')) as [string, string];
    });
  return {
    measurement,
    tags: pairs(tags),
    fields: pairs(fields.split(',')).map(([name, value]) => {
      assert.match(value, /^-?\d+(\.\d+)?(e[+-]?\d+)?$/);
      return [name, Number(value)] as const;
    }),
    time: BigInt(time),
  };
}

/** What InfluxDB has no text for becomes what the header of influx.ts says. */
function expectedLines(family: FamilySnapshot, takenAtMs: number): Line[] {
  if (family.type === 'exponential') return expectedLines(classicHistogram(family), takenAtMs);
  const lines: Line[] = family.points.map(({ labels }, i) => ({
    measurement: family.name,
    tags: labels.map(({ name, value }) => [name, shownTag(value)] as const).filter(([, value]) => value !== ''),
    fields: expectedFields(family, i).filter(([, value]) => Number.isFinite(value)),
    time: BigInt(takenAtMs) * 1_000_000n,
  }));
  return lines.filter(({ fields }) => fields.length > 0);
}

/** In InfluxDB 1.x. */
function shownTag(value: string): string {
  return value
    .replaceAll('\n', '\\n')
    .replace(/\\+$/, '')
    .replaceAll(/\\+(?=[,= ])/g, '$&$&');
}

function expectedFields(family: FamilySnapshot, i: number): [string, number][] {
  switch (family.type) {
    case 'histogram': {
      const { counts, sum } = family.points[i]!;
      const bounds = [...family.bounds.map(goText), '+Inf'];
      let count = 0;
      return [
        ...bounds.map((bound, at): [string, number] => [bound, (count += counts[at]!)]),
        ['count', count],
        ['sum', sum],
      ];
    }
    case 'summary': {
      const { quantiles, sum, count } = family.points[i]!;
      return [
        ...quantiles.map(({ quantile, value }): [string, number] => [String(quantile), value]),
        ['count', count],
        ['sum', sum],
      ];
    }
    case 'exponential':
      return [];
    default: {
      const field = family.type === 'counter' ? 'counter' : family.type === 'unknown' ? 'value' : 'gauge';
      return [[field, family.points[i]!.value]];
    }
  }
}

/** %g: six digits before the point are too many for it. */
function goText(value: number): string {
  if (value === 0 || (Math.abs(value) >= 1e-4 && Math.abs(value) < 1e6)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

it('writes any snapshot so that it reads back with every label and finite value, in order', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const page = rendered(snapshot);
      assert.ok(page === '' || page.endsWith('\n'));
      const read = page.split('\n').slice(0, -1).map(parseLine);
      const expected = snapshot.families.flatMap((family) => expectedLines(family, snapshot.takenAtMs));
      assert.deepEqual(read, expected);
    }),
    { numRuns: 300 },
  );
});

it("lays lines out as Telegraf's prometheus input does", () => {
  const labels = [{ name: 'path', value: 'a,b=c d\\' }];
  const head = { help: '', unit: '' };
  assert.deepEqual(
    rendered({
      takenAtMs: 1_795_181_530_123,
      families: [
        { ...head, name: 'c_total', type: 'counter', points: [{ labels, value: 2 ** 53 }] },
        { ...head, name: 'b_info', type: 'info', points: [{ labels: [{ name: 'v', value: '' }], value: 1 }] },
        { ...head, name: 'g', type: 'gauge', points: [{ labels, value: Number.NaN }] },
        {
          ...head,
          name: 'h',
          type: 'histogram',
          bounds: [0.1, 1e6],
          points: [{ labels: [], counts: [1, 2, 3], sum: Number.POSITIVE_INFINITY }],
        },
      ],
    }),
    'c_total,path=a\\,b\\=c\\ d counter=9007199254740992 1795181530123000000\n' +
      'b_info gauge=1 1795181530123000000\n' +
      'h 0.1=1,1e+06=3,+Inf=6,count=6 1795181530123000000\n',
  );
});

it('writes no tag that a reader could take for several, and none that InfluxDB keeps for itself', () => {
  const value = 'x\\,admin=1 gauge\\=9 ';
  const labels = [
    { name: '_field', value: 'f' },
    { name: 'peer', value },
    { name: 'time', value: 'now' },
  ];
  assert.equal(
    rendered({
      takenAtMs: 1,
      families: [{ help: '', unit: '', name: 'g', type: 'gauge', points: [{ labels, value: 1 }] }],
    }),
    'g,_field_=f,peer=x\\\\\\,admin\\=1\\ gauge\\\\\\=9\\ ,time_=now gauge=1 1000000\n',
  );
});
