import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { renderOpenMetrics } from './openmetrics.ts';
import { arbitrarySnapshot } from './testing/arbitrary-snapshot.ts';
import { expectedSamples, type Sample } from './testing/expected-samples.ts';
import { parseExposition, unescapeText } from './testing/parse-exposition.ts';

const END = '# EOF\n';

function rendered(snapshot: Snapshot): string {
  return Buffer.from(renderOpenMetrics(snapshot)).toString('utf8');
}

function page(...families: FamilySnapshot[]): string[] {
  return rendered({ takenAtMs: 0, families }).split('\n').slice(0, -1);
}

/** What OpenMetrics calls a family, by its specification. */
function expectedHead(family: FamilySnapshot): { name: string; type: string; help: string; unit?: string } {
  const { name, help, unit } = family;
  const counter = name.endsWith('_total') ? 'counter' : 'unknown';
  const types = { counter, stateset: 'gauge', exponential: 'histogram' } as const;
  const type = family.type in types ? types[family.type as keyof typeof types] : family.type;
  const stripped = name.replace(type === 'counter' ? /_total$/ : type === 'info' ? /_info$/ : /$/, '');
  return { name: stripped, type, help, ...(unit !== '' && stripped.endsWith(`_${unit}`) ? { unit } : {}) };
}

/** The samples but `_created`, and those apart by their labels. */
function expectedCreated(family: FamilySnapshot): Sample[] {
  const { name, type } = expectedHead(family);
  if (!['counter', 'histogram', 'summary'].includes(type)) return [];
  return family.points.flatMap(({ labels, createdMs }) =>
    createdMs === undefined
      ? []
      : [
          {
            name: `${name}_created`,
            labels: labels.map((label) => [label.name, label.value] as const),
            value: createdMs / 1000,
          },
        ],
  );
}

function sorted(samples: readonly Sample[]): Sample[] {
  const key = ({ name, labels }: Sample): string => JSON.stringify([name, labels]);
  return [...samples].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

it('writes any snapshot so that it reads back with heads, values, times of creation and exemplars', () => {
  fc.assert(
    fc.property(arbitrarySnapshot, (snapshot) => {
      const text = rendered(snapshot);
      assert.ok(text.endsWith(END));
      const read = parseExposition(text.slice(0, -END.length)).map(({ help = '', samples, ...family }) => ({
        ...family,
        help: unescapeText(help),
        samples: sorted(samples),
      }));
      const expected = snapshot.families.map((family) => {
        const head = expectedHead(family);
        const samples = expectedSamples(family).map(({ exemplar, ...sample }) =>
          exemplar === undefined || head.type === 'unknown' ? sample : { ...sample, exemplar },
        );
        return { ...head, samples: sorted([...samples, ...expectedCreated(family)]) };
      });
      assert.deepEqual(read, expected);
    }),
    { numRuns: 300 },
  );
});

it('takes suffixes off the names of families, and keeps those of samples', () => {
  const labels = [{ name: 'version', value: '1' }];
  assert.deepEqual(
    page(
      {
        name: 'read_bytes_total',
        help: 'B "b".',
        unit: 'bytes',
        type: 'counter',
        points: [{ labels: [], value: 1, createdMs: 1_500 }],
      },
      { name: 'build_info', help: 'I.', unit: '', type: 'info', points: [{ labels, value: 1 }] },
      { name: 'odd', help: 'O.', unit: '', type: 'counter', points: [{ labels: [], value: 2, createdMs: 1_500 }] },
      { name: 'peers', help: 'P.', unit: 'peers', type: 'gauge', points: [] },
      {
        name: 'mode',
        help: 'S.',
        unit: '',
        type: 'stateset',
        points: [{ labels: [{ name: 'state', value: 'on' }], value: 0 }],
      },
    ),
    [
      '# TYPE read_bytes counter',
      '# UNIT read_bytes bytes',
      '# HELP read_bytes B \\"b\\".',
      'read_bytes_total 1',
      'read_bytes_created 1.5',
      '# TYPE build info',
      '# HELP build I.',
      'build_info{version="1"} 1',
      '# TYPE odd unknown',
      '# HELP odd O.',
      'odd 2',
      '# TYPE peers gauge',
      '# HELP peers P.',
      '# TYPE mode gauge',
      '# HELP mode S.',
      'mode{state="on"} 0',
      '# EOF',
    ],
  );
});

it('writes bounds and quantiles as canonical floats, and exemplars with seconds', () => {
  const exemplar = { labels: [{ name: 'trace_id', value: 'a"b' }], value: 0.7, timestampMs: 1_795_181_530_123 };
  assert.deepEqual(
    page(
      {
        name: 'h',
        help: 'H.',
        unit: '',
        type: 'histogram',
        bounds: [0.00001, 1, 1e6],
        points: [
          { labels: [{ name: 'z', value: 'z' }], counts: [0, 1, 0, 0], sum: 0.7, exemplars: [undefined, exemplar] },
        ],
      },
      {
        name: 's',
        help: 'S.',
        unit: '',
        type: 'summary',
        points: [{ labels: [], quantiles: [{ quantile: 1, value: 2 }], sum: 2, count: 1 }],
      },
    ),
    [
      '# TYPE h histogram',
      '# HELP h H.',
      'h_bucket{le="1e-05",z="z"} 0',
      'h_bucket{le="1.0",z="z"} 1 # {trace_id="a\\"b"} 0.7 1795181530.123',
      'h_bucket{le="1e+06",z="z"} 1',
      'h_bucket{le="+Inf",z="z"} 1',
      'h_count{z="z"} 1',
      'h_sum{z="z"} 0.7',
      '# TYPE s summary',
      '# HELP s S.',
      's{quantile="1.0"} 2',
      's_count 1',
      's_sum 2',
      '# EOF',
    ],
  );
});

it('leaves out exemplars whose labels have more than 128 characters', () => {
  const line = (value: string): string | undefined =>
    page({
      name: 'c_total',
      help: 'C.',
      unit: '',
      type: 'counter',
      points: [{ labels: [], value: 1, exemplar: { labels: [{ name: 'id', value }], value: 1, timestampMs: 1000 } }],
    }).find((text) => text.startsWith('c_total'));
  assert.equal(line('x'.repeat(126)), `c_total 1 # {id="${'x'.repeat(126)}"} 1 1`);
  assert.equal(line('🦀'.repeat(63)), `c_total 1 # {id="${'🦀'.repeat(63)}"} 1 1`);
  assert.equal(line('x'.repeat(127)), 'c_total 1');
  assert.equal(line('x'.repeat(1000)), 'c_total 1');
});

it('leaves out exemplars for which Prometheus would refuse the page: odd names of labels, and NUL in a value', () => {
  for (const label of [
    { name: 'trace-id', value: 'a' },
    { name: 'trace_id', value: 'a\0' },
  ]) {
    const points = [{ labels: [], value: 1, exemplar: { labels: [label], value: 0.5, timestampMs: 1000 } }];
    const lines = page({ name: 'c_total', help: 'C.', unit: '', type: 'counter', points });
    assert.ok(lines.includes('c_total 1'));
  }
});

it('leaves out the time of an exemplar that has none', () => {
  const exemplar = { labels: [], value: 0.5, timestampMs: Number.NaN };
  const points = [{ labels: [], value: 1, exemplar }];
  const lines = page({ name: 'c_total', help: 'C.', unit: '', type: 'counter', points });
  assert.ok(lines.includes('c_total 1 # {} 0.5'));
});

it('ends an empty page as every other', () => {
  assert.deepEqual(page(), ['# EOF']);
});
