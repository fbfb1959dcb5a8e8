// The same samples in Prometheus and in our store, the same requests to both HTTP APIs: the same status, the same headers and the
// same JSON, byte for byte. Left out of the comparison: the order of series where Prometheus gives that of its storage, and, with
// Debian's release, the words of errors that are others since. What is new in Prometheus 3 is asked there alone.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { servedSettingsOf } from '../../../packages/monitor/src/app/served-settings.ts';
import { completeConfig } from '../../../packages/monitor/src/config/read-config.ts';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { openRealEngine, type Point } from '../../../packages/monitor/src/server/testing/real-engine.ts';
import { NOW_MS, startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { PrometheusServer, prometheusIsInstalled } from '../promql/prometheus-server.ts';
import type { RawSeries } from '../promql/remote-write.ts';
import { type ApiRequest, ask, type ComparedAnswer, differenceOf, textOf } from './both-sides.ts';
import { withoutOurHeaders } from './our-headers.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, startPrometheus3, writeTo } from './prometheus-3.ts';

const SKIP_WITHOUT_DEBIANS = prometheusIsInstalled()
  ? false
  : 'no /usr/bin/prometheus here: apt-get install prometheus';
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
];

/** What Debian's release does not have, or answers otherwise. */
const SINCE_3: readonly string[] = [
  `targets`,
  `targets?state=dropped`,
  `targets?state=active`,
  `targets?scrapePool=none`,
  `scrape_pools`,
  `targets/metadata`,
  `targets/metadata?limit=x`,
  `targets/relabel_steps`,
  `targets/relabel_steps?scrapePool=a`,
  `targets/relabel_steps?scrapePool=a&labels={}`,
  `rules`,
  `rules?type=alert&rule_name[]=a&rule_group[]=b&file[]=c&match[]=%7Ba%3D%22b%22%7D&exclude_alerts=true`,
  `rules?type=x`,
  `rules?exclude_alerts=x`,
  `rules?group_limit=0`,
  `rules?group_limit=x`,
  `rules?group_limit=5`,
  `rules?group_next_token=a`,
  `rules?group_limit=1&group_next_token=a`,
  `alerts`,
  `alertmanagers`,
  `query?query=odd&time=${NOW}&limit=1x`,
  `query?query=odd&limit=-1`,
  `query?query=odd&limit=99999999999999999999`,
  `query?query=1&lookback_delta=abc`,
  `query?query=steps&time=${NOW}&lookback_delta=0`,
  `query?query=steps&time=${NOW}&lookback_delta=1s`,
  `query?query=steps&time=${NOW}&lookback_delta=2s`,
  `query?query=1&time=1&timeout=1e300`,
  `query_range?query=steps&start=${NOW - 60}&end=${NOW}&step=7&limit=x`,
  `query_range?query=vector(1)&start=0&end=10&step=5&limit=1`,
  `query?query=sort_desc(odd{case=~%22[12]%22})&time=${NOW}&limit=1`,
  `query_exemplars?query=nothing`,
  `query_exemplars?query=1`,
  `query_exemplars?query=nothing&start=5&end=1`,
  `query_exemplars?query=nothing&start=x`,
  `series?match[]={}`,
  `series?match[]=steps&limit=abc`,
  `series?match[]=odd{case="1"}&limit=1`,
  `labels?match[]={}`,
  `labels?match[]={a=~%22.*%22}`,
  `labels?limit=2`,
  `labels?start=x`,
  `label/__name__/values?limit=1`,
  `label/case/values?match[]=odd&match[]=steps`,
  `label/U__case/values`,
  `label/U___63_ase/values`,
  `label/U__a_2e_b/values`,
  `label/U__a_zz_b/values`,
  `label/_under/values`,
  `metadata`,
  `metadata?limit_per_metric=x`,
  `format_query?query=sum(up{a=%22b%22})by(job)%2B1`,
  `format_query?query=rate(steps[5m])`,
  `parse_query?query=sum(rate(steps[5m]))by(job)%3E1`,
  `parse_query?query=%22a%3Cb%22`,
  `status/tsdb?limit=0`,
  `status/tsdb?limit=10001`,
];

/** Prometheus never packs the answers to these. */
const NEVER_PACKED: readonly string[] = ['notifications', 'status/walreplay'];

/** Requests whose expression cannot be read, whose place and reason are the same. */
const UNREADABLE: readonly string[] = [
  'query?query=sum(',
  'query?query=%24',
  'query_exemplars?query=sum(',
  'format_query?query=sum(',
  'labels?match[]=%7B',
  'targets/metadata?match_target=%7B',
];

/** What our parser words otherwise: the answer is the same but for place and reason. */
const REFUSED: readonly string[] = ['query?query=', 'query', 'parse_query', 'series?match[]=sum(x)'];

/** Of instant vectors and of series that one selector finds, Prometheus gives the order of its storage. */
const ORDER_OPEN: ReadonlySet<string> = new Set([
  `query?query=odd&time=${NOW}`,
  'series?match[]=odd{case="1"}&limit=1',
]);

const FORMS: readonly ApiRequest[] = [
  { path: 'query?query=1&time=4', form: { query: 'vector(2)' } },
  { path: 'query', form: { query: 'steps', time: String(NOW) } },
  { path: 'query_range', form: { query: 'steps', start: String(NOW - 30), end: String(NOW), step: '5s' } },
  { path: 'series?match[]=steps', form: { 'match[]': 'odd{case="1"}' } },
  { path: 'labels', form: { 'match[]': 'steps' } },
];
const FORMS_SINCE_3: readonly ApiRequest[] = [
  { path: 'format_query', form: { query: 'a+b' } },
  { path: 'parse_query', form: { query: 'a+b' } },
  { path: 'query_exemplars', form: { query: 'nothing' } },
];

/** Instant queries whose order the language defines, and range queries, which are in the order of their labels. */
const ORDERED: readonly string[] = [
  'sort(odd)',
  'sort_desc(odd)',
  'topk(3, odd)',
  'bottomk(4, odd)',
  'topk by (Upper) (2, odd)',
  'sort(topk(3, odd))',
  'odd[1m]',
  'odd[1m:10s]',
  'last_over_time(odd[1m])[20s:5s]',
];
const ORDERED_RANGES: readonly string[] = [
  'odd',
  '-odd',
  'topk(3, odd)',
  'odd or steps',
  'sort_desc(odd)',
  'count_values("v", odd)',
];

test("the API answers as Debian's Prometheus does", { skip: SKIP_WITHOUT_DEBIANS }, async (t) => {
  const prometheus = await PrometheusServer.start();
  t.after(() => prometheus.stop());
  await prometheus.write(rawSeries());
  const { compare, mismatches } = await against(t, prometheus.address, asBefore3);
  for (const path of SAME) await compare(path);
  for (const path of [...UNREADABLE.slice(0, 2), ...REFUSED.slice(0, 2)]) {
    const { body } = asBefore3(await compare(path));
    assert.match(body, /invalid parameter \\"query\\": .*parse error$/, path);
  }
  for (const form of FORMS) await compare(form);
  assert.deepEqual(mismatches, []);
});

test('the API answers as Prometheus 3 does', { skip: SKIP_WITHOUT_PROMETHEUS_3 }, async (t) => {
  const prometheus = await startPrometheus3();
  t.after(() => prometheus.stop());
  await writeTo(prometheus.address, rawSeries());
  const { url, compare, mismatches } = await against(t, prometheus.address, (answer) => answer);
  for (const path of [...SAME, ...SINCE_3, ...UNREADABLE]) await compare(path);
  for (const form of [...FORMS, ...FORMS_SINCE_3]) await compare(form);
  for (const query of ORDERED) await compare(`query?${new URLSearchParams({ query, time: String(NOW) }).toString()}`);
  for (const query of ORDERED_RANGES) {
    const range = { query, start: String(NOW - 30), end: String(NOW), step: '10' };
    await compare(`query_range?${new URLSearchParams(range).toString()}`);
  }
  for (const path of REFUSED) {
    const [theirs, ours] = await Promise.all([ask(prometheus.address, path), ask(url, path).then(withoutOurHeaders)]);
    assert.deepEqual(withoutReason(ours), withoutReason(theirs), path);
  }
  assert.deepEqual(mismatches, []);
  for (const path of NEVER_PACKED) {
    const [theirs, ours] = await Promise.all([ask(prometheus.address, path), ask(url, path)]);
    assert.equal(ours.body, theirs.body, path);
  }
});

async function against(t: TestContext, address: string, normalize: (answer: ComparedAnswer) => ComparedAnswer) {
  const served = servedSettingsOf(completeConfig({}));
  const { url } = await startTestServer(t, { engine: await openRealEngine(t, POINTS), served });
  const mismatches: string[] = [];
  const compare = async (asked: ApiRequest | string) => {
    const plain = typeof asked === 'string' ? { path: asked } : asked;
    const request: ApiRequest = ORDER_OPEN.has(plain.path) ? { ...plain, order: 'open' } : plain;
    const [theirs, ours] = await Promise.all([ask(address, request), ask(url, request).then(withoutOurHeaders)]);
    const isSame = JSON.stringify(normalize(theirs)) === JSON.stringify(normalize(ours));
    if (!isSame) mismatches.push(differenceOf(textOf(request), theirs, ours));
    return theirs;
  };
  return { url, compare, mismatches };
}

/** Before 3 parse errors were worded and placed otherwise, a time was invalid with a capital, a type of expressions was refused
 * without the parameter, labels were escaped for HTML, and `Vary` was not sent. */
function asBefore3(answer: ComparedAnswer): ComparedAnswer {
  const body = withoutReason(answer)
    .body.replaceAll(/\\u(003c|003e|0026|2028)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .replace('Invalid time value', 'invalid time value')
    .replace('"invalid expression type', '"invalid parameter \\"query\\": invalid expression type');
  const { vary: _, ...headers } = answer.headers;
  return { ...answer, headers, body };
}

function withoutReason(answer: ComparedAnswer): ComparedAnswer {
  const body = answer.body.replace(/(\d+:\d+|unknown position): parse error: .*/, 'parse error');
  return { ...answer, body };
}

function rawSeries(): readonly RawSeries[] {
  return seriesOf(POINTS).map(({ labels, points }) => ({
    labels: labelsFromRecord(labels),
    timestampsMs: Float64Array.from(points, ({ ageMs = 0 }) => NOW_MS - ageMs),
    values: Float64Array.from(points, ({ value }) => value),
  }));
}

function seriesOf(points: readonly Point[]): { labels: Point['labels']; points: readonly Point[] }[] {
  const groups = Map.groupBy(points, ({ labels }) => JSON.stringify(labels));
  return [...groups.values()].map((group) => ({ labels: group[0]!.labels, points: group }));
}
