// Parts of a template as messages show them: normalized, not as they were written.

import { quoted } from '../../../promql/go-text.ts';
import type { Pipeline, Subject } from './tree.ts';

export function subjectText(subject: Subject): string {
  switch (subject.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(subject.value);
    case 'number':
      return subject.text;
    case 'string':
      return subject.quoted;
    case 'field':
      return `.${subject.names.join('.')}`;
    case 'variable':
      return [subject.name, ...subject.fields].join('.');
    case 'identifier':
      return subject.name;
    case 'chain':
      return [inParentheses(subject.of), ...subject.fields].join('.');
    case 'command':
      return subject.operands.map(inParentheses).join(' ');
    case 'pipeline':
      return pipelineText(subject);
    case 'template': {
      const pipeline = subject.pipeline === undefined ? '' : ` ${pipelineText(subject.pipeline)}`;
      return `{{template ${quoted(subject.name)}${pipeline}}}`;
    }
  }
}

function pipelineText({ variables, isAssignment, commands }: Pipeline): string {
  const declared = variables.map((variable) => variable.name).join(', ');
  const start = variables.length === 0 ? '' : `${declared} ${isAssignment ? '=' : ':='} `;
  return start + commands.map(subjectText).join(' | ');
}

function inParentheses(subject: Subject): string {
  return subject.kind === 'pipeline' ? `(${pipelineText(subject)})` : subjectText(subject);
}
