// Prometheus 3 as the other side of a comparison of the HTTP API: it takes remote write, keeps exemplars, and scrapes what it is given.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compress } from 'snappyjs';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { encodeWriteRequest, type RawSeries } from '../promql/remote-write.ts';
import { ServerProcess } from '../testing/server-process.ts';

const BINARY = oraclePath(PROMETHEUS_3);
export const SKIP_WITHOUT_PROMETHEUS_3 = BINARY === undefined ? 'no Prometheus 3 here: npm run oracles' : false;

export function startPrometheus3(): Promise<ServerProcess> {
  return ServerProcess.start({
    binary: BINARY!,
    prepare: async (directory, port) => {
      await writeFile(join(directory, 'prometheus.yml'), 'storage: {tsdb: {out_of_order_time_window: 10y}}\n');
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
export async function writeTo(address: string, series: readonly RawSeries[]): Promise<void> {
  const answer = await fetch(`${address}/api/v1/write`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-protobuf',
      'content-encoding': 'snappy',
      'x-prometheus-remote-write-version': '0.1.0',
    },
    body: compress(encodeWriteRequest(series)),
  });
  if (!answer.ok) throw new Error(`remote write: ${answer.status} ${await answer.text()}`);
}
