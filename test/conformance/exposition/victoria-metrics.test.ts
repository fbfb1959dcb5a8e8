// Debian's VictoriaMetrics imports the text format, the line protocol and the CSV, and gives the values back. (Its InfluxDB
// endpoint names a series after the measurement and the field.)

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { renderCsv } from '../../../packages/instrument/src/exposition/csv.ts';
import { renderInflux } from '../../../packages/instrument/src/exposition/influx.ts';
import { renderSnapshotText } from '../../../packages/instrument/src/exposition/snapshot-text.ts';
import { becomesTrue, ServerProcess, skipWithout } from '../testing/server-process.ts';
import { OBSERVATIONS, ODD_LABEL, sampleSnapshot } from './sample-snapshot.ts';

const VICTORIA_METRICS = { path: '/usr/bin/victoria-metrics', debianPackage: 'victoria-metrics' };
const VISIBLE_DEADLINE_MS = 20_000;

/** The columns of docs/formats/csv.md for `/api/v1/import/csv`: one metric, whose names are a label. */
const CSV_FORMAT = '1:time:rfc3339,2:label:sample,3:label:type,5:label:labels,6:metric:csv';

interface ApiSeries {
  readonly metric: Record<string, string>;
  readonly value: readonly [number, string];
}

const snapshot = sampleSnapshot();

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
        '-search.latencyOffset=0s',
        '-search.disableCache',
      ],
    });
  });

  after(() => server.stop());

  async function post(path: string, body: Uint8Array): Promise<void> {
    const answer = await fetch(server.address + path, { method: 'POST', body: new Uint8Array(body) });
    assert.ok(answer.ok, `${answer.status} ${await answer.text()}`);
    // Otherwise new series are found up to ten seconds later.
    await fetch(`${server.address}/internal/force_flush`);
  }

  async function query(expression: string): Promise<{ metric: Record<string, string>; value: number }[]> {
    const parameters = new URLSearchParams({ query: expression, time: String(snapshot.takenAtMs / 1000 + 1) });
    const answer = await fetch(`${server.address}/api/v1/query?${parameters.toString()}`);
    const { data } = (await answer.json()) as { data: { result: readonly ApiSeries[] } };
    return data.result.map(({ metric, value: [, text] }) => ({
      metric,
      value: Number(text.replace('Inf', 'Infinity')),
    }));
  }

  async function visible(expression: string): Promise<void> {
    const isThere = async (): Promise<boolean> => (await query(expression)).length > 0;
    assert.ok(await becomesTrue(isThere, VISIBLE_DEADLINE_MS), `${expression} stays absent\n${server.log}`);
  }

  async function only(expression: string): Promise<number> {
    const series = await query(expression);
    assert.equal(series.length, 1, `${expression}: ${JSON.stringify(series)}`);
    return series[0]!.value;
  }

  it('gives the values of the text format back', async () => {
    await post(`/api/v1/import/prometheus?timestamp=${snapshot.takenAtMs}`, renderSnapshotText(snapshot));
    await visible('other_thing');
    assert.equal(await only('chain_blocks_total'), 41);
    assert.equal(await only('chain_votes_total{type="commit"}'), 2 ** 53 - 1);
    const scores = await query('chain_peer_score_ratio');
    assert.deepEqual(
      new Map(scores.map(({ metric, value }) => [metric['peer'], value])),
      new Map([
        [ODD_LABEL, -0.1],
        ['tiny', 1e-9],
        ['infinite', Infinity],
      ]),
    );
    assert.equal(await only('chain_commit_latency_seconds_bucket{le="1"}'), 5);
    assert.equal(await only('chain_verify_duration_seconds_count'), OBSERVATIONS.length);
    assert.equal(await only('other_request_seconds{quantile="0.5"}'), 0.25);
  });

  it('gives the values of the line protocol back', async () => {
    await post('/write', renderInflux(snapshot));
    await visible('other_thing_value');
    assert.equal(await only('chain_blocks_total_counter'), 41);
    assert.equal(await only('chain_votes_total_counter{type="commit"}'), 2 ** 53 - 1);
    const scores = await query('chain_peer_score_ratio_gauge');
    assert.deepEqual(
      new Map(scores.map(({ metric, value }) => [metric['peer'], value])),
      new Map([
        [ODD_LABEL.replace('\n', '\\n'), -0.1],
        ['tiny', 1e-9],
      ]),
    );
    assert.equal(await only('chain_build_info_gauge{version="1.2.3"}'), 1);
    assert.equal(await only('chain_commit_latency_seconds_count{path="/a"}'), OBSERVATIONS.length);
    assert.equal(await only('{__name__="chain_commit_latency_seconds_0.1"}'), 3);
    assert.equal(await only('{__name__="chain_commit_latency_seconds_+Inf"}'), OBSERVATIONS.length);
    assert.equal(await only('{__name__="other_request_seconds_0.5"}'), 0.25);
  });

  it('takes a tag with backslashes for one tag, whatever is behind them', async () => {
    const peers = ['a\\,b', 'a\\=b', 'a\\ b', 'a\\\\,b', 'a\\,admin=1,x\\=1', 'a\\ gauge=5 '];
    const points = peers.map((peer, i) => ({ labels: [{ name: 'peer', value: peer }], value: i }));
    const family = { name: 'odd_peers', type: 'gauge', help: '', unit: '', points } as const;
    await post('/write', renderInflux({ takenAtMs: snapshot.takenAtMs, families: [family] }));
    await visible('odd_peers_gauge');
    const series = await query('{__name__=~"odd_peers_.*"}');
    assert.deepEqual(
      series.map(({ metric, value }) => [metric, value]).sort((a, b) => (a[1] as number) - (b[1] as number)),
      peers.map((peer, i) => [{ __name__: 'odd_peers_gauge', peer }, i]),
    );
  });

  it('gives the values of the CSV back', async () => {
    const page = Buffer.from(renderCsv(snapshot)).toString();
    await post(`/api/v1/import/csv?format=${CSV_FORMAT}`, Buffer.from(page.slice(page.indexOf('\n') + 1)));
    await visible('csv{sample="other_thing"}');
    assert.equal(await only('csv{sample="chain_blocks_total",type="counter"}'), 41);
    const scores = await query('csv{sample="chain_peer_score_ratio"}');
    assert.equal(scores.find(({ metric }) => metric['labels'] === JSON.stringify({ peer: ODD_LABEL }))?.value, -0.1);
    const buckets = await query('csv{sample="chain_commit_latency_seconds_bucket"}');
    const at = (le: string): number | undefined =>
      buckets.find(({ metric }) => metric['labels'] === JSON.stringify({ le, path: '/a' }))?.value;
    assert.deepEqual(['0.01', '0.1', '1', '10', '+Inf'].map(at), [1, 3, 5, 8, 9]);
  });
});
