import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  METRIC_TABLE,
  type MetricDefinition,
  PROFILE_NAMES,
  type ProfileName,
} from '../../packages/instrument/src/domains/index.ts';
import { parseAliases } from '../../packages/instrument/src/profiles/alias.ts';
import { metricsReference } from './metrics.ts';
import { assertPageIsCurrent } from './page.ts';
import { recorderFields } from './recorder-fields.ts';
import { NO_NODE_METRICS, SEED_METRICS } from './seed-metrics.ts';

const ROWS: readonly MetricDefinition[] = Object.values(METRIC_TABLE).flatMap((rows) =>
  Object.values<MetricDefinition>(rows),
);

/** The names that a profile's own system uses: in brackets where the profile had to change them. */
function originalsOf(profile: ProfileName): string[] {
  const aliases = ROWS.flatMap(({ aliases }) => aliases?.[profile] ?? []);
  return aliases.flatMap((alias) => parseAliases(alias).map(({ original, name }) => original ?? name));
}

/** `set.method` → the fields that the rows name, all together, sorted. */
function namedFields(): ReadonlyMap<string, readonly string[]> {
  const named = new Map<string, Set<string>>();
  for (const { recordedBy } of ROWS) {
    for (const [, call = '', fields = ''] of recordedBy.matchAll(/([a-z]+\.[a-z]\w+)\(\{ ([^)]*) \}\)/g)) {
      const known = named.get(call) ?? new Set();
      for (const field of fields.split(', ')) known.add(field);
      named.set(call, known);
    }
  }
  return new Map(Array.from(named, ([call, fields]) => [call, [...fields].sort()]));
}

describe('the reference of the metrics', () => {
  it('says what the table says', () => {
    assertPageIsCurrent('metrics.md', metricsReference());
  });

  it('has a row for each metric, whole and in one line', () => {
    const lines = metricsReference().split('\n');
    const rows = lines.filter((line) => line.startsWith('| `chain_') || /^\| `(process|nodejs)_/.test(line));
    assert.equal(rows.length, ROWS.length);
    for (const line of rows) assert.equal(line.replaceAll('\\|', '').split('|').length, 8, line);
  });
});

describe('the table of metrics', () => {
  for (const profile of PROFILE_NAMES) {
    it(`has each metric of ${profile}`, () => {
      const originals = new Set(originalsOf(profile));
      const missing = SEED_METRICS[profile].filter(
        (name) => !originals.has(name) && NO_NODE_METRICS[name] === undefined,
      );
      assert.deepEqual(missing, []);
    });

    it(`names nothing that ${profile} does not have`, () => {
      const known = new Set(SEED_METRICS[profile]);
      assert.deepEqual(
        originalsOf(profile).filter((name) => !known.has(name)),
        [],
      );
    });
  }

  it('names each recorder with the fields that its argument has', () => {
    const recorders = new Map(Object.keys(METRIC_TABLE).flatMap((set) => [...recorderFields(set)]));
    assert.ok(recorders.size > 100, `${recorders.size} recorders`);
    assert.deepEqual(Object.fromEntries(namedFields()), Object.fromEntries(recorders));
  });

  it('has where it can what is said to be no metric', () => {
    const { modelInfo } = METRIC_TABLE.inference;
    assert.ok('model' in modelInfo.labels && 'type' in modelInfo.labels);
  });
});
