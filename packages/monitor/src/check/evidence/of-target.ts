// What a live target shows: its page, read twice, so that what comes and goes is seen at least once.

import { setTimeout as wait } from 'node:timers/promises';
import { withoutCredentials } from '../../model/errors.ts';
import { createScrapeCollector } from '../../sources/scrape/scrape-collector.ts';
import { authorizationIn } from './address-credentials.ts';
import type { EvidenceSource } from './evidence.ts';
import { SeenSeries } from './of-samples.ts';
import { collectedSeries, TARGET_LABELS } from './of-table.ts';

const TIMEOUT_MS = 10_000;
const BETWEEN_MS = 1000;

/** @throws {CollectionError} when the target gives no page of metrics */
export async function targetEvidence(url: URL): Promise<EvidenceSource> {
  const name = withoutCredentials(url.href);
  const collector = createScrapeCollector({
    url,
    timeoutMs: TIMEOUT_MS,
    readAuthorization: async () => authorizationIn(url),
  });
  const seen = new SeenSeries();
  try {
    await collector.collect(seen, AbortSignal.timeout(TIMEOUT_MS));
    await wait(BETWEEN_MS);
    await collector.collect(seen, AbortSignal.timeout(TIMEOUT_MS));
  } finally {
    await collector.close();
  }
  return {
    name,
    series: [...seen.facts(name, TARGET_LABELS, true), ...collectedSeries(name)],
    isComplete: !seen.isCut,
    notes: [],
  };
}
