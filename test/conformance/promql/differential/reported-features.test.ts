// `/api/v1/features` says of the language what Prometheus 3 says of its own: each function, operator, aggregation and modifier, on or
// off with the same features on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { servedSettingsOf } from '../../../../packages/monitor/src/app/served-settings.ts';
import type { QueryFeature } from '../../../../packages/monitor/src/config/query-schema.ts';
import { completeConfig } from '../../../../packages/monitor/src/config/read-config.ts';
import { FEATURE_SETS, type FeatureSetName } from './features.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, startTheirs } from './their-side.ts';

const OF_THE_LANGUAGE = ['promql', 'promql_functions', 'promql_operators'] as const;
const EACH_SET: readonly FeatureSetName[] = ['plain', 'experimental', 'delayed'];

for (const name of EACH_SET) {
  test(`features of the language, ${name}`, { skip: SKIP_WITHOUT_PROMETHEUS_3 }, async (t) => {
    const set = FEATURE_SETS[name];
    const server = await startTheirs(set);
    t.after(() => server.stop());
    const answer = await fetch(`${server.address}/api/v1/features`);
    const { data } = (await answer.json()) as { readonly data: Record<string, Record<string, boolean>> };
    const ours = servedSettingsOf(completeConfig({ query: { features: [...set.theirs] as QueryFeature[] } })).features;
    for (const category of OF_THE_LANGUAGE) assert.deepEqual(ours[category], data[category], category);
    assert.ok(Object.keys(data['promql_operators'] ?? {}).includes('</'));
  });
}
