// What is wrong before anything can be reasoned about: files and expressions that nobody reads.

import type { ReadingTrap } from '../interface.ts';

export const INVALID_FILE: ReadingTrap = {
  code: 'invalid-file',
  level: 'error',
  title: 'A file, or a group of it, that Prometheus refuses',
  why: 'Nothing of what is refused is evaluated.',
  mend: 'Write it as the message says.',
};

export const INVALID_EXPRESSION: ReadingTrap = {
  code: 'invalid-expression',
  level: 'error',
  title: 'An expression that is no PromQL, or whose types do not fit',
  why: 'Prometheus refuses the rule and with it the whole file; a panel shows an error.',
  mend: 'Write the expression as the message says.',
};

export const STRING_COMPARISON: ReadingTrap = {
  code: 'string-comparison',
  level: 'error',
  title: 'A series compared with text',
  why: 'values are numbers, so Prometheus refuses the expression',
  mend: 'Match the text as the value of a label, `metric{state="failed"} == 1`, or compare with the number that stands for it.',
};
