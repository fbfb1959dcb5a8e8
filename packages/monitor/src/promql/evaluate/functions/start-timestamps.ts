// `start_timestamp`: when the counters began, of samples that were stored with that time. Prometheus stores it behind a flag
// that this monitor does not have, and has no result without.

import type { CallArguments } from '../../plan/nodes.ts';
import { drain } from '../aggregate/aggregation.ts';
import type { SeriesStream } from '../series.ts';

export async function* startTimestamps(call: CallArguments): SeriesStream {
  await drain(call.vector(0));
  yield* [];
}
