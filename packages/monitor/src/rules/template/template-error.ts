// A template that cannot be parsed, or cannot be expanded. The message is Go's, which is what a user of Prometheus knows and
// finds; the place is in the text as it was written, both from 1.

import { ChainpulseError } from '../../model/errors.ts';

export type TemplateErrorCode = 'template_invalid' | 'template_failed';

export class TemplateError extends ChainpulseError {
  readonly line: number;
  readonly column: number;

  constructor(code: TemplateErrorCode, message: string, place: { readonly line: number; readonly column: number }) {
    super(code, message);
    this.name = 'TemplateError';
    this.line = place.line;
    this.column = place.column;
  }
}
