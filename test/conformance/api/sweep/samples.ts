// What both servers of the sweep hold: values whose text is easily got wrong, names and values in all of Unicode, one series
// with history, and a native histogram.

import { labelsFromRecord } from '../../../../packages/monitor/src/model/labels.ts';
import { NOW_MS } from '../../../../packages/monitor/src/server/testing/test-server.ts';
import type { RawSeries } from '../../promql/remote-write.ts';

/** Unix seconds. */
export const NOW = NOW_MS / 1000;

const VALUES = [1e21, -1.5e21, 1e-9, 5e-324, 0.1 + 0.2, 2 ** 53, -0, 0, 1.5, Infinity, -Infinity, Number.NaN];
/** In the order of code points; in that of UTF-16 the last two change places. */
const WORDS = ['', ' ', '"', '<&>', 'A', 'Z', 'a', 'z', '~', 'é', 'ｚ', '😀'];

export function sweptSeries(): readonly RawSeries[] {
  return [
    ...VALUES.map((value, index) => series({ __name__: 'odd', case: String(index) }, [[1100, value]])),
    ...WORDS.filter((word) => word !== '').map((word, index) =>
      series({ __name__: 'words', word, 'word.twice': word + word }, [[1100, index]]),
    ),
    series({ __name__: 'dotted.name', 'a.b': 'c', _under: 'y', U__x: 'z' }, [[1100, 1]]),
    series({ __name__: 'größe', länge: 'ü' }, [[1100, 2]]),
    series(
      { __name__: 'steps', job: 'j' },
      [41, 31, 21, 11, 1].map((age) => [age * 1000 + 300, age]),
    ),
    {
      ...series({ __name__: 'native' }, []),
      histograms: [
        {
          timestampMs: NOW_MS - 1100,
          histogram: {
            schema: 1,
            zeroThreshold: 0.001,
            zeroCount: 2,
            count: 9,
            sum: 7.25,
            positiveSpans: [{ offset: 0, length: 2 }],
            positiveCounts: Float64Array.of(3, 4),
            negativeSpans: [],
            negativeCounts: new Float64Array(0),
          },
        },
      ],
    },
  ];
}

function series(
  labels: Record<string, string>,
  points: readonly (readonly [ageMs: number, value: number])[],
): RawSeries {
  return {
    labels: labelsFromRecord(labels),
    timestampsMs: Float64Array.from(points, ([ageMs]) => NOW_MS - ageMs),
    values: Float64Array.from(points, ([, value]) => value),
  };
}
