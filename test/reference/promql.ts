// Renders the reference page of PromQL: its text is `testdata/promql.md`, its lists are made from the tables of the engine and from
// what the engine does when it is asked, so that the page cannot say anything else.

import { readFileSync } from 'node:fs';
import type { QueryErrorType, QueryResult } from '../../packages/monitor/src/promql/interface.ts';
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from '../../packages/monitor/src/promql/limits.ts';
import { PARAMETER_TYPES } from '../../packages/monitor/src/promql/parse/operands.ts';
import type { FunctionDefinition } from '../../packages/monitor/src/promql/plan/function-definition.ts';
import { HISTOGRAM_FUNCTIONS } from '../../packages/monitor/src/promql/plan/functions/histograms.ts';
import { VALUE_FUNCTIONS } from '../../packages/monitor/src/promql/plan/functions/values.ts';
import { VECTOR_FUNCTIONS } from '../../packages/monitor/src/promql/plan/functions/vectors.ts';
import { WINDOW_FUNCTIONS } from '../../packages/monitor/src/promql/plan/functions/windows.ts';
import { statusOf } from '../../packages/monitor/src/server/prometheus/error.ts';
import { OPERATORS } from './prometheus-language.ts';
import {
  aggregationNames,
  aggregationOf,
  callOf,
  FLOATS,
  HISTOGRAMS,
  operatorExample,
  stateOfAggregation,
  stateOfFunction,
} from './promql-examples.ts';
import {
  type Form,
  GAPS,
  LITERALS,
  MATCHING_FORMS,
  MODIFIER_FORMS,
  OTHER_FORMS,
  SELECTOR_FORMS,
} from './promql-forms.ts';
import { answerOf, type Flag, type State, stateOf } from './promql-trial.ts';

const METRIC_LABEL = '__name__';

const FEATURES: Readonly<Record<Flag, string>> = {
  'promql-experimental-functions': 'the functions and aggregations that Prometheus may still change',
  'promql-delayed-name-removal':
    'names go at the end of the query and not at each operation, so that `label_replace(rate(a_total[5m]), "was", "$1", "__name__", "(.*)")` sees them',
  'promql-extended-range-selectors': '`anchored` and `smoothed`',
  'promql-binop-fill-modifiers': '`fill`, `fill_left`, `fill_right`',
  'type-and-unit-labels':
    'the labels `__type__` and `__unit__` are part of what a metric is, and a selector may hold several; they go with the name either way',
};

const LIMITS: Readonly<Record<keyof QueryLimits, readonly [what: string, at: string]>> = {
  maxQueryLength: ['characters of an expression', '`bad_data`'],
  maxNestingDepth: ['brackets inside one another', '`bad_data`, with the place'],
  maxOperators: ["operators and signs in an expression, matchers' included", '`bad_data`, with the place'],
  maxPointsPerSeries: ['steps of a range query', '`bad_data`'],
  maxSubquerySteps: ['steps of a subquery, over all that its windows see', '`execution`'],
  maxSamples: [
    'samples read for one query (`query.maxSamples`); a native histogram counts 10 and one more for each two of its buckets',
    '`execution`',
  ],
  maxPointsHeld: [
    'points in memory at one time, 9 bytes each; one with a time of its own (of `m[1h]`, of a series with gaps), 16 bytes, counts two; the steps of subqueries are among them',
    '`execution`',
  ],
  maxPointsHeldByAll: [
    'points that all queries and their answers hold in memory at one time, until these have been sent; beside 100,000 of each query (`query.maxPointsHeldByAll`)',
    '`execution`',
  ],
  maxSeriesHeld: ['series in memory at one time, and so in the answer', '`execution`'],
  maxLabelCharacters: [
    'characters of the label values that `label_replace` and `label_join` make in one query',
    '`execution`',
  ],
  maxTimeoutMs: ['milliseconds (`query.timeout`); a query may ask for less', '`timeout`'],
};

const ERRORS: Readonly<Record<QueryErrorType, string>> = {
  bad_data:
    'the expression is malformed, of a wrong type or not enabled: `1:5: parse error: …` (line, and column in bytes of UTF-8); the grid of a range query is impossible',
  execution: 'the data do not allow an answer: equal label sets, matching that is not one-to-one, a limit',
  timeout: 'it took too long, its waiting included',
  canceled: 'whoever asked went away',
  internal: 'the store failed, in its words',
};

export async function promqlReference(): Promise<string> {
  const sections: Record<string, string> = {
    selectors: await formTable(SELECTOR_FORMS),
    modifiers: await formTable(MODIFIER_FORMS),
    literals: await literalTable(),
    operators: await operatorTable(),
    matching: await formTable(MATCHING_FORMS),
    aggregations: await aggregationTable(),
    windows: await functionTable(WINDOW_FUNCTIONS),
    values: await functionTable(VALUE_FUNCTIONS),
    histograms: await functionTable(HISTOGRAM_FUNCTIONS),
    vectors: await functionTable(VECTOR_FUNCTIONS),
    others: await formTable(OTHER_FORMS),
    features: table(
      ['feature', 'what it does'],
      Object.entries(FEATURES).map(([flag, text]) => [`\`${flag}\``, text]),
    ),
    gaps: await gapTable(),
    errors: table(
      ['type', 'status', 'when'],
      (Object.keys(ERRORS) as QueryErrorType[]).map((type) => [`\`${type}\``, String(statusOf(type)), ERRORS[type]]),
    ),
    limits: limitTable(),
  };
  const template = readFileSync(new URL('testdata/promql.md', import.meta.url), 'utf8');
  const unplaced = new Set(Object.keys(sections));
  const page = template.replace(/^\{\{(\w+)\}\}$/gm, (_, name: string) => {
    if (!unplaced.delete(name)) throw new Error(`testdata/promql.md has a place for ${name}, which nothing makes`);
    return sections[name]!;
  });
  if (unplaced.size > 0) throw new Error(`testdata/promql.md has no place for ${[...unplaced].join(', ')}`);
  return page;
}

async function formTable(forms: readonly Form[]): Promise<string> {
  const rows: string[][] = [];
  for (const { form, example, meaning } of forms) rows.push([form, meaning, stateText(await stateOf(example))]);
  return table(['form', '', 'state'], rows);
}

async function literalTable(): Promise<string> {
  const rows: string[][] = [];
  for (const text of LITERALS) {
    const isString = /^["'`]/.test(text);
    const state = await stateOf(isString ? `label_replace(queue, "a", ${text}, "", "")` : text);
    const answer = await answerOf(text, state);
    const value =
      answer.type === 'scalar' ? numberText(answer.value) : 'value' in answer ? JSON.stringify(answer.value) : '';
    rows.push([inCode(text), value, stateText(state)]);
  }
  return table(['written', 'is', 'state'], rows);
}

async function operatorTable(): Promise<string> {
  const rows: string[][] = [];
  for (const operator of OPERATORS) {
    const state = await stateOf(operatorExample(operator));
    const between = await histogramsBetween(operator, state);
    const number = await histogramText(`${HISTOGRAMS} ${operator} 2`, state);
    rows.push([inCode(operator), stateText(state), await nameBehind(operator, state), between, number]);
  }
  return table(['operator', 'state', 'name', 'of two native histograms', 'of one and a number'], rows);
}

async function aggregationTable(): Promise<string> {
  const rows: string[][] = [];
  for (const name of aggregationNames()) {
    const state = await stateOfAggregation(name);
    const parameter = PARAMETER_TYPES.get(name);
    const written = parameter === undefined ? 'instant vector' : `${parameter}, instant vector`;
    rows.push([
      `\`${name}(${written})\``,
      stateText(state),
      await histogramText(aggregationOf(name, HISTOGRAMS), state),
    ]);
  }
  return table(['aggregation', 'state', 'native histograms'], rows);
}

async function functionTable(functions: readonly (readonly [string, FunctionDefinition])[]): Promise<string> {
  const rows: string[][] = [];
  for (const [name, definition] of functions) {
    const state = await stateOfFunction(name, definition);
    const isOfVectors = definition.parameters.some((type) => type.endsWith('vector'));
    const floats = await answerOf(callOf(name, definition, FLOATS), state);
    const histograms = isOfVectors ? await answerOf(callOf(name, definition, HISTOGRAMS), state) : undefined;
    const named = histograms === undefined ? '' : nameText(floats) || nameText(histograms);
    const shown = histograms === undefined ? '' : answerText(histograms);
    rows.push([`\`${name}(${parametersText(definition)})\``, stateText(state), named, shown]);
  }
  return table(['function', 'state', 'name', 'native histograms'], rows);
}

async function gapTable(): Promise<string> {
  const rows: string[][] = [];
  for (const { example, why } of GAPS) {
    rows.push([inCode(example), stateText(await stateOf(example)), why]);
  }
  return table(['expression', 'state', ''], rows);
}

function limitTable(): string {
  const rows = (Object.keys(LIMITS) as (keyof QueryLimits)[]).map((name) => {
    const [what, at] = LIMITS[name];
    return [`\`${name}\`: ${what}`, DEFAULT_QUERY_LIMITS[name].toLocaleString('en-US'), at];
  });
  return table(['limit', 'default', 'at the limit'], rows);
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), `|${'---|'.repeat(heads.length)}`, ...rows.map(line)].join('\n');
}

function stateText(state: State): string {
  switch (state.kind) {
    case 'stable':
      return 'stable';
    case 'feature':
      return `\`${state.flag}\``;
    case 'refused':
      return `refused: \`${state.message}\``;
  }
}

/** What is left of an operator's left side, with right sides of which one leaves something. */
async function nameBehind(operator: string, state: State): Promise<string> {
  const lefts = [`${FLOATS} ${operator}`, `${HISTOGRAMS} ${operator}`];
  const expressions = lefts.flatMap((left) =>
    ['queue', '(queue + 1)', '(queue - 1)', '2'].map((right) => `${left} ${right}`),
  );
  for (const expression of [...expressions, `${FLOATS} ${operator} nothing`]) {
    if ((await stateOf(expression)).kind === 'refused') continue;
    const text = nameText(await answerOf(expression, state));
    if (text !== '') return text;
  }
  return '';
}

/** Of the same histogram, another one and none: what the first of them gives that gives anything. */
async function histogramsBetween(operator: string, state: State): Promise<string> {
  const rights = [HISTOGRAMS, `(${HISTOGRAMS} offset 1m)`, 'nothing'];
  const texts: string[] = [];
  for (const right of rights) texts.push(await histogramText(`${HISTOGRAMS} ${operator} ${right}`, state));
  return texts.find((text) => !text.startsWith('left out')) ?? texts[0]!;
}

/** Whether the name of the metric is still there. */
function nameText(answer: QueryResult): string {
  if (answer.type !== 'vector' || answer.samples.length === 0) return '';
  return answer.samples.some(({ labels }) => labels.some(({ name }) => name === METRIC_LABEL)) ? 'stays' : 'goes';
}

async function histogramText(expression: string, state: State): Promise<string> {
  if ((await stateOf(expression)).kind === 'refused') return 'refused';
  return answerText(await answerOf(expression, state));
}

/** What an expression over native histograms gives. */
function answerText(answer: QueryResult): string {
  const { warnings, infos } = answer;
  const noted = warnings.length > 0 ? ', with a warning' : infos.length > 0 ? ', with an info' : '';
  if (answer.type === 'scalar') return `${numberText(answer.value)}${noted}`;
  if (answer.type !== 'vector' || answer.samples.length === 0) return `left out${noted}`;
  return `${answer.samples.some(({ histogram }) => histogram !== undefined) ? 'histograms' : 'numbers'}${noted}`;
}

function parametersText({ parameters, optional = 0, isVariadic = false }: FunctionDefinition): string {
  const least = parameters.length - optional;
  const needed = parameters.slice(0, least).join(', ');
  if (isVariadic) return `${needed}, …`;
  if (optional === 0) return needed;
  const rest = optional === 1 ? parameters[least]! : `${parameters[least]!} …`;
  return least === 0 ? `[${rest}]` : `${needed}[, ${rest}]`;
}

function numberText(value: number): string {
  return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}

function inCode(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}
