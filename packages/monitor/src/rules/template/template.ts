// Templates of the labels and annotations of alerting rules: Go's text/template with Prometheus' functions and data, `$labels`,
// `$value`, `$externalLabels`, `$externalURL`. Text that Prometheus takes is taken and gives the same here; what it
// refuses is refused with its message.
// https://prometheus.io/docs/prometheus/latest/configuration/template_reference/

import { type Labels, labelsToRecord } from '../../model/labels.ts';
import { quoted } from '../../promql/go-text.ts';
import { expansionOf } from './evaluate/expansion.ts';
import { ExpansionFailure } from './evaluate/place.ts';
import { AnswerMissing, RunContext, type SampleFields } from './evaluate/run-context.ts';
import { FUNCTION_NAMES } from './functions/functions.ts';
import { MAX_TEMPLATE_CHARACTERS } from './limits.ts';
import { parseDefinitions } from './parse/parser.ts';
import { subjectText } from './parse/subject-text.ts';
import { TemplateSyntaxError } from './parse/token-reader.ts';
import type { Definitions } from './parse/tree.ts';
import { TemplateError } from './template-error.ts';
import { anything, float, text, textMap, type Value } from './values.ts';

/** What Prometheus puts before every template. Its messages count it, so it is parsed here too. */
const PRELUDE =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}';
const DATA_TYPE =
  'struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }';

export interface Template {
  readonly name: string;
  readonly text: string;
  readonly definitions: Definitions;
  /** Characters of what is parsed before the text. */
  readonly textStart: number;
}

export interface TemplateData {
  readonly labels: Labels;
  readonly externalLabels: Labels;
  readonly externalUrl: string;
  readonly value: number;
  /** Where the value is a native histogram: its text, as Prometheus prints it. */
  readonly histogramText?: string;
}

export interface TemplateFunctions {
  /** Of an instant query at the time of the evaluation. What it throws fails the expansion, with its message. */
  readonly query: (expression: string) => Promise<readonly TemplateSample[]>;
  readonly nowMs: number;
}

type TemplateSample = Pick<TemplateData, 'labels' | 'value' | 'histogramText'>;

/** @throws {TemplateError} `template_invalid`, with Go's message. */
export function parseTemplate(written: string, name: string): Template {
  if (written.length > MAX_TEMPLATE_CHARACTERS) {
    const message = `template: ${name}:1: more than ${MAX_TEMPLATE_CHARACTERS} characters: make it shorter`;
    throw new TemplateError('template_invalid', message, { line: 1, column: 1 });
  }
  try {
    const definitions = parseDefinitions(PRELUDE + written, name, FUNCTION_NAMES);
    return { name, text: written, definitions, textStart: PRELUDE.length };
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError)) throw error;
    throw new TemplateError('template_invalid', error.message, placeIn(written, error.at - PRELUDE.length));
  }
}

/** @throws {TemplateError} `template_failed`, with the message of Prometheus. */
export async function expandTemplate(
  template: Template,
  data: TemplateData,
  functions: TemplateFunctions,
): Promise<string> {
  const context = new RunContext(data.externalUrl, functions.nowMs);
  const root = rootOf(data);
  while (true) {
    try {
      return expansionOf(template.definitions, template.name, root, context);
    } catch (error) {
      if (error instanceof ExpansionFailure) throw failureOf(template, error);
      if (!(error instanceof AnswerMissing)) throw error;
      await learnAnswer(context, error.expression, functions);
    }
  }
}

function rootOf({ labels, externalLabels, externalUrl, ...sample }: TemplateData): Value {
  const fields = new Map<string, Value>([
    ['Labels', labelMap(labels)],
    ['ExternalLabels', labelMap(externalLabels)],
    ['ExternalURL', text(externalUrl)],
    ['Value', sampleValue(sample)],
  ]);
  return { kind: 'struct', type: DATA_TYPE, fields };
}

function labelMap(labels: Labels): Value {
  return textMap(Object.entries(labelsToRecord(labels)));
}

async function learnAnswer(context: RunContext, expression: string, { query }: TemplateFunctions): Promise<void> {
  try {
    const samples = await query(expression);
    context.learn(expression, { samples: samples.map(sampleFields) });
  } catch (error) {
    context.learn(expression, { error: error instanceof Error ? error.message : String(error) });
  }
}

function sampleValue({ value, histogramText }: Pick<TemplateSample, 'value' | 'histogramText'>): Value {
  if (histogramText === undefined) return anything(float(value));
  const histogram = { kind: 'histogram', type: 'histogram.FloatHistogram', text: histogramText } as const;
  return anything({ kind: 'pointer', type: '*histogram.FloatHistogram', to: histogram });
}

function sampleFields({ labels, ...sample }: TemplateSample): SampleFields {
  return new Map([
    ['Labels', labelMap(labels)],
    ['Value', sampleValue(sample)],
  ]);
}

function failureOf({ name, text: written, textStart }: Template, failure: ExpansionFailure): TemplateError {
  const { subject, definition, message } = failure;
  const at = subject?.at ?? 0;
  const before = (PRELUDE + written).slice(0, at).split('\n');
  const column = Buffer.byteLength(before.at(-1)!);
  const shown = subject === undefined ? '' : subjectText(subject);
  const place = `${name}:${before.length}:${column}: executing ${quoted(definition)} at <${shown}>`;
  return new TemplateError(
    'template_failed',
    `error executing template ${name}: template: ${place}: ${message}`,
    placeIn(written, at - textStart),
  );
}

/** Both from 1. */
export function placeIn(written: string, at: number): { readonly line: number; readonly column: number } {
  const before = written.slice(0, Math.max(at, 0)).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
