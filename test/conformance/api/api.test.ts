// The same samples in Debian's Prometheus and in our store, the same requests to both HTTP APIs: the same status, the
// same type of content and the same JSON, byte for byte. Left out of the comparison: the order of series where
// Prometheus leaves it open, and the words of a parse error after its place.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { openRealEngine, type Point } from '../../../packages/monitor/src/server/testing/real-engine.ts';
import { NOW_MS, startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { PrometheusServer, prometheusIsInstalled } from '../promql/prometheus-server.ts';

const skip = prometheusIsInstalled() ? false : 'no /usr/bin/prometheus here: apt-get install prometheus';
const NOW = NOW_MS / 1000;

/** Values whose text is easily got wrong, one a series, and one series with history. */
const VALUES = [1e21, -1.5e21, 1e-9, 5e-324, 0.1 + 0.2, 2 ** 53, -0, 0, 1.5, Infinity, -Infinity, NaN];
const POINTS: readonly Point[] = [
  ...VALUES.map((value, index) => ({ labels: { __name__: 'odd', case: String(index) }, value, ageMs: 1100 })),
  { labels: { __name__: 'odd', case: 'a<b>&"c"\\ \u2028é😀', Upper: 'x', _under: 'y' }, value: 7, ageMs: 1100 },
  ...[41, 31, 21, 11, 1].map((age) => ({
    labels: { __name__: 'steps', job: 'j' },
    value: age,
    ageMs: age * 1000 + 300,
  })),
];

const SAME: readonly string[] = [
  `query?query=odd&time=${NOW}`,
  `query?query=steps&time=${NOW}.5`,
  `query?query=steps[1m]&time=${NOW}`,
  `query?query=nothing&time=${NOW}`,
  `query?query=nothing[5m]&time=${NOW}`,
  `query?query=1e21&time=1.5`,
  `query?query=-Inf&time=2015-07-01T20:10:51.781Z`,
  `query?query=vector(0.1)&time=2015-07-01T20:10:51.7%2B02:00`,
  `query?query=vector(1)&time=-0.5`,
  `query?query=%22a%3Cb%3E%26%C3%A9%22&time=0`,
  `query?query=1&time=0&timeout=1m`,
  `query?query=1&time=abc`,
  `query?query=1&time=2015-07-01T20:10:51`,
  `query?query=1&time=2016-02-29T20:10:51-23:59`,
  `query?query=1&time=2015-02-29T20:10:51Z`,
  `query?query=1&time=2015-07-01T24:00:00Z`,
  `query?query=1&timeout=abc`,
  `query_range?query=steps&start=${NOW - 60}&end=${NOW}&step=7`,
  `query_range?query=steps&start=${NOW - 60}.1239&end=${NOW}&step=7.5`,
  `query_range?query=odd&start=${NOW}&end=${NOW}&step=1m`,
  `query_range?query=nothing&start=0&end=60&step=15s`,
  `query_range?query=1&start=-1&end=1&step=0.5`,
  `query_range?query=1`,
  `query_range?query=1&start=1`,
  `query_range?query=1&start=1&end=0&step=1`,
  `query_range?query=1&start=1&end=2`,
  `query_range?query=1&start=1&end=2&step=0`,
  `query_range?query=1&start=1&end=2&step=-1s`,
  `query_range?query=1&start=1&end=2&step=abc`,
  `query_range?query=1&start=0&end=10999&step=1`,
  `query_range?query=1&start=0&end=11001&step=1`,
  `query_range?query=steps[1m]&start=0&end=1&step=1`,
  `query_range?query=%22a%22&start=0&end=1&step=1`,
  `series?match[]=odd&match[]=steps`,
  `series?match[]=steps&start=${NOW - 60}&end=${NOW}`,
  `series?match[]=steps&start=0&end=1`,
  `series?match[]=nothing`,
  `series`,
  `labels`,
  `labels?match[]=steps`,
  `labels?match[]=nothing`,
  `label/__name__/values`,
  `label/case/values`,
  `label/case/values?match[]=steps`,
  `label/nothing/values`,
  `metadata?metric=nothing`,
  `metadata?limit=abc`,
  `targets`,
  `targets?state=dropped`,
];

/** Requests whose expression cannot be read: up to the place the answer is the same, the reason is in our words. */
const UNREADABLE: readonly string[] = ['query?query=sum(', 'query?query=', 'query', 'query?query=%24'];

const FORMS: readonly (readonly [path: string, form: Readonly<Record<string, string>>])[] = [
  ['query?query=1&time=4', { query: 'vector(2)' }],
  ['query', { query: 'steps', time: String(NOW) }],
  ['query_range', { query: 'steps', start: String(NOW - 30), end: String(NOW), step: '5s' }],
  ['series?match[]=steps', { 'match[]': 'odd{case="1"}' }],
  ['labels', { 'match[]': 'steps' }],
  ['query', { other: 'x' }],
];

test('the API answers as Prometheus does', { skip }, async (t) => {
  const prometheus = await PrometheusServer.start();
  t.after(() => prometheus.stop());
  await prometheus.write(
    seriesOf(POINTS).map(({ labels, points }) => ({
      labels: labelsFromRecord(labels),
      timestampsMs: Float64Array.from(points, ({ ageMs = 0 }) => NOW_MS - ageMs),
      values: Float64Array.from(points, ({ value }) => value),
    })),
  );
  const { url } = await startTestServer(t, { engine: await openRealEngine(t, POINTS) });
  const both = (path: string, init: RequestInit) =>
    Promise.all([ask(`${prometheus.address}/api/v1/${path}`, init), ask(`${url}/api/v1/${path}`, init)]);

  const mismatches: { request: string; theirs: Answer; ours: Answer }[] = [];
  const compare = async (request: string, path: string, init: RequestInit = {}, normalize = (body: string) => body) => {
    const [theirs, ours] = await both(path, init);
    const isSame =
      JSON.stringify({ ...ours, body: normalize(ours.body) }) ===
      JSON.stringify({ ...theirs, body: normalize(theirs.body) });
    if (!isSame) mismatches.push({ request, theirs, ours });
    return theirs;
  };
  for (const path of SAME) await compare(path, path);
  for (const path of UNREADABLE) {
    const { body } = await compare(path, path, {}, withoutReason);
    assert.match(withoutReason(body), /invalid parameter \\"query\\": \d+:\d+: parse error:$/, path);
  }
  for (const [path, form] of FORMS) {
    const request = `${path} ${JSON.stringify(form)}`;
    await compare(request, path, { method: 'POST', body: new URLSearchParams(form) }, withoutReason);
  }
  assert.deepEqual(mismatches, []);
});

/** The text of an error up to where the reason of a parse error begins. */
function withoutReason(body: string): string {
  return body.replace(/(?<=parse error:).*/, '');
}

interface Answer {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: string;
}

async function ask(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init);
  const body = inOrder(await response.text());
  return { status: response.status, contentType: response.headers.get('content-type'), body };
}

/** The text with the members of a list of series in order: each is an object that begins with its labels. */
function inOrder(body: string): string {
  const list = /^(.*?"(?:result|data)":\[)(\{.*\})(\].*)$/s.exec(body);
  if (list === null) return body;
  const [, before = '', members = '', after = ''] = list;
  return (
    before +
    members
      .split(/,(?=\{"(?!type))/)
      .sort()
      .join(',\n') +
    after
  );
}

function seriesOf(points: readonly Point[]): { labels: Point['labels']; points: readonly Point[] }[] {
  const groups = Map.groupBy(points, ({ labels }) => JSON.stringify(labels));
  return [...groups.values()].map((group) => ({ labels: group[0]!.labels, points: group }));
}
