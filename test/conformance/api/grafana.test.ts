// What Grafana asks of a data source of type Prometheus, in the order in which it does: the health check, the label browser, the
// query editor's lists, a dashboard with panels and a variable, exemplars, rules. Prometheus 3 and our server have the same samples,
// exemplars and metadata and get the same requests; status, headers and body have to be the same, or of the same shape where an answer
// tells of the server itself. Prometheus tells the metadata of what it scrapes alone, so one that scrapes is asked for it.
// What is asked is in Grafana's public source: pkg/promlib (client, healthcheck, heuristics) and packages/grafana-prometheus.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { NOW_MS } from '../../../packages/monitor/src/server/testing/test-server.ts';
import type { RawSeries } from '../promql/remote-write.ts';
import { ask, type ComparedAnswer, differenceOf, shapeOf } from './both-sides.ts';
import { withoutOurHeaders } from './our-headers.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, writeTo } from './prometheus-3.ts';
import { startScraping } from './scraping-prometheus.ts';
import { startBoth } from './servers.ts';
import { type FamilyMetadata, type SeriesExemplars, writeExemplars, writeMetadata } from './side-data.ts';

const NOW = NOW_MS / 1000;
const HOUR_AGO = NOW - 3600;
const RANGE = { start: String(HOUR_AGO), end: String(NOW) };
const HEADERS = { 'user-agent': 'Grafana/12.1.0', 'accept-encoding': 'gzip', 'x-grafana-org-id': '1' };

interface GrafanaRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** The answer tells of the server itself. */
  readonly compares?: 'shape';
  /** Asked of the Prometheus that scrapes. */
  readonly of?: 'scraped';
  /** As of any instant vector: Prometheus gives its series in the order of its storage. */
  readonly order?: 'open';
  /** What the answer must hold, so that nothing is not compared with nothing. */
  readonly holds?: RegExp;
}

const get = (path: string, parameters: Readonly<Record<string, string>> = {}): GrafanaRequest => ({
  method: 'GET',
  path,
  parameters,
});
const post = (path: string, parameters: Readonly<Record<string, string>>): GrafanaRequest => ({
  method: 'POST',
  path,
  parameters,
});

const SEQUENCE: readonly GrafanaRequest[] = [
  // "Save & test": a query, and what kind of server it is.
  post('query', { query: '1+1', time: '4' }),
  { ...get('status/buildinfo'), compares: 'shape' },
  // The query editor opens.
  { ...get('metadata', { limit: '20000' }), of: 'scraped', holds: /"node_requests":\[.*"node_seconds":\[/ },
  { ...get('metadata', { metric: 'node_height' }), of: 'scraped', holds: /"Height of \\u003cthe\\u003e \\"chain\\"/ },
  { ...get('metadata', { metric: 'node_requests', limit_per_metric: '1' }), of: 'scraped', holds: /counter/ },
  { ...get('metadata', { limit: '0' }), of: 'scraped' },
  post('labels', { ...RANGE, limit: '40000' }),
  get('label/__name__/values', { ...RANGE, limit: '40000' }),
  get('label/__name__/values', RANGE),
  // The metrics browser: a metric, its labels, their values.
  post('labels', { ...RANGE, limit: '40000', 'match[]': '{__name__="node_requests_total"}' }),
  get('label/instance/values', { ...RANGE, limit: '40000', 'match[]': '{__name__="node_requests_total"}' }),
  get('label/instance/values', { ...RANGE, limit: '2', 'match[]': '{__name__="node_requests_total"}' }),
  get('label/U__peer_2e_id/values', RANGE),
  post('series', { ...RANGE, 'match[]': '{__name__="node_requests_total",job=~"r.*"}' }),
  post('series', { ...RANGE, 'match[]': 'node_height', limit: '40000' }),
  // A variable of a dashboard: label_values, query_result.
  get('label/job/values', RANGE),
  { ...post('query', { query: 'count(up) by (job)', time: String(NOW) }), order: 'open' },
  // Its panels: graph, stat, table, heatmap.
  post('query_range', { query: 'sum by (job) (rate(node_requests_total[5m]))', ...RANGE, step: '15' }),
  post('query_range', { query: 'node_height{instance=~"a|b"}', ...RANGE, step: '15', timeout: '60s' }),
  post('query_range', { query: '{"peer.score","peer.id"="x"}', ...RANGE, step: '60' }),
  post('query', { query: 'max(node_height) by (instance)', time: String(NOW) }),
  post('query', { query: 'up == 0', time: String(NOW) }),
  post('query', { query: 'scalar(sum(up))', time: String(NOW) }),
  post('query_range', {
    query: 'histogram_quantile(0.95, sum by (le) (rate(node_seconds_bucket[5m])))',
    ...RANGE,
    step: '30',
  }),
  post('query_range', { query: 'absent(nothing)', ...RANGE, step: '1200' }),
  get('query_range', { query: 'sum(up)', ...RANGE, step: '15' }),
  // A mistake while writing, and one that shows when it is evaluated.
  post('query_range', { query: 'sum(', ...RANGE, step: '15' }),
  post('query_range', { query: 'up * on (job) up', ...RANGE, step: '15' }),
  post('query_range', { query: 'up', ...RANGE, step: '0.1' }),
  // Exemplars of a graph, annotations, alerting.
  {
    ...post('query_exemplars', { query: 'rate(node_seconds_bucket[5m])', ...RANGE }),
    holds: /"le":"\+Inf".*"le":"0\.1".*"trace_id":"a<b>&\\"/,
  },
  {
    ...post('query_exemplars', { query: 'node_seconds_bucket{le="1"} + on (instance) node_requests_total', ...RANGE }),
    holds: /"__name__":"node_requests_total".*"__name__":"node_seconds_bucket"/,
  },
  {
    ...get('query_exemplars', { query: 'node_seconds_bucket{le="1"}', start: `${NOW - 600}`, end: `${NOW - 300}` }),
    holds: /"exemplars":\[\{/,
  },
  post('query_exemplars', { query: 'node_height', ...RANGE }),
  post('query_range', { query: 'ALERTS{alertstate="firing"}', ...RANGE, step: '60' }),
  get('rules'),
  get('rules', { type: 'alert' }),
  get('alerts'),
  // The help of the code editor.
  post('format_query', { query: 'sum(rate(node_requests_total[5m]))by(job)' }),
  post('parse_query', { query: 'sum(rate(node_requests_total[5m]))by(job)' }),
  // Tries a form first where only GET is answered, and then that.
  { ...post('rules', { type: 'alert' }), compares: 'shape' },
];

test('Grafana is answered as Prometheus answers it', { skip: SKIP_WITHOUT_PROMETHEUS_3 }, async (t) => {
  const { theirs: prometheus, ours: url } = await startBoth(t);
  for (const address of [prometheus, url]) {
    await writeTo(address, samples());
    await writeExemplars(address, exemplars());
  }
  await writeMetadata(url, METADATA);
  const scraping = await startScraping(t, PAGE, /"node_requests"/);
  const mismatches: string[] = [];
  for (const request of SEQUENCE) {
    const of = request.of === 'scraped' ? scraping : prometheus;
    const [theirs, ours] = await Promise.all([send(of, request), send(url, request).then(withoutOurHeaders)]);
    const comparable = (answer: ComparedAnswer) => (request.compares === 'shape' ? comparedShape(answer) : answer);
    const [expected, actual] = [comparable(theirs), comparable(ours)];
    const isSame = JSON.stringify(expected) === JSON.stringify(actual);
    if (!isSame || request.holds?.test(theirs.body) === false) {
      mismatches.push(differenceOf(JSON.stringify(request), theirs, ours));
    }
  }
  assert.deepEqual(mismatches, []);
});

function send(address: string, { method, path, parameters = {}, order }: GrafanaRequest) {
  const open = order === undefined ? {} : { order };
  const form = new URLSearchParams(parameters);
  if (method === 'POST') return ask(address, { path, method, headers: HEADERS, form: parameters, ...open });
  return ask(address, { path: form.size === 0 ? path : `${path}?${form.toString()}`, headers: HEADERS, ...open });
}

/** Of a refusal the status alone. */
function comparedShape(answer: ComparedAnswer): unknown {
  const { status, body } = answer;
  return status === 200 ? { ...answer, body: shapeOf(JSON.parse(body)) } : status;
}

function samples(): readonly RawSeries[] {
  const timestampsMs = Float64Array.from({ length: 241 }, (_, index) => NOW_MS - (240 - index) * 15_000);
  const series = (labels: Record<string, string>, valueAt: (index: number) => number): RawSeries => ({
    labels: labelsFromRecord(labels),
    timestampsMs,
    values: timestampsMs.map((_, index) => valueAt(index)),
  });
  return ['a', 'b', 'c'].flatMap((instance, node) => [
    series({ __name__: 'up', job: node === 2 ? 'beacon' : 'rpc', instance }, (index) => Number(index % 40 !== 3)),
    series({ __name__: 'node_height', job: 'rpc', instance, chain: 'dev<1>' }, (index) => 1000 + index + node),
    series({ __name__: 'node_requests_total', job: 'rpc', instance }, (index) => (index * (node + 1)) % 1000),
    series({ __name__: 'peer.score', 'peer.id': instance === 'a' ? 'x' : instance }, (index) => index / 7),
    ...['0.1', '1', '+Inf'].map((le, bucket) =>
      series({ __name__: 'node_seconds_bucket', job: 'rpc', instance, le }, (index) => index * (bucket + 1)),
    ),
  ]);
}

const METADATA: readonly FamilyMetadata[] = [
  { metricFamilyName: 'node_seconds', type: 'HISTOGRAM', help: 'Time of a request.', unit: 'seconds' },
  { metricFamilyName: 'node_requests', type: 'COUNTER', help: 'Requests.', unit: '' },
  { metricFamilyName: 'node_height', type: 'GAUGE', help: 'Height of <the> "chain"\nin blocks \\.', unit: '' },
  { metricFamilyName: 'zeta', type: 'UNKNOWN', help: '', unit: '' },
];

/** The same as a page to scrape. */
const PAGE = `# HELP node_seconds Time of a request.
# TYPE node_seconds histogram
# UNIT node_seconds seconds
# HELP node_requests Requests.
# TYPE node_requests counter
# TYPE node_height gauge
# HELP node_height Height of <the> \\"chain\\"\\nin blocks \\\\.
# TYPE zeta unknown
# EOF
`;

function exemplars(): readonly SeriesExemplars[] {
  const every = (labels: Record<string, string>, trace: string): SeriesExemplars => ({
    labels: labelsFromRecord(labels).map(({ name, value }) => [name, value] as const),
    exemplars: Array.from({ length: 20 }, (_, index) => ({
      labels: [
        ['span_id', `${index}`],
        ['trace_id', trace],
      ],
      value: (index + 1) / 7,
      timestamp: NOW_MS - (20 - index) * 61_007,
    })),
  });
  return [
    ...['0.1', '1', '+Inf'].flatMap((le) => [
      every({ __name__: 'node_seconds_bucket', job: 'rpc', instance: 'a', le }, `of ${le}`),
      every({ __name__: 'node_seconds_bucket', job: 'rpc', instance: 'c', le }, 'a<b>&"\u2028é😀'),
    ]),
    every({ __name__: 'node_requests_total', job: 'rpc', instance: 'a' }, 'x'),
  ];
}
