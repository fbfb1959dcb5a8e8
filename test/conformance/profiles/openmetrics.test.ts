// Every profile in OpenMetrics, the stricter format, with every metric there is: Debian's Prometheus takes each page whole and
// has as many series as the profile shows.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { PROFILE_NAMES } from '../../../packages/instrument/src/domains/metric-definition.ts';
import {
  OPENMETRICS_CONTENT_TYPE,
  renderOpenMetrics,
} from '../../../packages/instrument/src/exposition/openmetrics.ts';
import { createProfile } from '../../../packages/instrument/src/profiles/profile.ts';
import { DATA_MOUNT, Everything } from '../../../packages/instrument/src/profiles/testing/everything.ts';
import { becomesTrue, skipWithout } from '../testing/server-process.ts';
import { PROMETHEUS, ScrapingPrometheus } from './profile-node.ts';

const DEADLINE_MS = 30_000;

test('Prometheus takes every profile in OpenMetrics', { skip: skipWithout([PROMETHEUS]) }, async (t) => {
  const everything = new Everything();
  const first = everything.pass(30);
  const second = everything.pass(30);
  const pages = new Map(
    PROFILE_NAMES.map((name) => {
      const profile = createProfile(name, { dataMount: DATA_MOUNT });
      profile.apply(first);
      return [`/${name}`, renderOpenMetrics(profile.apply(second))];
    }),
  );
  const server = createServer(({ url = '' }, response) => {
    response.writeHead(200, { 'Content-Type': OPENMETRICS_CONTENT_TYPE }).end(pages.get(url));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const prometheus = await ScrapingPrometheus.start(PROFILE_NAMES.map((job) => ({ job, port, path: `/${job}` })));
  t.after(() => prometheus.stop());
  t.after(() => server.closeAllConnections());

  const areUp = async (): Promise<boolean> => (await prometheus.query('up == 1')).length === PROFILE_NAMES.length;
  assert.ok(await becomesTrue(areUp, DEADLINE_MS), JSON.stringify(await prometheus.ask('targets')));
  for (const [path, page] of pages) {
    const lines = new TextDecoder().decode(page).split('\n');
    const sampleCount = lines.filter((line) => line !== '' && !line.startsWith('#')).length;
    const series = await prometheus.query(`count({job="${path.slice(1)}", __name__!~"up|scrape_.*"})`);
    assert.deepEqual(
      series.map(({ value }) => value),
      [sampleCount],
      path,
    );
  }
});
