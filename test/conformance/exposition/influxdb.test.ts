// Debian's InfluxDB 1.6 takes the line protocol and gives every finite value back under the layout of Telegraf's first
// metric version.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { renderInflux } from '../../../packages/instrument/src/exposition/influx.ts';
import { freePort } from '../../../packages/monitor/src/testing/free-port.ts';
import { ServerProcess, skipWithout } from '../testing/server-process.ts';
import { OBSERVATIONS, ODD_LABEL, sampleSnapshot } from './sample-snapshot.ts';

const INFLUXD = { path: '/usr/bin/influxd', debianPackage: 'influxdb' };

interface QuerySeries {
  readonly tags?: Record<string, string>;
  readonly columns: readonly string[];
  readonly values: readonly (readonly (number | string | null)[])[];
}

const snapshot = sampleSnapshot();

describe('InfluxDB', { skip: skipWithout([INFLUXD]) }, () => {
  let server: ServerProcess;

  before(async () => {
    server = await ServerProcess.start({ binary: INFLUXD.path, readyPath: '/ping', prepare });
    await fetch(`${server.address}/query?q=CREATE+DATABASE+chain`, { method: 'POST' });
    const answer = await fetch(`${server.address}/write?db=chain`, {
      method: 'POST',
      body: new Uint8Array(renderInflux(snapshot)),
    });
    assert.equal(answer.status, 204, await answer.text());
  });

  after(() => server.stop());

  /** The fields of each series of a measurement, which all have one point, and the time of that in nanoseconds. */
  async function series(
    measurement: string,
  ): Promise<{ tags: Record<string, string>; fields: Record<string, unknown> }[]> {
    const parameters = new URLSearchParams({ db: 'chain', q: `SELECT * FROM "${measurement}" GROUP BY *` });
    const answer = await fetch(`${server.address}/query?${parameters.toString()}&epoch=ms`);
    const { results } = (await answer.json()) as { results: readonly { series?: readonly QuerySeries[] }[] };
    return (results[0]?.series ?? []).map(({ tags = {}, columns, values }) => {
      assert.equal(values.length, 1);
      return { tags, fields: Object.fromEntries(columns.map((column, i) => [column, values[0]?.[i]])) };
    });
  }

  it('gives counters, gauges, infos and unknown ones back, at the time of the snapshot', async () => {
    const time = snapshot.takenAtMs;
    assert.deepEqual(await series('chain_blocks_total'), [{ tags: {}, fields: { time, counter: 41 } }]);
    assert.deepEqual(await series('chain_votes_total'), [
      { tags: { type: 'commit' }, fields: { time, counter: 2 ** 53 - 1 } },
      { tags: { type: 'prepare' }, fields: { time, counter: 0 } },
    ]);
    assert.deepEqual(await series('chain_build_info'), [{ tags: { version: '1.2.3' }, fields: { time, gauge: 1 } }]);
    assert.deepEqual(await series('other_thing'), [{ tags: {}, fields: { time, value: 7.5 } }]);
  });

  it('gives tags back with every character but the line feed, and has no infinity', async () => {
    const scores = await series('chain_peer_score_ratio');
    assert.deepEqual(
      new Map(scores.map(({ tags, fields }) => [tags['peer'], fields['gauge']])),
      new Map([
        [ODD_LABEL.replace('\n', '\\n'), -0.1],
        ['tiny', 1e-9],
      ]),
    );
  });

  it('takes tags that it keeps for itself under another name, and shows a backslash before a comma twice', async () => {
    const labels = [
      { name: 'peer', value: 'a\\,b' },
      { name: 'time', value: 'now' },
    ];
    const family = { name: 'odd_peers', type: 'gauge', help: '', unit: '', points: [{ labels, value: 1 }] } as const;
    const body = new Uint8Array(renderInflux({ takenAtMs: snapshot.takenAtMs, families: [family] }));
    const answer = await fetch(`${server.address}/write?db=chain`, { method: 'POST', body });
    assert.equal(answer.status, 204, await answer.text());
    assert.deepEqual(
      (await series('odd_peers')).map(({ tags }) => tags),
      [{ peer: 'a\\\\,b', time_: 'now' }],
    );
  });

  it('gives histograms back with a field for each bound, and summaries for each quantile', async () => {
    const time = snapshot.takenAtMs;
    assert.deepEqual(await series('chain_commit_latency_seconds'), [
      {
        tags: { path: '/a' },
        fields: { time, '0.01': 1, '0.1': 3, 1: 5, 10: 8, '+Inf': 9, count: 9, sum: sum(OBSERVATIONS) },
      },
    ]);
    assert.deepEqual(await series('other_request_seconds'), [
      { tags: { code: '200' }, fields: { time, '0.5': 0.25, 1: 4, count: 30, sum: 12.5 } },
    ]);
    const [exponential] = await series('chain_verify_duration_seconds');
    assert.equal(exponential?.fields['1'], 5);
    assert.equal(exponential?.fields['count'], OBSERVATIONS.length);
  });
});

async function prepare(directory: string, port: number): Promise<readonly string[]> {
  const config = join(directory, 'influxdb.conf');
  const rpcPort = await freePort();
  await writeFile(
    config,
    [
      'reporting-disabled = true',
      `bind-address = "127.0.0.1:${rpcPort}"`,
      `[meta]\ndir = "${directory}/meta"`,
      `[data]\ndir = "${directory}/data"\nwal-dir = "${directory}/wal"`,
      `[http]\nbind-address = "127.0.0.1:${port}"\nlog-enabled = false`,
      '[monitor]\nstore-enabled = false',
    ].join('\n'),
  );
  return ['-config', config];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
