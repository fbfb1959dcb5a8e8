// Which exemplars may leave the process: OpenMetrics allows labels of at most 128 characters, and Prometheus refuses the whole
// page for one that is longer, has a name that is none, such as `trace-id`, or a value with the character NUL, which it takes
// everywhere else. Our instruments check most of this when they record (`exemplar.ts`); exemplars of other libraries are
// checked here.

import { LABEL_NAME } from '../names.ts';
import type { Exemplar } from '../snapshot/snapshot.ts';

/** Of all names and values together, in UTF-16 units, which are at least as many as characters. */
const MAX_LABEL_LENGTH = 128;

export function isExposableExemplar(exemplar: Exemplar | undefined): exemplar is Exemplar {
  if (exemplar === undefined) return false;
  let length = 0;
  for (const { name, value } of exemplar.labels) {
    length += name.length + value.length;
    if (length > MAX_LABEL_LENGTH || !LABEL_NAME.test(name) || value.includes('\0')) return false;
  }
  return true;
}
