// Reads a YAML file against a schema. Every error is found at once, each with line, column and path, so that a file is mended in
// one go. No message repeats a value, unless the schema's own words do.

import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ChainpulseError } from '../model/errors.ts';

const MAX_FILE_BYTES = 1024 * 1024;
const MAX_ALIASES = 100;

/** All that is wrong with a configuration, a line each: `FILE:LINE:COLUMN: PATH: what and how to mend`. */
export class ConfigError extends ChainpulseError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('config_invalid', problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The text of a configuration file. @throws {ConfigError} */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${path}: cannot be read: ${(error as Error).message}`]);
  }
}

export interface Parsed<T> {
  /** As it stands in the file. */
  readonly content: unknown;
  /** As the schema makes it. */
  readonly data: T;
}

export interface ParseOptions<T> {
  readonly path: string;
  readonly schema: z.ZodType<T>;
  /** What to do about a key that the schema does not have. */
  readonly unknownKey: string;
}

/** @throws {ConfigError} */
export function parseYaml<T>(text: string, { path, schema, unknownKey }: ParseOptions<T>): Parsed<T> {
  if (Buffer.byteLength(text) > MAX_FILE_BYTES) throw new ConfigError([`${path}: is larger than 1 MiB`]);
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(document.errors.map(({ message, pos }) => `${place(path, lineCounter, pos[0])}: ${message}`));
  }
  const content = contentOf(document, path);
  const result = schema.safeParse(content, { error: howToMend });
  if (result.success) return { content, data: result.data };
  const problems = problemsOf(result.error.issues, unknownKey)
    .map(({ path: where, message }) => ({ where, message, offset: offsetOf(document, where) }))
    .toSorted((one, other) => one.offset - other.offset);
  throw new ConfigError(
    problems.map(({ where, message, offset }) => `${place(path, lineCounter, offset)}: ${pathText(where)}: ${message}`),
  );
}

function contentOf(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch (error) {
    const { message } = error as Error;
    const mend = message.startsWith('Excessive alias count') ? `: use fewer than ${MAX_ALIASES} YAML aliases` : '';
    throw new ConfigError([`${path}: ${message}${mend}`]);
  }
}

const WRITE: Readonly<Record<string, string>> = {
  string: 'write text; a number, true or false as text needs quotes',
  number: 'write a number',
  int: 'write a whole number',
  boolean: 'write true or false',
  array: 'write a list',
  object: 'write options, each as "name: value"',
};

/** What to write instead, where the schema itself does not say it; undefined leaves the words to zod. */
export function howToMend(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : WRITE[issue.expected];
    case 'invalid_value':
      return `write one of: ${issue.values.join(', ')}`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'is empty'
        : `write ${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      return issue.origin === 'string' ? `is longer than ${issue.maximum} characters` : `at most ${issue.maximum}`;
    default:
      return undefined;
  }
}

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

type Issue = z.core.$ZodIssue;

/** What is wrong, each with its path; `unknownKey` says what to do about a key that the schema does not have. */
export function problemsOf(issues: readonly Issue[], unknownKey: string): Problem[] {
  return issues.flatMap((issue): Problem[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: [...issue.path, key],
        message: unknownKey,
      }));
    }
    // What is wrong with a name that stands for itself is what its schema says of it.
    if (issue.code === 'invalid_key') {
      return issue.issues.slice(0, 1).map(({ message }) => ({ path: issue.path, message }));
    }
    // A union reports what each member said; the members' own words are more use than "invalid input".
    if (issue.code === 'invalid_union') {
      const custom = issue.errors.flat().filter(({ code }) => code === 'custom');
      if (custom.length > 0) return custom.map(({ message }) => ({ path: issue.path, message }));
    }
    return [{ path: issue.path, message: issue.message }];
  });
}

export function pathText(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(the whole file)';
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

function place(file: string, lineCounter: LineCounter, offset: number): string {
  const { line, col } = lineCounter.linePos(offset);
  return `${file}:${line}:${col}`;
}

/** Where the deepest existing part of a path stands in the text; a key that is not known at its key. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const parent = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => isScalar(key) && key.value === path[depth - 1]);
      const key = pair?.key as Node | undefined;
      if (key?.range != null) return key.range[0];
    }
    const node = document.getIn(path.slice(0, depth), true) as Node | undefined;
    if (node?.range != null) return node.range[0];
  }
  return 0;
}
