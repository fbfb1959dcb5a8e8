// Which data are asked with which features on: the whole differential test of a given size, as the short and the long test
// run it.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DataSetName } from './data-sets.ts';
import { FEATURE_SETS, type FeatureSetName } from './features.ts';
import { FIXED_CASES } from './fixed-cases.ts';
import { describe as describeQuestion } from './questions.ts';
import { printReport, run } from './run.ts';
import { Sides } from './sides.ts';
import { SKIP_WITHOUT_PROMETHEUS_3 } from './their-side.ts';

const COMBINATIONS: readonly (readonly [DataSetName, FeatureSetName])[] = [
  ['recorded', 'plain'],
  ['recorded', 'experimental'],
  ['recorded', 'delayed'],
  ['1970', 'experimental'],
];

/** More failing queries than this are counted and not made small. */
const MAX_REPORTS = 10;
/** The generator makes sense as long as so much of what it makes is answered, and with series. */
const MIN_ANSWERED = 0.7;
const MIN_WITH_SERIES = 0.5;

export interface DifferentialOptions {
  readonly seed: number;
  /** For each combination of data and features. */
  readonly queries: number;
}

export function differentialTests({ seed, queries }: DifferentialOptions): void {
  for (const [dataSet, featureSet] of COMBINATIONS) {
    describe(`the same as Prometheus 3: ${dataSet} data, ${featureSet}`, { skip: SKIP_WITHOUT_PROMETHEUS_3 }, () => {
      let sides: Sides;
      before(async () => {
        sides = await Sides.open(dataSet, FEATURE_SETS[featureSet]);
      });
      after(() => sides?.close());

      test('every sample is the same on both sides', async () => {
        const { startMs, durationMs } = sides.dataSet.span;
        const question = { expression: '{job=~".+"}[20m]', timeMs: startMs + durationMs + 60_000 };
        const { difference, theirs } = await sides.ask(question);
        assert.equal(difference, undefined);
        assert.ok('series' in theirs && theirs.series.length > 150);
      });

      test('cases that once differed', async () => {
        const failures: string[] = [];
        for (const { dataSet: of, features, ...question } of FIXED_CASES) {
          if (of !== dataSet || features !== featureSet) continue;
          const { difference } = await sides.ask(question);
          if (difference !== undefined) failures.push(`${describeQuestion(question)}\n  ${difference}`);
        }
        assert.equal(failures.length, 0, failures.join('\n'));
      });

      test(`${queries} queries from the grammar`, async (context) => {
        context.diagnostic(`seed ${seed}; run again with ORACLE_SEED=${seed} ORACLE_QUERIES=${queries}`);
        const outcome = await run(sides, { seed, queries, maxReports: MAX_REPORTS });
        const { asked, answered, refused, empty, failing, reports } = outcome;
        context.diagnostic(`${asked} asked, ${refused} refused, ${empty} of ${answered} answers empty`);
        assert.equal(
          failing,
          0,
          `${failing} of ${asked} queries differ, seed ${seed}. Made small:\n${reports.map((report) => printReport(report, sides)).join('\n')}`,
        );
        assert.ok(answered >= MIN_ANSWERED * asked, `only ${answered} of ${asked} queries are answered at all`);
        assert.ok(answered - empty >= MIN_WITH_SERIES * answered, `${empty} of ${answered} answers hold nothing`);
      });
    });
  }
}
