// Prometheus 3 as the other side of a comparison of the HTTP API: it takes remote write, keeps exemplars, and scrapes what it is given.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compress } from 'snappyjs';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { encodeWriteRequest, type RawSeries } from '../promql/remote-write.ts';
import { ServerProcess } from '../testing/server-process.ts';

const BINARY = oraclePath(PROMETHEUS_3);
export const SKIP_WITHOUT_PROMETHEUS_3 = BINARY === undefined ? 'no Prometheus 3 here: npm run oracles' : false;

/** `scrapeConfigs`: as its configuration has them, in YAML's flow style; `[]` for none. `more`: lines of its configuration. */
export function startPrometheus3(scrapeConfigs = '[]', more = ''): Promise<ServerProcess> {
  return ServerProcess.start({
    binary: BINARY!,
    prepare: async (directory, port) => {
      const config = `storage: {tsdb: {out_of_order_time_window: 10y}}\nscrape_configs: ${scrapeConfigs}\n${more}`;
      await writeFile(join(directory, 'prometheus.yml'), config);
      return [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        '--storage.tsdb.retention.time=100y',
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
        '--enable-feature=exemplar-storage',
      ];
    },
    readyPath: '/-/ready',
  });
}

/** To either side: both take remote write. */
export function writeTo(address: string, series: readonly RawSeries[]): Promise<void> {
  return postWrite(address, compress(encodeWriteRequest(series)));
}

/** `body`: a request of remote write 1.0 in Snappy's block format. */
export async function postWrite(address: string, body: Buffer): Promise<void> {
  const answer = await fetch(`${address}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body,
  });
  if (!answer.ok) throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
}
