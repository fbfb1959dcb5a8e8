// A panel in another unit than its query.

import type { Trap } from '../interface.ts';

/** Units of Grafana, by what they show. */
const SHOWN: Readonly<Record<string, string>> = {
  percent: 'percent',
  percentunit: 'ratio',
  s: 'seconds',
  dtdurations: 'seconds',
  ms: 'milliseconds',
  dtdurationms: 'milliseconds',
  µs: 'microseconds',
  ns: 'nanoseconds',
  bytes: 'bytes',
  decbytes: 'bytes',
  kbytes: 'kibibytes',
  deckbytes: 'kibibytes',
  mbytes: 'mebibytes',
  decmbytes: 'mebibytes',
  gbytes: 'gibibytes',
  decgbytes: 'gibibytes',
  celsius: 'celsius',
  Bps: 'bytes_per_second',
  binBps: 'bytes_per_second',
};
const TOLD: ReadonlySet<string> = new Set(Object.values(SHOWN));

export const PANEL_UNIT: Trap = {
  code: 'panel-unit',
  level: 'warning',
  title: 'A panel in another unit than its query',
  why: 'The panel shows each value off by a factor: half a second as half a millisecond, 0.97 as 1 %.',
  mend: 'Choose the unit of the panel after that of the metric, or convert in the query.',
  *examine({ panel, analysis, syntax }) {
    const shown = panel?.unit === undefined ? undefined : SHOWN[panel.unit];
    if (panel === undefined || shown === undefined) return;
    const { unit, metric } = analysis.of(syntax);
    if (unit === undefined || unit === shown || !TOLD.has(unit)) return;
    yield {
      level: 'warning',
      at: panel.unitPlace,
      message: `the panel shows ${panel.unit ?? ''}, which is ${shown}, and ${metric ?? 'the query'} is in ${unit}`,
      mend: PANEL_UNIT.mend,
    };
  },
};
