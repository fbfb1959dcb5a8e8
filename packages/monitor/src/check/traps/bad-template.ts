// A template that cannot be read, names an unknown function, or fails.

import { expandTemplate } from '../../rules/template/template.ts';
import { TemplateError } from '../../rules/template/template-error.ts';
import type { Report, Subject, Trap } from '../interface.ts';
import { ruleTemplates, unreadTemplates } from './rule-templates.ts';

/** What a text is tried with. */
const TRIED_VALUE = 0.5;

export const BAD_TEMPLATE: Trap = {
  code: 'bad-template',
  level: 'error',
  title: 'A template that cannot be read, names an unknown function, or fails',
  why: 'Prometheus refuses a file with a template that it cannot read; one that fails puts the error in the place of the text.',
  mend: 'Use the functions of Prometheus: https://prometheus.io/docs/prometheus/latest/configuration/template_reference/',

  async examine(subject) {
    const reports: Report[] = [];
    for (const { field, name, error } of unreadTemplates(subject)) {
      reports.push(reportOf(subject, field, name, error));
    }
    for (const { field, name, template, parts } of ruleTemplates(subject)) {
      // What a query answers decides: nothing is known of it.
      if (parts.functions.some((used) => used.name === 'query')) continue;
      try {
        await expandTemplate(
          template,
          { labels: [], externalLabels: [], externalUrl: 'http://localhost', value: TRIED_VALUE },
          { query: async () => [], nowMs: 0 },
        );
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        reports.push(reportOf(subject, field, name, error));
      }
    }
    return reports;
  },
};

function reportOf(subject: Subject, field: 'labels' | 'annotations', name: string, error: TemplateError): Report {
  return {
    level: 'error',
    at: subject.placeOf(field, name, error),
    message: `the ${field === 'labels' ? 'label' : 'annotation'} "${name}" is a template that fails: ${error.message}`,
    mend: BAD_TEMPLATE.mend,
  };
}
