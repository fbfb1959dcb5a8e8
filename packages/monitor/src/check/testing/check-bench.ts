// Checks files of `testdata/`, with what the first lines of each say: what is to be found, and what is emitted.
//   # finds: CODE LEVEL [LINE:COLUMN]     # profile: NAME     # scrape: DURATION     # emits: NAME TYPE [label=a|b]     # evidence: none

import { readFileSync } from 'node:fs';
import type { ProfileName } from '@chainpulse/instrument';
import type { MetricType } from '../../model/batch.ts';
import { parseDurationMs } from '../../model/duration.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import type { EvidenceSource } from '../evidence/evidence.ts';
import { findEvidence } from '../evidence/find-evidence.ts';
import { SeenSeries } from '../evidence/of-samples.ts';
import { registryEvidence, TARGET_LABELS } from '../evidence/of-table.ts';
import { readInputs } from '../files/read-inputs.ts';
import { type CheckResult, namedMetrics, runCheck } from '../run-check.ts';

interface Expected {
  readonly code: string;
  readonly level: string;
  readonly place?: string;
}

interface Options {
  readonly finds: readonly Expected[];
  readonly result: CheckResult;
}

export async function checkFile(path: string): Promise<Options> {
  const text = readFileSync(path, 'utf8');
  const said = path.endsWith('.json') ? saidInJson(text) : saidInComments(text);
  const of = (key: string): readonly string[] => said.filter(([name]) => name === key).map(([, value]) => value);
  const inputs = readInputs({ paths: [path], texts: [], readOwnConfig: () => assertNone(path) });
  const profiles = of('profile') as readonly ProfileName[];
  const isKnown = !of('evidence').includes('none');
  const found = isKnown ? await findEvidence({ against: [], profiles, names: namedMetrics(inputs) }) : [];
  const registry = isKnown && found.every(({ name }) => !name.startsWith('the registry')) ? [registryEvidence()] : [];
  const emitted = of('emits').length === 0 ? [] : [emits(of('emits'))];
  const scrape = of('scrape')[0];
  const intervals = scrape === undefined ? inputs : { ...inputs, scrapeIntervalMs: parseDurationMs(scrape) };
  const result = await runCheck(intervals, [...found, ...registry, ...emitted]);
  return { finds: of('finds').map(expected), result };
}

function assertNone(path: string): never {
  throw new Error(`${path} is read as a configuration`);
}

function saidInComments(text: string): readonly (readonly [string, string])[] {
  return [...text.matchAll(/^# (\w+): (.*)$/gm)].map(([, key = '', value = '']) => [key, value.trim()]);
}

function saidInJson(text: string): readonly (readonly [string, string])[] {
  const said = JSON.parse(text) as Readonly<Record<string, string | readonly string[]>>;
  return ['finds', 'profile', 'scrape', 'emits'].flatMap((key) =>
    [said[key] ?? []].flat().map((value): [string, string] => [key, value]),
  );
}

function expected(text: string): Expected {
  const [code = '', level = '', place] = text.split(' ');
  return { code, level, ...(place === undefined ? {} : { place }) };
}

/** Metrics of somebody else, as a page would show them. */
function emits(lines: readonly string[]): EvidenceSource {
  const seen = new SeenSeries();
  for (const line of lines) {
    const [name = '', type = 'unknown', ...labels] = line.split(' ');
    const family = name.replace(/_(?:bucket|sum|count)$/, '');
    seen.describe({ name: type === 'histogram' ? family : name, type: type as MetricType, help: '', unit: '' });
    const record = Object.fromEntries(labels.map((label) => label.split('=') as [string, string]));
    const values = Object.values(record)[0]?.split('|') ?? [''];
    for (const value of values) {
      const own = Object.fromEntries(Object.keys(record).map((key, at) => [key, at === 0 ? value : record[key]!]));
      seen.add(seen.slotOf(labelsFromRecord({ __name__: name, ...own })), 1);
    }
  }
  return { name: 'a page', series: seen.facts('a page', TARGET_LABELS, true), isComplete: true, notes: [] };
}
