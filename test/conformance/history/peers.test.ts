// Other programs take what is exported, and import takes what they give out: promtool makes blocks of the OpenMetrics and
// prints a database, Debian's VictoriaMetrics imports the JSON and exports it again, Debian's InfluxDB takes the line protocol.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { INFLUX_LINES } from '../../../packages/monitor/src/export/influx-lines.ts';
import { newTotals } from '../../../packages/monitor/src/export/interface.ts';
import { detectFormat } from '../../../packages/monitor/src/import/detect-format.ts';
import { importLines } from '../../../packages/monitor/src/import/import-lines.ts';
import type { LineFormat } from '../../../packages/monitor/src/import/interface.ts';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { bitsOf, isStaleAt } from '../../../packages/monitor/src/model/staleness.ts';
import { openEmbeddedStore } from '../../../packages/monitor/src/storage/embedded/open.ts';
import type { LocalStore } from '../../../packages/monitor/src/storage/interface.ts';
import { freePort } from '../../../packages/monitor/src/testing/free-port.ts';
import { ServerProcess, skipWithout } from '../testing/server-process.ts';
import { expectedSamples, exportText, keyOf, keyOfMetric, openFilledStore, SERIES } from './filled-store.ts';

const PROMTOOL = { path: '/usr/bin/promtool', debianPackage: 'prometheus' };
const VICTORIA_METRICS = { path: '/usr/bin/victoria-metrics', debianPackage: 'victoria-metrics' };
const INFLUXD = { path: '/usr/bin/influxd', debianPackage: 'influxdb' };

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-peers-'));
let store: LocalStore;
let closeStore: () => Promise<void>;

before(async () => {
  ({ store, close: closeStore } = await openFilledStore());
});

after(async () => {
  await closeStore();
  rmSync(folder, { recursive: true, force: true });
});

/** What a fresh store holds after the import; `ends` counts the stale markers. */
async function imported(content: Buffer): Promise<{ samples: Map<string, [number, number][]>; ends: number }> {
  const directory = mkdtempSync(join(folder, 'store-'));
  const clock = { nowMs: () => Date.now() };
  const fresh = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock });
  try {
    await importLines({
      chunks: (async function* () {
        yield content;
      })(),
      format: detectFormat(content.subarray(0, 65_536)) as LineFormat,
      from: { offset: 0, lines: 0, header: undefined },
      appender: fresh,
      nowMs: Date.now(),
      skipsBadLines: false,
      signal: new AbortController().signal,
      onStored: () => {},
    });
    const samples = new Map<string, [number, number][]>();
    let ends = 0;
    for await (const series of fresh.select({ matchers: [], minTimeMs: 0, maxTimeMs: 2 ** 50 })) {
      const bits = bitsOf(series.values);
      const own = Array.from(series.timestampsMs, (time, at): [number, number] => [time, series.values[at]!]);
      ends += own.filter((_, at) => isStaleAt(bits, at)).length;
      samples.set(
        keyOf(series.labels),
        own.filter((_, at) => !isStaleAt(bits, at)),
      );
    }
    return { samples: new Map([...samples].sort(([a], [b]) => (a < b ? -1 : 1))), ends };
  } finally {
    await fresh.close();
  }
}

describe('promtool', { skip: skipWithout([PROMTOOL]) }, () => {
  it('makes blocks of the OpenMetrics, and what it prints of them is imported as it was', async () => {
    const file = join(folder, 'history.om');
    const blocks = join(folder, 'blocks');
    writeFileSync(file, await exportText(store, 'openmetrics'));
    execFileSync(PROMTOOL.path, ['tsdb', 'create-blocks-from', 'openmetrics', file, blocks], { stdio: 'pipe' });
    mkdirSync(join(blocks, 'wal'), { recursive: true });
    const dump = execFileSync(PROMTOOL.path, ['tsdb', 'dump', blocks], { maxBuffer: 64 * 1024 * 1024 });
    assert.equal(detectFormat(dump.subarray(0, 65_536)), 'tsdb-dump');
    assert.deepEqual(await imported(dump), { samples: expectedSamples(), ends: 0 });
  });
});

describe('VictoriaMetrics', { skip: skipWithout([VICTORIA_METRICS]) }, () => {
  let server: ServerProcess;

  before(async () => {
    server = await ServerProcess.start({
      binary: VICTORIA_METRICS.path,
      readyPath: '/health',
      prepare: async (directory, port) => [
        `-storageDataPath=${directory}/data`,
        `-httpListenAddr=127.0.0.1:${port}`,
        '-retentionPeriod=100y',
      ],
    });
  });

  after(() => server.stop());

  it('imports the JSON, and its own export is imported as it was', async () => {
    const body = new Uint8Array(await exportText(store, 'json'));
    const answer = await fetch(`${server.address}/api/v1/import`, { method: 'POST', body });
    assert.equal(answer.status, 204);
    await fetch(`${server.address}/internal/force_flush`);
    const selector = encodeURIComponent('{__name__!=""}');
    const exported = await fetch(`${server.address}/api/v1/export?match[]=${selector}`);
    const lines = Buffer.from(await exported.arrayBuffer());
    assert.equal(detectFormat(lines), 'json');
    const { samples } = await imported(lines);
    assert.deepEqual([...samples.keys()], [...expectedSamples().keys()]);
    for (const [key, expected] of expectedSamples()) {
      const found = samples.get(key)!;
      assert.deepEqual(
        found.map(([time]) => time),
        expected.map(([time]) => time),
      );
      // It keeps some 12 digits of a value.
      for (const [at, [, value]] of expected.entries()) {
        assert.ok(Math.abs(found[at]![1] - value) <= 1e-11 * Math.abs(value), `${key} ${found[at]![1]} ${value}`);
      }
    }
  });
});

describe('InfluxDB', { skip: skipWithout([INFLUXD]) }, () => {
  let server: ServerProcess;

  before(async () => {
    server = await ServerProcess.start({ binary: INFLUXD.path, readyPath: '/ping', prepare: prepareInflux });
    await fetch(`${server.address}/query?q=CREATE+DATABASE+chain`, { method: 'POST' });
  });

  after(() => server.stop());

  it('takes the line protocol and gives every value back', async () => {
    const body = new Uint8Array(await exportText(store, 'influx'));
    const answer = await fetch(`${server.address}/write?db=chain`, { method: 'POST', body });
    assert.equal(answer.status, 204, await answer.text());
    const names = [...new Set(SERIES.map(({ labels }) => labels.find(({ name }) => name === '__name__')!.value))];
    const found = new Map<string, [number, number][]>();
    for (const name of names) {
      const parameters = new URLSearchParams({ db: 'chain', epoch: 'ms', q: `SELECT value FROM "${name}" GROUP BY *` });
      const { results } = (await (await fetch(`${server.address}/query?${parameters.toString()}`)).json()) as {
        results: [{ series: { tags?: Record<string, string>; values: [number, number][] }[] }];
      };
      for (const { tags = {}, values } of results[0].series) {
        // InfluxDB 1.x takes both of the backslashes that stand before a space for its own.
        const shown = Object.fromEntries(
          Object.entries(tags).map(([key, text]) => [key, text.replace('\\\\ é', '\\ é')]),
        );
        found.set(keyOfMetric(shown, name), values);
      }
    }
    assert.deepEqual(new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1))), expectedSamples());
  });

  it('shows every name of a metric as it was, as import does; what it would show otherwise is not written', async () => {
    const parts = ['a', '\n', '\\', '#', ',', ' ', '=', '"', '\t', '\0', 'é'];
    const names = parts.flatMap((first) =>
      parts.flatMap((next) => [`${first}${next}`, `x${first}${next}`, `x${first}${next}y`]),
    );
    const series = names.map((name) => ({ labels: labelsFromRecord({ __name__: name }), values: Float64Array.of(1) }));
    const totals = newTotals();
    const texts = series.map((each) => [
      ...INFLUX_LINES.render({ ...each, timestampsMs: Float64Array.of(1000) }, totals),
    ]);
    const lines = texts.flat().join('');
    await fetch(`${server.address}/query?q=CREATE+DATABASE+names`, { method: 'POST' });
    const answer = await fetch(`${server.address}/write?db=names`, { method: 'POST', body: lines });
    assert.equal(answer.status, 204, await answer.text());
    const asked = await fetch(`${server.address}/query?db=names&q=SHOW+MEASUREMENTS`);
    const { results } = (await asked.json()) as { results: [{ series: [{ values: [string][] }] }] };
    const shown = results[0].series[0].values.map(([name]) => name);
    const written = names.filter((_, at) => texts[at]!.join('') !== '');
    assert.ok(written.length > names.length / 2);
    assert.deepEqual(shown.sort(), [...new Set(written)].sort());
    const { samples } = await imported(Buffer.from(`first value=1 1000000000\n${lines}`));
    const keys = [...new Set(['first', ...written])].map((name) => keyOfMetric({}, name));
    assert.deepEqual([...samples.keys()].sort(), keys.sort());
  });
});

async function prepareInflux(directory: string, port: number): Promise<readonly string[]> {
  const config = join(directory, 'influxdb.conf');
  await writeFile(
    config,
    `reporting-disabled = true
bind-address = "127.0.0.1:${await freePort()}"
[meta]
  dir = "${directory}/meta"
[data]
  dir = "${directory}/data"
  wal-dir = "${directory}/wal"
[http]
  bind-address = "127.0.0.1:${port}"
`,
  );
  return ['-config', config];
}
