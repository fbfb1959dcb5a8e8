// The server goes away under load and comes back; afterwards every sample that was answered must be there.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { openStore, temporaryFolder, VICTORIA_METRICS_ENGINE, victoriaMetricsArguments } from './engines.ts';
import { RestartableServer } from './restartable-server.ts';

export interface Outage {
  /** SIGTERM lets the server write what it has in memory; after SIGKILL it has to be sent again. */
  readonly signal: 'SIGTERM' | 'SIGKILL';
  readonly series: number;
  readonly everyMs: number;
  /** Before, while and after the server is away. */
  readonly beforeMs: number;
  readonly awayMs: number;
  readonly afterMs: number;
}

/** What VictoriaMetrics has in memory alone is a few seconds old; what is kept for longer covers it. */
const RESEND_MS = 30_000;
const SETTLE_MS = 120_000;

export async function checkOutage(context: TestContext, outage: Outage): Promise<void> {
  const folder = await temporaryFolder();
  const server = await RestartableServer.create({
    binary: VICTORIA_METRICS_ENGINE.server.binary,
    readyPath: '/health',
    // Samples that come twice count once.
    argumentsFor: (dataPath, port) => [...victoriaMetricsArguments(dataPath, port), '-dedup.minScrapeInterval=1ms'],
  });
  const limits = { resendMs: outage.signal === 'SIGKILL' ? RESEND_MS : 0 };
  const store = await openStore({ address: server.address, directory: folder.path, limits });
  context.after(async () => {
    await store.close();
    await server.dispose();
    await folder.remove();
  });
  const refs = await store.resolveSeries(
    Array.from({ length: outage.series }, (_, index) => labelsFromRecord({ __name__: 'load', i: String(index) })),
  );
  const times: number[] = [];
  let isOver = false;
  const load = (async () => {
    for (let step = 0; !isOver; step++) {
      const timestampsMs = Math.max(Date.now(), (times.at(-1) ?? 0) + 1);
      const values = Float64Array.from(refs, (_, index) => step * 10 + (index % 10));
      const outcome = await store.append({ refs: refs.slice(), timestampsMs, values });
      assert.equal(outcome.acceptedSamples, outage.series);
      times.push(timestampsMs);
      await delay(outage.everyMs);
    }
  })();
  await delay(outage.beforeMs);
  await server.kill(outage.signal);
  await delay(outage.awayMs);
  const waiting = store.sendStatistics().queueSamples;
  await server.start();
  await delay(outage.afterMs);
  isOver = true;
  await load;
  await Promise.race([store.flush(), delay(SETTLE_MS, undefined, { ref: false })]);
  await VICTORIA_METRICS_ENGINE.show(server.address);

  const { droppedSamplesTotal, sentSamplesTotal, queueSamples } = store.sendStatistics();
  assert.equal(queueSamples, 0, 'everything is sent');
  assert.deepEqual(droppedSamplesTotal, { refused: 0, unsupported: 0, age: 0, size: 0, damaged: 0 });
  assert.ok(waiting > 0, 'samples waited while the server was away');
  let series = 0;
  const matchers = [{ name: '__name__', operator: '=', value: 'load' }] as const;
  const range = { minTimeMs: times[0]!, maxTimeMs: times.at(-1)! };
  for await (const { labels, timestampsMs, values } of store.select({ ...range, matchers })) {
    const index = Number(labels.find(({ name }) => name === 'i')?.value);
    assert.deepEqual([...timestampsMs], times, `times of series ${index}`);
    assert.deepEqual(
      [...values],
      times.map((_, step) => step * 10 + (index % 10)),
      `values of series ${index}`,
    );
    series++;
  }
  assert.equal(series, outage.series);
  context.diagnostic(`${times.length * series} samples, ${waiting} waited, ${sentSamplesTotal} sent`);
}
