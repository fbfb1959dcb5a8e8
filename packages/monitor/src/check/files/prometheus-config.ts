// What a prometheus.yml says that rules depend on: which rule files there are, how often is scraped and evaluated, and which labels
// its targets get.
// https://prometheus.io/docs/prometheus/latest/configuration/configuration/

import { parse } from 'yaml';
import { z } from 'zod';
import { parseDurationMs } from '../../model/duration.ts';

const duration = z
  .string()
  .transform((text) => parseDurationMs(text))
  .catch(undefined);
const labels = z.record(z.string(), z.unknown()).catch({});

const schema = z.looseObject({
  global: z.looseObject({ scrape_interval: duration.optional(), evaluation_interval: duration.optional() }).nullish(),
  rule_files: z.array(z.string()).nullish(),
  scrape_configs: z
    .array(
      z.looseObject({
        job_name: z.string().optional(),
        scrape_interval: duration.optional(),
        static_configs: z.array(z.looseObject({ labels: labels.nullish() })).nullish(),
        relabel_configs: z.array(z.looseObject({ target_label: z.string().optional() })).nullish(),
        metric_relabel_configs: z.array(z.looseObject({ target_label: z.string().optional() })).nullish(),
      }),
    )
    .nullish(),
});

/** Of Prometheus, when nothing is said. */
const DEFAULT_INTERVAL_MS = 60_000;

export interface PrometheusConfig {
  readonly ruleFiles: readonly string[];
  /** Of the job that is scraped most often: what is too short for that one is so for all. */
  readonly scrapeIntervalMs: number;
  readonly evaluationIntervalMs: number;
  /** Labels that targets get beside those that every target has. */
  readonly targetLabels: readonly string[];
}

/** Whether a YAML document looks like one. */
export function isPrometheusConfig(content: unknown): boolean {
  return typeof content === 'object' && content !== null && ('scrape_configs' in content || 'rule_files' in content);
}

/** @throws {z.ZodError} */
export function readPrometheusConfig(text: string): PrometheusConfig {
  const { global, rule_files, scrape_configs } = schema.parse(parse(text, { maxAliasCount: 100 }));
  const common = global?.scrape_interval ?? DEFAULT_INTERVAL_MS;
  const intervals = (scrape_configs ?? []).map((job) => job.scrape_interval ?? common);
  return {
    ruleFiles: rule_files ?? [],
    scrapeIntervalMs: intervals.length === 0 ? common : Math.min(...intervals),
    evaluationIntervalMs: global?.evaluation_interval ?? DEFAULT_INTERVAL_MS,
    targetLabels: [...new Set((scrape_configs ?? []).flatMap(labelsOfJob))],
  };
}

type Job = NonNullable<z.output<typeof schema>['scrape_configs']>[number];

function labelsOfJob({ static_configs, relabel_configs, metric_relabel_configs }: Job): readonly string[] {
  const fixed = (static_configs ?? []).flatMap((each) => Object.keys(each.labels ?? {}));
  const made = [...(relabel_configs ?? []), ...(metric_relabel_configs ?? [])].flatMap(
    (each) => each.target_label ?? [],
  );
  return [...fixed, ...made].filter((name) => !name.startsWith('__'));
}
