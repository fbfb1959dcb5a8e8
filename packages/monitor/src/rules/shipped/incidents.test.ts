// The shipped alerts on recordings of a real client, through its adapter: calm stays quiet, and two incidents are told.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { labelValue } from '../../model/labels.ts';
import { LANGUAGES } from '../adapters/testing/languages.ts';
import { watchRecording } from '../adapters/testing/watched-recording.ts';
import { readRuleFile } from '../definition/read-rule-file.ts';
import type { AlertChange, RuleGroup } from '../interface.ts';
import { DEFAULT_ALERT_SETTINGS } from './alert-settings.ts';
import { CHAIN_PRESETS } from './chain-parameters.ts';
import { shippedRuleFiles } from './generate.ts';

const ALWAYS = 'Watchdog';

function groups(): readonly RuleGroup[] {
  const files = shippedRuleFiles({
    settings: DEFAULT_ALERT_SETTINGS,
    chains: [{ name: '', chain: CHAIN_PRESETS['ethereum-minimal'], matchers: '' }],
    collectionMs: 5000,
    targets: [],
    disabled: [],
    runbookUrl: 'http://monitor/runbooks/',
  });
  return files.flatMap(([name, text]) => {
    const { groups: read, problems } = readRuleFile(text, name, LANGUAGES);
    assert.deepEqual(problems, []);
    return read;
  });
}

interface Told {
  readonly minute: number;
  /** `alert instance change` */
  readonly text: string;
  readonly summary: string;
}

/** What fired and what was over. */
async function told(context: TestContext, file: string): Promise<readonly Told[]> {
  const changes: (AlertChange & { readonly instance: string })[] = [];
  const failures: string[] = [];
  const { startMs } = await watchRecording(context, {
    file,
    groups: groups(),
    onEvaluation: (evaluation) => {
      failures.push(...evaluation.failures.map(({ rule, message }) => `${rule}: ${message}`));
      for (const change of evaluation.changes) {
        if (change.alert === ALWAYS || (change.to !== 'firing' && change.to !== 'resolved')) continue;
        changes.push({ ...change, instance: labelValue(change.labels, 'instance') });
      }
    },
  });
  assert.deepEqual(failures, []);
  return changes.map(({ atMs, alert, instance, to, annotations }) => ({
    minute: (atMs - startMs) / 60_000,
    text: `${alert} ${instance} ${to}`,
    summary: labelValue(annotations, 'summary'),
  }));
}

test('five calm minutes: nothing fires', async (context) => {
  assert.deepEqual(await told(context, 'lodestar-calm.rec.zst'), []);
});

test('an hour: nothing before the first incident, which is told and over, and the second, which stays', async (context) => {
  const all = await told(context, 'lodestar-hour.rec.zst');
  const between = (from: number, to: number) => all.filter(({ minute }) => minute >= from && minute < to);
  const texts = (from: number, to: number) =>
    between(from, to)
      .map(({ text }) => text)
      .toSorted();
  assert.deepEqual(texts(0, 40), []);
  // Half the stake is gone from minute 40 to 44.
  assert.deepEqual(texts(40, 43), [
    'FinalityLag beacon1 firing',
    'FinalityLag beacon2 firing',
    'NodeDown validator2 firing',
  ]);
  assert.deepEqual(texts(43, 54), [
    'FinalityLag beacon1 resolved',
    'FinalityLag beacon2 resolved',
    'NodeDown validator2 resolved',
  ]);
  // The second node is frozen from 54 to 56, stays where it was, costs its validator a proposal, and leaves the first without finality and peers.
  assert.deepEqual(texts(54, 61), [
    'FinalityLag beacon1 firing',
    'MissedProposal validator2 firing',
    'NoPeers beacon1 firing',
    'NoPeers beacon2 firing',
    'NodeStuck beacon2 firing',
  ]);
  const minuteOf = (text: string, from: number) => between(from, 61).find((each) => each.text === text)!.minute;
  assert.ok(minuteOf('FinalityLag beacon1 firing', 40) <= 41.5);
  assert.ok(minuteOf('FinalityLag beacon1 firing', 54) <= 55.5);
  assert.ok(minuteOf('NodeStuck beacon2 firing', 54) <= 57);
  assert.match(between(40, 42)[0]!.summary, /^beacon[12] is \d+ blocks ahead of finality: check that two thirds/);
});
