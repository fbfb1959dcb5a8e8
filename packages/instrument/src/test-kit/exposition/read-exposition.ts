// Reads a page in Prometheus's text format 0.0.4 as Prometheus does, line by line, and collects what is wrong with it instead of
// stopping, so that a test tells all of it at once. What can be read is read even where something else is wrong.
// Source: prometheus.io/docs/instrumenting/exposition_formats

import type { ExpositionSample } from './exposition-sample.ts';
import { LineReader } from './line-reader.ts';

export type ExpositionType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

export interface ExpositionFamily {
  readonly name: string;
  /** `untyped` where the page says nothing. */
  readonly type: ExpositionType;
  /** '' where the page says nothing. */
  readonly help: string;
  /** In the order of the page. */
  readonly samples: readonly ExpositionSample[];
}

export interface ExpositionProblem {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, in UTF-16 units; absent when the line as a whole is meant. */
  readonly column?: number;
  readonly message: string;
}

export interface ReadExposition {
  readonly families: ReadonlyMap<string, ExpositionFamily>;
  readonly problems: readonly ExpositionProblem[];
}

interface OpenFamily {
  readonly name: string;
  type: ExpositionType;
  help: string;
  readonly samples: ExpositionSample[];
  typeLine: number;
  helpLine: number;
  /** Whether lines of another metric came after those of this one. */
  isClosed: boolean;
}

const TYPES: readonly ExpositionType[] = ['counter', 'gauge', 'histogram', 'summary', 'untyped'];
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const PARTS: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
};

/** Never throws. */
export function readExposition(text: string): ReadExposition {
  const reader = new ExpositionReader();
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  else if (text !== '') reader.problem(lines.length, 'the last line does not end with a line feed');
  for (const [i, line] of lines.entries()) reader.readLine(line, i + 1);
  return { families: reader.families, problems: reader.problems };
}

class ExpositionReader {
  readonly families = new Map<string, OpenFamily>();
  readonly problems: ExpositionProblem[] = [];
  #current: OpenFamily | undefined;

  problem(line: number, message: string, column?: number): void {
    this.problems.push({ line, message, ...(column === undefined ? {} : { column }) });
  }

  readLine(text: string, line: number): void {
    const trimmed = text.replace(/^[ \t]+/, '');
    if (trimmed.replace(/[ \t]+$/, '') === '') return;
    if (!trimmed.startsWith('#')) {
      this.#readSample(text, line);
      return;
    }
    const [, keyword, name = '', rest = ''] = /^#[ \t]*(HELP|TYPE)[ \t]+([^ \t]*)[ \t]?(.*)$/s.exec(trimmed) ?? [];
    if (keyword === undefined) return;
    if (!METRIC_NAME.test(name)) this.problem(line, `${JSON.stringify(name)} is no name of a metric`);
    else if (keyword === 'HELP') this.#readHelp(name, rest, line);
    else this.#readType(name, rest.trim(), line);
  }

  #readHelp(name: string, text: string, line: number): void {
    const family = this.#enter(name, line);
    if (family.helpLine !== 0) this.problem(line, `HELP of ${name} was said in line ${family.helpLine}`);
    if (/\\(?![\\n])/.test(text.replaceAll('\\\\', ''))) this.problem(line, `HELP of ${name} has a stray backslash`);
    family.helpLine = line;
    family.help = text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
  }

  #readType(name: string, type: string, line: number): void {
    const family = this.#enter(name, line);
    if (family.typeLine !== 0) this.problem(line, `TYPE of ${name} was said in line ${family.typeLine}`);
    else if (family.samples.length > 0) this.problem(line, `TYPE of ${name} comes after its samples`);
    family.typeLine = line;
    const known = TYPES.find((each) => each === type);
    if (known === undefined) this.problem(line, `${JSON.stringify(type)} is no type: it is one of ${TYPES.join(', ')}`);
    else family.type = known;
  }

  #readSample(text: string, line: number): void {
    const read = new LineReader(text).readSample();
    if ('message' in read) {
      this.problem(line, read.message, read.column);
      return;
    }
    this.#enter(this.#familyName(read.name), line).samples.push({ ...read, line });
  }

  /** `x_bucket` belongs to `x` when that is a histogram. */
  #familyName(name: string): string {
    for (const suffix of ['_bucket', '_sum', '_count']) {
      const family = name.endsWith(suffix) ? this.families.get(name.slice(0, -suffix.length)) : undefined;
      if (family !== undefined && PARTS[family.type]?.includes(suffix) === true) return family.name;
    }
    return name;
  }

  #enter(name: string, line: number): OpenFamily {
    const known = this.families.get(name);
    const family = known ?? { name, type: 'untyped', help: '', samples: [], typeLine: 0, helpLine: 0, isClosed: false };
    if (known === undefined) this.families.set(name, family);
    if (family === this.#current) return family;
    if (family.isClosed) this.problem(line, `the lines of ${name} are not together`);
    if (this.#current !== undefined) this.#current.isClosed = true;
    family.isClosed = false;
    this.#current = family;
    return family;
  }
}
