// A query engine that sees only the series with certain labels, and shows them without: those of one monitor among many on a
// server. Each selector of an expression gets the labels as matchers, unless it names the label itself; a label that no
// selector names is left out of the answer. So an expression means what it means over a store of that monitor alone, and one
// that names the label (`up{monitor=~".+"}`) asks for all. Places in errors and notes are those of the expression as it was
// asked.

import type { SyntaxNode } from '@lezer/common';
import { type Labels, METRIC_NAME } from '../model/labels.ts';
import { type QueryEngine, QueryError, type QueryPosition, type QueryResult } from './interface.ts';
import { DEFAULT_QUERY_LIMITS } from './limits.ts';
import { checkBounds } from './parse/bounds.ts';
import { stringValue } from './parse/literals.ts';
import { childrenOf, literal, textOf } from './parse/operands.ts';
import { strictParse } from './parse/parser.ts';
import { positionAt } from './parse/positions.ts';

/** `labels`: with names that need no quotes. */
export function narrowedEngine(engine: QueryEngine, labels: Labels): QueryEngine {
  if (labels.length === 0) return engine;
  const ask = async <T>(
    text: string,
    run: (expression: string) => Promise<T>,
    show: (result: T, narrowed: Narrowed) => T,
  ): Promise<T> => {
    const narrowed = narrow(text, labels);
    try {
      return show(await run(narrowed.text), narrowed);
    } catch (error) {
      throw error instanceof QueryError ? moved(error, narrowed) : error;
    }
  };
  return {
    instant: (query, signal) =>
      ask(query.expression, (expression) => engine.instant({ ...query, expression }, signal), shown),
    range: (query, signal) =>
      ask(query.expression, (expression) => engine.range({ ...query, expression }, signal), shown),
    // The labels stay to be seen: they are part of what is read.
    explain: (query, signal) =>
      ask(
        query.expression,
        (expression) => engine.explain({ ...query, expression }, signal),
        (explained) => explained,
      ),
  };
}

interface Insertion {
  /** Where it stands in the expression as it was asked. */
  readonly at: QueryPosition;
  readonly text: string;
}

interface Narrowed {
  readonly text: string;
  /** In the order of the text. */
  readonly insertions: readonly Insertion[];
  /** Names that are no part of the answer. */
  readonly hidden: ReadonlySet<string>;
}

/** @throws {QueryError} bad_data, with the position. */
function narrow(text: string, labels: Labels): Narrowed {
  checkBounds(text, DEFAULT_QUERY_LIMITS);
  const hidden = new Set(labels.map(({ name }) => name));
  const insertions: Insertion[] = [];
  let narrowed = '';
  let copied = 0;
  for (const selector of selectorsUnder(text, strictParse(text))) {
    const braces = childrenOf(selector).find(({ name }) => name === 'LabelMatchers');
    const matchers = braces === undefined ? [] : childrenOf(braces);
    const named = new Set(matchers.map((matcher) => nameIn(text, matcher)));
    for (const name of named) hidden.delete(name);
    const added = labels
      .filter(({ name }) => !named.has(name))
      .map(({ name, value }) => `${name}=${JSON.stringify(value)}`);
    if (added.length === 0) continue;
    const offset = braces === undefined ? selector.to : braces.from + 1;
    const list = `${added.join(',')}${matchers.length === 0 ? '' : ','}`;
    const insertion = braces === undefined ? `{${list}}` : list;
    insertions.push({ at: positionAt(text, offset), text: insertion });
    narrowed += text.slice(copied, offset) + insertion;
    copied = offset;
  }
  return { text: narrowed + text.slice(copied), insertions, hidden };
}

function* selectorsUnder(text: string, node: SyntaxNode): Generator<SyntaxNode> {
  if (node.name === 'VectorSelector') {
    if (!takesAllInformation(text, node)) yield node;
  } else {
    for (const child of childrenOf(node)) yield* selectorsUnder(text, child);
  }
}

/**
 * The second argument of `info` names the labels that are taken over; where it names none all are, and a label more would
 * leave those out.
 */
function takesAllInformation(text: string, selector: SyntaxNode): boolean {
  const body = selector.parent;
  const call = body?.parent;
  if (body?.name !== 'FunctionCallBody' || call?.name !== 'FunctionCall') return false;
  if (textOf(text, childrenOf(call)[0]!) !== 'info' || childrenOf(body)[1]?.from !== selector.from) return false;
  const braces = childrenOf(selector).find(({ name }) => name === 'LabelMatchers');
  const named = braces === undefined ? [] : childrenOf(braces).map((matcher) => nameIn(text, matcher));
  return named.every((name) => name === '' || name === METRIC_NAME);
}

/** The label of a matcher; of a metric's name in quotes, which is a matcher too, no label at all. */
function nameIn(text: string, matcher: SyntaxNode): string {
  if (matcher.name === 'QuotedLabelName') return '';
  const name = childrenOf(matcher)[0]!;
  if (name.name !== 'QuotedLabelName') return textOf(text, name);
  const quoted = childrenOf(name)[0]!;
  return literal(text, quoted.from, () => stringValue(textOf(text, quoted)));
}

function shown(result: QueryResult, narrowed: Narrowed): QueryResult {
  const { hidden } = narrowed;
  const noteOf = (note: string): string =>
    note.replace(/\((\d+):(\d+)\)$/, (_, line: string, column: string) => {
      const at = positionBefore({ line: Number(line), column: Number(column) }, narrowed);
      return `(${at.line}:${at.column})`;
    });
  const notes = { warnings: result.warnings.map(noteOf), infos: result.infos.map(noteOf) };
  const strip = <T extends { readonly labels: Labels }>(series: T): T => ({
    ...series,
    labels: series.labels.filter(({ name }) => !hidden.has(name)),
  });
  switch (result.type) {
    case 'vector':
      return { ...result, ...notes, samples: result.samples.map(strip) };
    case 'matrix':
      return { ...result, ...notes, series: result.series.map(strip) };
    case 'scalar':
    case 'string':
      return { ...result, ...notes };
  }
}

function moved(error: QueryError, narrowed: Narrowed): QueryError {
  const { position } = error;
  if (position === undefined) return error;
  const at = positionBefore(position, narrowed);
  const message = error.message.replace(`${position.line}:${position.column}: `, () => `${at.line}:${at.column}: `);
  return new QueryError(error.type, message, at);
}

/** The place in the expression as it was asked. An insertion has no line break in it. */
function positionBefore({ line, column }: QueryPosition, { insertions }: Narrowed): QueryPosition {
  let inserted = 0;
  for (const { at, text } of insertions) {
    const start = at.column + inserted;
    if (at.line !== line || start > column) continue;
    const length = Buffer.byteLength(text);
    if (column < start + length) return at;
    inserted += length;
  }
  return { line, column: column - inserted };
}
