// A panel that is bound to one data source.

import type { Trap } from '../interface.ts';

export const FIXED_DATASOURCE: Trap = {
  code: 'fixed-datasource',
  level: 'info',
  title: 'A panel that is bound to one data source',
  why: 'The identity of a data source is that of one Grafana: anywhere else the panel finds none, and stays empty.',
  mend: 'Add a variable of type `datasource` and write it as the uid: `$datasource`.',
  *examine({ panel }) {
    if (panel?.datasource !== 'fixed' && panel?.datasource !== 'missing') return;
    yield {
      level: 'info',
      at: panel.datasourcePlace,
      message:
        panel.datasource === 'fixed'
          ? 'the data source is named by its identity, which no other Grafana has'
          : 'the data source is named by its type alone, and no uid',
      mend: FIXED_DATASOURCE.mend,
    };
  },
};
