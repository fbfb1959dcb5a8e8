// The section `otlp` of the configuration: how what OpenTelemetry sends becomes series. Names and defaults are those of
// Prometheus' section `otlp`. Source: prometheus.io/docs/prometheus/latest/configuration/configuration/#otlp

import { z } from 'zod';

const ATTRIBUTES_MAX = 1000;
const attributes = z.array(z.string().min(1)).max(ATTRIBUTES_MAX).default([]);

export const otlp = z.strictObject({
  translationStrategy: z
    .enum([
      'UnderscoreEscapingWithSuffixes',
      'UnderscoreEscapingWithoutSuffixes',
      'NoUTF8EscapingWithSuffixes',
      'NoTranslation',
    ])
    .default('UnderscoreEscapingWithSuffixes')
    .describe('What becomes of names: whether they are escaped, and whether unit and type are added.'),
  promoteResourceAttributes: attributes.describe('Attributes of the resource that become labels of each series.'),
  promoteAllResourceAttributes: z
    .boolean()
    .default(false)
    .describe('All attributes of the resource do, but `ignoreResourceAttributes`.'),
  ignoreResourceAttributes: attributes.describe('See `promoteAllResourceAttributes`.'),
  keepIdentifyingResourceAttributes: z
    .boolean()
    .default(false)
    .describe('`target_info` keeps `service.name`, `service.namespace` and `service.instance.id`.'),
  convertHistogramsToNhcb: z
    .boolean()
    .default(false)
    .describe('Explicit histograms become native ones with custom bounds.'),
  promoteScopeMetadata: z
    .boolean()
    .default(false)
    .describe('Name, version, schema and attributes of the scope become labels `otel_scope_…`.'),
  delta: z
    .enum(['refuse', 'cumulative'])
    .default('refuse')
    .describe(
      'Sums of delta temporality: refused, or added up in memory (`cumulative`; a sum begins at 0 after a restart and after 5 minutes of silence).',
    ),
});
