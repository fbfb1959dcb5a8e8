// A scrape as its scraper sees it: the time from the request to the last byte of 10,000 series over loopback, every value
// changed since the last one.

import { startMetricsServer } from '@chainpulse/instrument/server';
import { type BenchTable, measure } from '../table.ts';
import { changeAll, ourFixture, SERIES } from './fixture.ts';

const ACCEPTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  text: { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'identity' },
  'text, gzip': { accept: 'text/plain;version=0.0.4', 'accept-encoding': 'gzip' },
  OpenMetrics: { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'identity' },
  protobuf: {
    accept: 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
    'accept-encoding': 'identity',
  },
};

export async function benchHttp(): Promise<BenchTable> {
  const fixture = ourFixture();
  const handles = fixture.handles();
  const server = await startMetricsServer({ registry: fixture.registry, port: 0, exposeOwn: false });
  let round = 0;
  const contenders = Object.entries(ACCEPTS).map(([name, headers]) => ({
    name,
    operations: 1,
    prepare: () => changeAll(handles, ++round),
    run: async () => {
      const response = await fetch(`${server.url}/metrics`, { headers });
      return (await response.arrayBuffer()).byteLength;
    },
  }));
  const measured = await measure(contenders, { rounds: 15, warmups: 10 });
  await server.close();
  return {
    title: `GET /metrics of ${SERIES} series over loopback`,
    columns: ['', 'ms', '× text'],
    rows: measured.map(({ name, medianNs, ratio }) => [name, (medianNs / 1e6).toFixed(2), ratio.toFixed(1)]),
  };
}
