// Registries of any content, names that collide in OpenMetrics among them: Debian's Prometheus, and Prometheus 3 where there is
// one, take each of them whole in all three formats and answer with every value.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  OPENMETRICS_CONTENT_TYPE,
  renderOpenMetrics,
} from '../../../packages/instrument/src/exposition/openmetrics.ts';
import { PROTOBUF_CONTENT_TYPE, renderProtobuf } from '../../../packages/instrument/src/exposition/protobuf.ts';
import { renderSnapshotText } from '../../../packages/instrument/src/exposition/snapshot-text.ts';
import { arbitrarySnapshot } from '../../../packages/instrument/src/exposition/testing/arbitrary-snapshot.ts';
import { expectedSamples } from '../../../packages/instrument/src/exposition/testing/expected-samples.ts';
import { type FamilySnapshot, type Snapshot, TEXT_CONTENT_TYPE } from '../../../packages/instrument/src/index.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { becomesTrue, ServerProcess, skipWithout } from '../testing/server-process.ts';

const DEBIAN = '/usr/bin/prometheus';
const SNAPSHOTS = 12;
const SCRAPE_DEADLINE_MS = 60_000;

const FORMATS = {
  text: [TEXT_CONTENT_TYPE, renderSnapshotText],
  openmetrics: [OPENMETRICS_CONTENT_TYPE, renderOpenMetrics],
  protobuf: [PROTOBUF_CONTENT_TYPE, renderProtobuf],
} as const;
type Format = keyof typeof FORMATS;

const scalar = (name: string, type: 'counter' | 'gauge' | 'info'): FamilySnapshot => ({
  name,
  type,
  help: 'H.',
  unit: '',
  points: [{ labels: [{ name: 'of', value: type }], value: 1, createdMs: 1_700_000_000_000 }],
});

const COLLISIONS: Snapshot = {
  takenAtMs: Date.now(),
  families: [
    scalar('x', 'gauge'),
    scalar('x_created', 'gauge'),
    scalar('x_info', 'info'),
    scalar('x_total', 'counter'),
    scalar('y_count_total', 'counter'),
    { name: 'y', type: 'histogram', help: '', unit: '', bounds: [1], points: [{ labels: [], counts: [1, 2], sum: 5 }] },
  ],
};

const NO_SERIES: Snapshot = { takenAtMs: Date.now(), families: [] };

interface Answer {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly value?: readonly [number, string];
      readonly histogram?: readonly [number, { readonly count: string; readonly sum: string }];
    }[];
  };
}

for (const [title, binary, features] of [
  ['Prometheus 2.42', DEBIAN, 'native-histograms,exemplar-storage'],
  ['Prometheus 3', oraclePath(PROMETHEUS_3), 'exemplar-storage'],
] as const) {
  const skip =
    binary === undefined
      ? `no ${PROMETHEUS_3.name} here: npm run oracles`
      : skipWithout([{ path: binary, debianPackage: 'prometheus' }]);
  describe(title, { skip }, () => {
    // Another one each time, told with the test: put it here to see a failure again.
    const seed = Date.now() % 2 ** 31;
    const snapshots = [COLLISIONS, NO_SERIES, ...fc.sample(arbitrarySnapshot, { numRuns: SNAPSHOTS, seed })];
    const jobs = snapshots.flatMap((_, i) => (Object.keys(FORMATS) as Format[]).map((format) => ({ i, format })));
    let target: Server;
    let prometheus: ServerProcess;

    before(async () => {
      target = createServer((request, response) => {
        const [, format = '', i = ''] = (request.url ?? '').split('/');
        const [contentType, render] = FORMATS[format as Format];
        response.writeHead(200, { 'Content-Type': contentType }).end(render(snapshots[Number(i)]!));
      }).listen(0, '127.0.0.1');
      await once(target, 'listening');
      const { port } = target.address() as AddressInfo;
      prometheus = await ServerProcess.start({
        binary: binary!,
        readyPath: '/-/ready',
        prepare: async (directory, ownPort) => {
          const config = join(directory, 'prometheus.yml');
          const native = binary === DEBIAN ? '' : ', scrape_native_histograms: true';
          const scrapes = jobs.map(
            ({ i, format }) =>
              `  - {job_name: ${format}-${i}, metrics_path: /${format}/${i}${native}, static_configs: [{targets: ['127.0.0.1:${port}']}]}`,
          );
          await writeFile(config, `global: {scrape_interval: 1s}\nscrape_configs:\n${scrapes.join('\n')}\n`);
          return [
            `--config.file=${config}`,
            `--storage.tsdb.path=${join(directory, 'data')}`,
            `--web.listen-address=127.0.0.1:${ownPort}`,
            `--enable-feature=${features}`,
          ];
        },
      });
      const isScraped = async (): Promise<boolean> => (await query('count(up)'))[0]?.value?.[1] === String(jobs.length);
      assert.ok(await becomesTrue(isScraped, SCRAPE_DEADLINE_MS), 'not every target was scraped');
    });

    after(async () => {
      target.closeAllConnections();
      target.close();
      await prometheus.stop();
    });

    async function query(expression: string): Promise<Answer['data']['result']> {
      const answer = await fetch(
        `${prometheus.address}/api/v1/query?${new URLSearchParams({ query: expression }).toString()}`,
      );
      return ((await answer.json()) as Answer).data.result;
    }

    it(`answers with every value of every registry, in every format (seed ${seed})`, async () => {
      assert.deepEqual(
        (await query('up == 0')).map(({ metric }) => metric['job']),
        [],
      );
      let valueCount = 0;
      for (const { i, format } of jobs) {
        const shown = await query(`{job="${format}-${i}", __name__!~"up|scrape_.*"}`);
        const values = shown.map(({ metric, value, histogram }) => {
          const { __name__: name = '', job: _job, instance: _instance, ...labels } = metric;
          const number = value?.[1] ?? `${histogram?.[1].count} with ${numberOf(histogram?.[1].sum ?? '')}`;
          return `${keyOf(name, Object.entries(labels))} ${value === undefined ? number : numberOf(number)}`;
        });
        const { families } = snapshots[i]!;
        const expected = new Set(families.flatMap((family) => expectedValues(family, format)));
        const missing = [...expected].filter((text) => !values.includes(text));
        // Times of creation are additional series in OpenMetrics.
        const extra = values.filter((text) => !expected.has(text) && !/^[^{]*_created\{/.test(text));
        assert.deepEqual([missing, extra], [[], []], `${format}, snapshot ${i}`);
        valueCount += expected.size;
      }
      assert.ok(valueCount > 100, `${valueCount} values`);
    });
  });
}

function expectedValues(family: FamilySnapshot, format: Format): string[] {
  if (format !== 'protobuf' || family.type !== 'exponential') {
    return expectedSamples(family).map(({ name, labels, value }) => `${keyOf(name, labels)} ${value}`);
  }
  return family.points.map(({ labels, zeroCount, positive, negative, sum }) => {
    const count = [...positive.counts, ...negative.counts].reduce((total, one) => total + one, zeroCount);
    return `${keyOf(
      family.name,
      labels.map(({ name, value }) => [name, value] as const),
    )} ${count} with ${sum}`;
  });
}

/** Labels sorted, bounds and quantiles as numbers, as they differ in their text, and U+FFFD for what is no Unicode. */
function keyOf(name: string, labels: readonly (readonly [name: string, value: string])[]): string {
  const pairs = labels.map(([label, value]) => {
    const isNumber = label === 'le' || label === 'quantile';
    return `${label}=${JSON.stringify(isNumber ? String(numberOf(value)) : value.toWellFormed())}`;
  });
  return `${name}{${pairs.sort().join(',')}}`;
}

function numberOf(text: string): number {
  return Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'));
}
