// Questions to a server of many monitors, narrowed to the series of one: asked and answered as over a store of that monitor alone,
// without the labels that tell it from the others. An expression that names such a label (`up{monitor=~".+"}`) asks for all. Places
// in errors and notes are those of the expression as it was asked.

import { compareLabels } from '../model/label-order.ts';
import type { Labels } from '../model/labels.ts';
import { type QueryEngine, QueryError, type QueryResult } from './interface.ts';
import { type NarrowedExpression, narrowedExpression } from './narrowed-expression.ts';

/** What answers; explaining is left out, since what would be explained is not what was asked. */
export type AnsweringEngine = Pick<QueryEngine, 'instant' | 'range'>;

/** A range of bytes, as Prometheus has it before what is wrong with a duration: `10:16: duration must be greater than 0`. */
const BYTES = /^((?:invalid parameter "query": )?)(\d+):(\d+): (?!parse error)/;
const PLACE_OF_NOTE = /\((\d+):(\d+)\)$/;

/** `labels`: with names that need no quotes. */
export function narrowedEngine(engine: AnsweringEngine, labels: Labels): AnsweringEngine {
  if (labels.length === 0) return engine;
  const ask = async (text: string, run: (expression: string) => Promise<QueryResult>): Promise<QueryResult> => {
    const narrowed = narrowedExpression(text, labels);
    try {
      return shown(await run(narrowed.text), narrowed);
    } catch (error) {
      throw error instanceof QueryError ? moved(error, narrowed) : error;
    }
  };
  return {
    instant: (query, ...rest) =>
      ask(query.expression, (expression) => engine.instant({ ...query, expression }, ...rest)),
    range: (query, ...rest) => ask(query.expression, (expression) => engine.range({ ...query, expression }, ...rest)),
  };
}

function shown(result: QueryResult, { inserted, carried }: NarrowedExpression): QueryResult {
  const noteOf = (note: string): string =>
    note.replace(PLACE_OF_NOTE, (_, line: string, column: string) => {
      const at = inserted.positionBefore({ line: Number(line), column: Number(column) });
      return `(${at.line}:${at.column})`;
    });
  const notes = { warnings: result.warnings.map(noteOf), infos: result.infos.map(noteOf) };
  const strip = <T extends { readonly labels: Labels }>(series: T): T => ({
    ...series,
    labels: series.labels.filter(({ name }) => !carried.has(name)),
  });
  if (carried.size === 0) return { ...result, ...notes };
  switch (result.type) {
    case 'vector':
      return { ...result, ...notes, samples: result.samples.map(strip) };
    case 'matrix':
      // Without a label that only one of two has their order may be another.
      return {
        ...result,
        ...notes,
        series: result.series.map(strip).sort((a, b) => compareLabels(a.labels, b.labels)),
      };
    case 'scalar':
    case 'string':
      return { ...result, ...notes };
  }
}

function moved({ type, message, position }: QueryError, { inserted }: NarrowedExpression): QueryError {
  if (position !== undefined) {
    const at = inserted.positionBefore(position);
    const words = message.replace(`${position.line}:${position.column}: `, () => `${at.line}:${at.column}: `);
    return new QueryError(type, words, at);
  }
  const bytesBefore = (digits: string): number => inserted.bytesBefore(Number(digits));
  const words = message.replace(
    BYTES,
    (_, named: string, from: string, to: string) => `${named}${bytesBefore(from)}:${bytesBefore(to)}: `,
  );
  return new QueryError(type, words);
}
