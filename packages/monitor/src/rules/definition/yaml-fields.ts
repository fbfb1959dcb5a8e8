// A YAML document read by its nodes, so that everything that is wrong has a line and a column, and a part that is wrong leaves the
// others readable. Aliases and merge keys are followed.

import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Scalar,
} from 'yaml';
import type { Place } from '../interface.ts';

const MERGE_KEY = '<<';
/** Aliases that lead to aliases; more is a document made to run away. */
const MAX_ALIAS_DEPTH = 16;

export interface YamlSource {
  readonly text: string;
  readonly document: Document;
  readonly lines: LineCounter;
}

/** A value with its place. */
export interface Field {
  readonly key: string;
  readonly keyNode: Node;
  readonly node: Node | undefined;
}

/** What stands behind aliases. */
function resolved({ document }: YamlSource, node: unknown): Node | undefined {
  let found = node as Node | undefined;
  for (let depth = 0; isAlias(found); depth++) {
    if (depth === MAX_ALIAS_DEPTH) return undefined;
    found = (found as Alias).resolve(document) as Node | undefined;
  }
  return found ?? undefined;
}

export function placeOf({ lines }: YamlSource, node: Node | undefined): Place {
  const { line, col } = lines.linePos(node?.range?.[0] ?? 0);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** The fields of a mapping; undefined when it is none. Keys of its own come before merged ones. */
export function fieldsOf(source: YamlSource, node: Node | undefined, depth = 0): readonly Field[] | undefined {
  const found = resolved(source, node);
  if (!isMap(found)) return undefined;
  const own: Field[] = [];
  const merged: Field[] = [];
  for (const { key, value } of found.items) {
    const keyNode = resolved(source, key);
    if (!isScalar(keyNode)) continue;
    const name = textOf(keyNode);
    if (name === MERGE_KEY && keyNode.type === 'PLAIN') {
      if (depth < MAX_ALIAS_DEPTH) merged.push(...mergedFields(source, value as Node | undefined, depth + 1));
    } else {
      own.push({ key: name, keyNode: key as Node, node: resolved(source, value) });
    }
  }
  const names = new Set(own.map(({ key }) => key));
  for (const field of merged) {
    if (names.has(field.key)) continue;
    names.add(field.key);
    own.push(field);
  }
  return own;
}

function mergedFields(source: YamlSource, value: Node | undefined, depth: number): readonly Field[] {
  const found = resolved(source, value);
  if (isSeq(found)) return found.items.flatMap((item) => fieldsOf(source, item as Node, depth) ?? []);
  return fieldsOf(source, found, depth) ?? [];
}

/** The entries of a list; undefined when it is none. Nothing at all is an empty list. */
export function entriesOf(source: YamlSource, node: Node | undefined): readonly (Node | undefined)[] | undefined {
  const found = resolved(source, node);
  if (found === undefined || (isScalar(found) && found.value === null)) return [];
  return isSeq(found) ? found.items.map((item) => resolved(source, item)) : undefined;
}

/** The text of a scalar as it is written: `expr: 1` is the text 1; nothing is ''. Undefined when it is no scalar. */
export function scalarText(node: Node | undefined): string | undefined {
  if (node === undefined) return '';
  return isScalar(node) ? textOf(node) : undefined;
}

function textOf({ value, source }: Scalar): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : (source ?? '');
}

/** Where a line and column of a scalar's text stand in the file. */
export function placeInside(source: YamlSource, node: Node | undefined, { line, column }: Place): Place {
  const start = placeOf(source, node);
  if (!isScalar(node)) return start;
  if (node.type === 'BLOCK_LITERAL') {
    const body = source.text.indexOf('\n', node.range![0]) + 1;
    const indent = /^[ \n]*?( *)[^ \n]/.exec(source.text.slice(body))?.[1]?.length ?? 0;
    return { line: start.line + line, column: indent + column };
  }
  // A folded or quoted text over several lines has lost its lines.
  if (line > 1 || node.type === 'BLOCK_FOLDED') return start;
  return { line: start.line, column: start.column + column - 1 + (node.type === 'PLAIN' ? 0 : 1) };
}
