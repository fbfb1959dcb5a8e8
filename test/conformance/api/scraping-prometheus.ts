// A Prometheus 3 that scrapes one page of ours: what it tells of targets and of metadata.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { becomesTrue } from '../testing/server-process.ts';
import { ask } from './both-sides.ts';
import { startPrometheus3 } from './prometheus-3.ts';

const DEADLINE_MS = 30_000;

/** Its address, once its metadata has what is looked for. `page`: in OpenMetrics. */
export async function startScraping(t: TestContext, page: string, metadata: RegExp): Promise<string> {
  const target = await servePage(t, page);
  const prometheus = await startPrometheus3(
    `[{job_name: scrape, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{targets: ["${target}"]}]}]`,
  );
  t.after(() => prometheus.stop());
  const isThere = async () => metadata.test((await ask(prometheus.address, 'metadata')).body);
  if (!(await becomesTrue(isThere, DEADLINE_MS))) throw new Error(`nothing was scraped:\n${prometheus.log}`);
  return prometheus.address;
}

/** Host and port of a server of this page. */
export async function servePage(t: TestContext, page: string): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/openmetrics-text; version=1.0.0; charset=utf-8');
    response.end(page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
