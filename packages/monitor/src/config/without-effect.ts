// Settings that were given and change nothing where others with them are: not refused, since the rest of the configuration holds, but
// said at the start.

import type { QueryConfig } from './query-schema.ts';
import type { Config, ConfigInput } from './schema.ts';

/** What another server goes by that evaluates the queries: no API takes these with a query. */
const INSTEAD_THERE: readonly (readonly [setting: keyof QueryConfig, instead: string])[] = [
  [
    'subqueryStep',
    "the server's own step counts, which is the evaluation_interval of Prometheus and the step of the query in VictoriaMetrics",
  ],
  ['features', "the server has what is on there, as by Prometheus' --enable-feature"],
  ['maxSamples', "the server's own limit counts, such as Prometheus' --query.max-samples"],
  ['maxPointsHeldByAll', 'the server holds them, within limits of its own'],
];

/** A sentence each. `input` is what was written, without defaults. */
export function settingsWithoutEffect(input: ConfigInput, { storage, otlp }: Config): readonly string[] {
  const { engine, remote } = storage;
  const found: string[] = [];
  if (engine === 'remote' && remote.evaluate === 'server') {
    for (const [setting, instead] of INSTEAD_THERE) {
      if (!isGiven(input.query?.[setting])) continue;
      found.push(
        `query.${setting} has no effect on answers, since storage.remote.evaluate is "server": ${instead} (evaluate: local evaluates here)`,
      );
    }
  }
  if (engine !== 'embedded' && remote.protocol === '1.0' && otlp.convertHistogramsToNhcb) {
    found.push(
      'otlp.convertHistogramsToNhcb makes histograms that remote write 1.0 cannot carry, so they do not reach the server: storage.remote.protocol "2.0" sends them to one that knows it',
    );
  }
  return found;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && !(Array.isArray(value) && value.length === 0);
}
