// What is watched, told by the real binary and by Prometheus 3 that scrape the same page: targets, scrape pools, metadata of targets and
// of metrics, exemplars that were scraped. Of the times of a collection, which differ, the form is compared. Prometheus has the two
// pools that the monitor makes of itself and of the machine as well, without targets.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { MonitorProcess, until } from '../../apptest/monitor-process.ts';
import { type ApiRequest, ask, differenceOf, textOf } from './both-sides.ts';
import { withoutOurHeaders } from './our-headers.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, startPrometheus3 } from './prometheus-3.ts';
import { servePage } from './scraping-prometheus.ts';

const INTERVALS = 'scrape_interval: 5s, scrape_timeout: 4s';
/** Seconds; of now, for a store takes no exemplar that is older than its history. */
const exemplarTime = Math.floor(Date.now() / 1000) - 0.5;
const PAGE = `# HELP node_requests Requests.
# TYPE node_requests counter
node_requests_total{peer="a"} 7 # {trace_id="a<b>"} 1.5 ${exemplarTime}
# TYPE node_wait_seconds histogram
# UNIT node_wait_seconds seconds
# HELP node_wait_seconds Time \\"waited\\", in <seconds> \\n by all.
node_wait_seconds_bucket{le="1.5"} 1 # {trace_id="b"} 0.25 ${exemplarTime}
node_wait_seconds_bucket{le="+Inf"} 3
node_wait_seconds_count 3
node_wait_seconds_sum 7
# TYPE node info
# HELP node The node.
node_info{version="1"} 1
# EOF
`;
const SAME: readonly ApiRequest[] = [
  { path: 'scrape_pools' },
  { path: 'targets?scrapePool=scrape' },
  { path: 'targets?scrapePool=scrape&state=active' },
  { path: 'targets?scrapePool=none' },
  { path: 'targets?state=dropped' },
  { path: 'targets/metadata?metric=node_requests' },
  { path: 'targets/metadata?metric=node_wait_seconds&match_target={job="scrape"}' },
  { path: 'targets/metadata?metric=nothing' },
  { path: 'targets/metadata?match_target={job="none"}' },
  { path: 'metadata?metric=node_requests' },
  { path: 'metadata?metric=node_wait_seconds&limit=1' },
  { path: 'metadata?metric=node_wait_seconds&limit_per_metric=1' },
  { path: 'metadata?metric=node' },
  { path: 'metadata?metric=nothing' },
  { path: 'query_exemplars?query=node_requests_total' },
  { path: 'query_exemplars?query=rate(node_wait_seconds_bucket[5m])%2Bnode_requests_total' },
  { path: 'targets/relabel_steps?scrapePool=scrape&labels={"a":"b"}' },
];
/** The order is that of a table of Go, which is none. */
const ALL_OF_TARGET = 'targets/metadata?match_target={job="scrape"}';

test('what is watched is told as Prometheus 3 tells it', { skip: SKIP_WITHOUT_PROMETHEUS_3 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-watched-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const target = await servePage(t, PAGE);
  const pools = ['chainpulse', 'machine', 'scrape'].map(
    (job) =>
      `{job_name: ${job}, ${INTERVALS}, static_configs: [${job === 'scrape' ? `{targets: ["${target}"]}` : ''}]}`,
  );
  const prometheus = await startPrometheus3(`[${pools.join(', ')}]`);
  t.after(() => prometheus.stop());
  await using monitor = await MonitorProcess.start([
    'watch',
    `http://${target}/metrics`,
    '--data',
    join(folder, 'data'),
  ]);
  for (const address of [prometheus.address, monitor.url]) {
    const isThere = ({ body }: { body: string }) => body.includes('trace_id');
    await until(() => ask(address, 'query_exemplars?query=node_requests_total'), isThere);
  }
  const mismatches: string[] = [];
  for (const request of SAME) {
    const [theirs, ours] = await Promise.all([
      ask(prometheus.address, encoded(request)),
      ask(monitor.url, encoded(request)).then(withoutOurHeaders),
    ]);
    const [expected, actual] = [theirs, ours].map((answer) => ({ ...answer, body: timeless(answer.body) }));
    if (JSON.stringify(expected) !== JSON.stringify(actual))
      mismatches.push(differenceOf(textOf(request), theirs, ours));
  }
  assert.deepEqual(mismatches, []);
  const [theirs, ours] = await Promise.all(
    [prometheus.address, monitor.url].map(async (address) => {
      const { data } = JSON.parse((await ask(address, encoded({ path: ALL_OF_TARGET }))).body) as { data: object[] };
      return data.map((entry) => JSON.stringify(entry)).sort();
    }),
  );
  assert.equal(theirs!.length, 3);
  assert.deepEqual(ours, theirs);
});

function encoded({ path }: ApiRequest): ApiRequest {
  return { path: encodeURI(path).replaceAll('%25', '%') };
}

/** Prometheus tells the name of the machine instead of the loopback, and settings of the scrape that a target has not. */
function timeless(body: string): string {
  return body
    .replace(/"globalUrl":"http:\/\/[^:]+:/, '"globalUrl":"http://127.0.0.1:')
    .replaceAll(
      /"__(always_scrape_classic_histograms|convert_classic_histograms_to_nhcb|scrape_native_histograms)__":"\w+",/g,
      '',
    )
    .replaceAll(/"lastScrape":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+(Z|[+-]\d\d:\d\d)"/g, '"lastScrape":"TIME"')
    .replaceAll(/"lastScrapeDuration":\d+(\.\d+)?(e-\d+)?/g, '"lastScrapeDuration":SECONDS');
}
