// Prometheus 3 with its receiver of OTLP, for one test.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { ServerProcess } from '../testing/server-process.ts';

const BINARY = oraclePath(PROMETHEUS_3);
export const SKIP_WITHOUT_PROMETHEUS_3 = BINARY === undefined ? 'no Prometheus 3 here: npm run oracles' : false;

/** Writes on what it takes. `config`: lines below `otlp:`. */
export async function startPrometheus3(
  writeTo: string,
  config: readonly string[],
  feature?: string,
): Promise<ServerProcess> {
  const lines = [
    'global: {scrape_interval: 1h}',
    'otlp:',
    ...config.map((line) => `  ${line}`),
    'storage: {tsdb: {out_of_order_time_window: 1h}}',
    'remote_write:',
    `  - url: ${writeTo}`,
    '    protobuf_message: io.prometheus.write.v2.Request',
    '    send_exemplars: true',
    '    send_native_histograms: true',
    '    queue_config: {min_shards: 1, max_shards: 1, batch_send_deadline: 20ms}',
  ];
  if (config.length === 0) lines.splice(1, 1);
  return ServerProcess.start({
    binary: BINARY!,
    prepare: async (directory, port) => {
      await writeFile(join(directory, 'prometheus.yml'), lines.join('\n'));
      const features = ['exemplar-storage', ...(feature === undefined ? [] : [feature])];
      return [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-otlp-receiver',
        `--enable-feature=${features.join(',')}`,
      ];
    },
    readyPath: '/-/ready',
  });
}

export async function postOtlp(
  address: string,
  body: Uint8Array,
  format: 'protobuf' | 'json' = 'protobuf',
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${address}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: { 'Content-Type': format === 'json' ? 'application/json' : 'application/x-protobuf' },
    body: Buffer.from(body),
  });
  return { status: answer.status, text: await answer.text() };
}
