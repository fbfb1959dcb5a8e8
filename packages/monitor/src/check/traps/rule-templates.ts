// The templates of a rule: values of its labels and annotations, read. Those that nobody can read are left out: `bad-template` tells them.

import { parseTemplate, type Template } from '../../rules/template/template.ts';
import { TemplateError } from '../../rules/template/template-error.ts';
import { type TemplateParts, templateParts } from '../../rules/template/template-parts.ts';
import type { Subject } from '../interface.ts';

export interface RuleTemplate {
  readonly field: 'labels' | 'annotations';
  /** Of the label or annotation. */
  readonly name: string;
  readonly template: Template;
  readonly parts: TemplateParts;
}

interface UnreadTemplate extends Pick<RuleTemplate, 'field' | 'name'> {
  readonly error: TemplateError;
}

const read = new WeakMap<
  Subject,
  { readonly sound: readonly RuleTemplate[]; readonly unread: readonly UnreadTemplate[] }
>();

export function ruleTemplates(subject: Subject): readonly RuleTemplate[] {
  return templatesOf(subject).sound;
}

export function unreadTemplates(subject: Subject): readonly UnreadTemplate[] {
  return templatesOf(subject).unread;
}

function templatesOf(subject: Subject) {
  const known = read.get(subject);
  if (known !== undefined) return known;
  const sound: RuleTemplate[] = [];
  const unread: UnreadTemplate[] = [];
  if (subject.rule?.kind === 'alerting') {
    for (const field of ['labels', 'annotations'] as const) {
      for (const { name, value } of subject.rule[field]) {
        if (!value.includes('{{')) continue;
        try {
          const template = parseTemplate(value, `__alert_${subject.name}`);
          sound.push({ field, name, template, parts: templateParts(template) });
        } catch (error) {
          if (!(error instanceof TemplateError)) throw error;
          unread.push({ field, name, error });
        }
      }
    }
  }
  const templates = { sound, unread };
  read.set(subject, templates);
  return templates;
}
