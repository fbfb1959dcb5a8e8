// A strict reader of one page of Prometheus's text format or of OpenMetrics, by the grammar of their specifications: anything
// that is not exactly a line of theirs is a failed assertion.

import assert from 'node:assert/strict';
import type { Exemplar } from '../../snapshot/snapshot.ts';
import type { Sample } from './expected-samples.ts';

export interface ParsedFamily {
  readonly name: string;
  type?: string;
  help?: string;
  unit?: string;
  readonly samples: Sample[];
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const LABELS = '(?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\["\\\\n])*",?)*';
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(${LABELS})\\})? (\\S+)(?: # \\{(${LABELS})\\} (\\S+) (\\S+))?$`, 's');
const DESCRIPTION = new RegExp(`^# (HELP|TYPE|UNIT) (${NAME}) (.*)$`, 's');
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"/gs;

/** Descriptions begin a family and its samples follow. */
export function parseExposition(page: string): ParsedFamily[] {
  assert.ok(page === '' || page.endsWith('\n'), 'the last line ends');
  const families: ParsedFamily[] = [];
  for (const line of page.split('\n').slice(0, -1)) {
    const description = DESCRIPTION.exec(line);
    if (description !== null) {
      const [, keyword = '', name = '', text = ''] = description;
      let family = families.at(-1);
      if (family?.name !== name || family.samples.length > 0) families.push((family = { name, samples: [] }));
      const key = keyword.toLowerCase() as 'help' | 'type' | 'unit';
      assert.equal(family[key], undefined, `twice: ${line}`);
      family[key] = text;
      continue;
    }
    const match = SAMPLE.exec(line);
    assert.ok(match, `no sample: ${JSON.stringify(line)}`);
    const [, name = '', labels = '', value = '', exemplarLabels, exemplarValue = '', exemplarTime = ''] = match;
    const sample = { name, labels: parseLabels(labels), value: parseNumber(value) };
    families
      .at(-1)
      ?.samples.push(
        exemplarLabels === undefined
          ? sample
          : { ...sample, exemplar: parseExemplar(exemplarLabels, exemplarValue, exemplarTime) },
      );
  }
  return families;
}

export function parseNumber(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  if (text === 'NaN') return Number.NaN;
  assert.match(text, /^-?\d+(\.\d+)?(e[+-]?\d+)?$/);
  return Number(text);
}

/** A backslash before `n`, `\` or `"`. */
export function unescapeText(text: string): string {
  return text.replaceAll(/\\([\\n"])/g, (_, char: string) => (char === 'n' ? '\n' : char));
}

function parseLabels(text: string): Sample['labels'] {
  const pairs = [...text.matchAll(LABEL)].map(([, name = '', value = '']) => {
    const isNumber = name === 'le' || name === 'quantile';
    return [name, isNumber ? String(parseNumber(value)) : unescapeText(value)] as const;
  });
  assert.equal(text, [...text.matchAll(LABEL)].map(([pair]) => pair).join(','), 'commas between labels only');
  return pairs;
}

function parseExemplar(labels: string, value: string, time: string): Exemplar {
  return {
    labels: parseLabels(labels).map(([name, text]) => ({ name, value: text })),
    value: parseNumber(value),
    timestampMs: Math.round(parseNumber(time) * 1000),
  };
}
