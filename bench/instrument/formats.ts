// Rendering the same 10,000 series in every format, the way a scrape or a push does: a snapshot is taken and rendered. The
// peers have one format.

import {
  renderCsv,
  renderInflux,
  renderJson,
  renderOpenMetrics,
  renderOtlpJson,
  renderOtlpProtobuf,
  renderProtobuf,
  renderSnapshotText,
  type Snapshot,
} from '@chainpulse/instrument';
import type { Contender } from '../table.ts';
import { changeAll, ourFixture } from './fixture.ts';

const FORMATS: Readonly<Record<string, (snapshot: Snapshot) => { readonly length: number }>> = {
  'text, from a snapshot': renderSnapshotText,
  OpenMetrics: renderOpenMetrics,
  'Prometheus protobuf': renderProtobuf,
  JSON: renderJson,
  CSV: renderCsv,
  'InfluxDB lines': renderInflux,
  'OTLP protobuf': renderOtlpProtobuf,
  'OTLP JSON': renderOtlpJson,
};

export function formatContenders(): Contender[] {
  const fixture = ourFixture();
  const handles = fixture.handles();
  let round = 0;
  const prepare = (): void => changeAll(handles, ++round);
  return [
    { name: 'text', operations: 1, prepare, run: async () => (await fixture.render()).length },
    { name: 'a snapshot alone', operations: 1, prepare, run: () => fixture.registry.snapshot().families.length },
    ...Object.entries(FORMATS).map(([name, render]) => ({
      name,
      operations: 1,
      prepare,
      run: () => render(fixture.registry.snapshot()).length,
    })),
  ];
}
