// A recording rule under the name of a metric that is emitted.

import type { Trap } from '../interface.ts';

export const RECORD_CLASHES: Trap = {
  code: 'record-clashes',
  level: 'warning',
  title: 'A recording rule under the name of a metric that is emitted',
  why: 'Whoever reads the name gets both, and the sum of both: what is emitted and what is recorded of it.',
  mend: 'Record under a name of its own, such as `level:metric:operation`.',
  *examine(subject, { evidence }) {
    if (subject.kind !== 'recording') return;
    const [emitted] = evidence.emitted(subject.name);
    if (emitted === undefined) return;
    yield {
      level: 'warning',
      at: subject.placeOf('record'),
      message: `${subject.name} is emitted already, as ${emitted.source} tells: whoever reads it gets both`,
      mend: RECORD_CLASHES.mend,
    };
  },
};
