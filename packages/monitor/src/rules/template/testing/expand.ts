// Expands templates with one alert's data and two queries that have answers, for tests.

import { labelsFromRecord } from '../../../model/labels.ts';
import { expandTemplate, parseTemplate, type TemplateData, type TemplateFunctions } from '../template.ts';

export const ALERT: TemplateData = {
  labels: labelsFromRecord({ instance: 'a.example.com:9090', job: 'node', a: 'b' }),
  externalLabels: labelsFromRecord({ cluster: 'eu' }),
  externalUrl: 'http://prom.example.com:9090/pre/fix',
  value: 2.5,
};

const ANSWERS: Readonly<Record<string, Awaited<ReturnType<TemplateFunctions['query']>>>> = {
  up: [
    { labels: labelsFromRecord({ __name__: 'up', instance: 'b:1', job: 'x' }), value: 1 },
    { labels: labelsFromRecord({ __name__: 'up', instance: 'a:1', job: 'y' }), value: 0.25 },
  ],
  empty: [],
};

/** Rejects with a TemplateError, whether the template is invalid or fails. */
export async function expand(
  text: string,
  { data = ALERT, asked = [] }: { readonly data?: TemplateData; readonly asked?: string[] } = {},
): Promise<string> {
  return await expandTemplate(parseTemplate(text, '__alert_Test'), data, {
    nowMs: 1_700_000_000_123,
    query: async (expression) => {
      asked.push(expression);
      const answer = Object.hasOwn(ANSWERS, expression) ? ANSWERS[expression] : undefined;
      if (answer === undefined) throw new Error(`no answer to ${expression}`);
      return await Promise.resolve(answer);
    },
  });
}

/** What an expansion says that goes wrong within the first line, after the place. */
export async function failureOf(text: string): Promise<string> {
  try {
    return `expanded: ${await expand(text)}`;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^.*?: executing "__alert_Test" at /s, '') : String(error);
  }
}
