// The functions of Go's templates. `and` and `or` evaluate no more arguments than they need, so the evaluation has them itself.
// https://pkg.go.dev/text/template#hdr-Functions

import { text, type unwrapped } from '../values.ts';
import { COMPARISONS } from './comparison.ts';
import { ESCAPING } from './escaping.ts';
import { INDEXING } from './indexing.ts';
import { printed, printedLine } from './printf/printer.ts';
import { formatted } from './printf/printf.ts';
import type { Functions } from './signature.ts';

export const BUILTIN_FUNCTIONS: Functions = {
  ...COMPARISONS,
  ...ESCAPING,
  ...INDEXING,
  print: { parameters: [], rest: 'interface {}', call: (values) => text(printed(values)) },
  println: { parameters: [], rest: 'interface {}', call: (values) => text(printedLine(values)) },
  printf: {
    parameters: ['string'],
    rest: 'interface {}',
    call: ([format, ...values]) => text(formatted(textOf(format), values)),
  },
};

function textOf(value: Parameters<typeof unwrapped>[0] | undefined): string {
  return value?.kind === 'text' ? value.value : '';
}
