// Queries narrowed to one monitor of a server of many answer as the same queries do over the data of that monitor alone, without
// the label that tells it from the others: values, label sets, notes and errors, their words and places included. Both sides are
// our own engine, so this needs no Prometheus.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { labelsFrom, labelValue, METRIC_NAME } from '../../../../packages/monitor/src/model/labels.ts';
import { createQueryEngine } from '../../../../packages/monitor/src/promql/engine.ts';
import { narrowedEngine } from '../../../../packages/monitor/src/promql/narrowed-engine.ts';
import type { RawSeries } from '../remote-write.ts';
import type { Answer } from './answers.ts';
import { differenceOf } from './compare.ts';
import { type DataSet, makeDataSet } from './data-sets.ts';
import { Dice } from './dice.ts';
import { FEATURE_SETS, type FeatureSetName } from './features.ts';
import { query } from './generate/queries.ts';
import { appendHalfSealed, askOurs, type OpenedStore, openOurs } from './our-side.ts';
import { describe, type Question, someTimes } from './questions.ts';
import { print } from './tree.ts';

const SEED = Number(process.env['ORACLE_SEED'] ?? 20_261_121);
const QUERIES = Number(process.env['ORACLE_QUERIES'] ?? 1000);
/** The generator knows it as a label that no series has. */
const HIDDEN = 'none';
/** A selector that names the label asks for all monitors. */
const NAMES_IT = /["']?\bnone\b["']?\s*(?:=|!)/;
/** What else the generator names where labels are made, grouped and matched. */
const OTHER_NAMES = /\bkind\b|(?<=")(?:copy|value)(?=")/g;

let data: DataSet;
let own: OpenedStore;
let fleet: OpenedStore;

before(async () => {
  [data, own, fleet] = [await makeDataSet('1970'), await openOurs(), await openOurs()];
  for (const part of data.parts) {
    await appendHalfSealed(own.store, part);
    await appendHalfSealed(fleet.store, part.map(ofMonitor('rpc-1')));
    // `info` without a label sees what is known of all monitors.
    await appendHalfSealed(fleet.store, part.filter(isNoInformation).map(ofMonitor('rpc-2')));
  }
});
after(async () => {
  await own.close();
  await fleet.close();
});

for (const features of ['plain', 'experimental', 'delayed'] as const) {
  test(`${QUERIES} queries over one monitor of two, ${features}`, async () => {
    const failures: string[] = [];
    for (let number = 0; number < QUERIES; number++) {
      const question = questionOf(SEED + number, features);
      if (NAMES_IT.test(question.expression)) continue;
      const difference = await differenceBetween(question, features);
      if (difference !== undefined) failures.push(`${describe(question)}\n  ${difference}`);
    }
    assert.equal(failures.length, 0, `${failures.length} differ:\n${failures.slice(0, 10).join('\n')}`);
  });
}

function ofMonitor(name: string): (series: RawSeries) => RawSeries {
  return (series) => {
    const pairs = series.labels.map((label) => [label.name, label.value] as const);
    return { ...series, labels: labelsFrom([...pairs, [HIDDEN, name]]) };
  };
}

function isNoInformation({ labels }: RawSeries): boolean {
  return !labelValue(labels, METRIC_NAME).endsWith('_info');
}

function questionOf(seed: number, features: FeatureSetName): Question {
  const dice = new Dice(seed);
  const { span, families } = data;
  const metrics = dice.weighted(families);
  const tree = query({ dice, features: FEATURE_SETS[features].ours, metrics, momentsMs: [300_000], depth: 3 });
  const expression = print(tree).replace(OTHER_NAMES, (name) => (dice.chance(0.5) ? HIDDEN : name));
  return { expression, ...someTimes(dice, span) };
}

async function differenceBetween(question: Question, featureSet: FeatureSetName): Promise<string | undefined> {
  const { ours: features } = FEATURE_SETS[featureSet];
  const plain = createQueryEngine({ queryable: own.store, features });
  const behind = createQueryEngine({ queryable: fleet.store, features });
  const narrowed = { ...behind, ...narrowedEngine(behind, labelsFrom([[HIDDEN, 'rpc-1']])) };
  const [wanted, given] = [await askOurs(plain, question), await askOurs(narrowed, question)];
  return differenceOf(question, given, wanted) ?? differenceOfWords(given, wanted);
}

function differenceOfWords(given: Answer, wanted: Answer): string | undefined {
  if (given.type !== 'error' || wanted.type !== 'error' || given.message === wanted.message) return undefined;
  return `says "${given.message}" and not "${wanted.message}"`;
}
