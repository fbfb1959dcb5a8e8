// How OTLP becomes series: the settings of Prometheus's `otlp` section under their names in our configuration, with its
// defaults. Source: prometheus.io/docs/prometheus/latest/configuration/configuration/#otlp

/** What becomes of names that are no classic Prometheus names, and whether type and unit are added to them. */
export type TranslationStrategy =
  | 'UnderscoreEscapingWithSuffixes'
  | 'UnderscoreEscapingWithoutSuffixes'
  | 'NoUTF8EscapingWithSuffixes'
  | 'NoTranslation';

export interface OtlpSettings {
  readonly translationStrategy: TranslationStrategy;
  /** Attributes of the resource that become labels of each of its series. */
  readonly promoteResourceAttributes: readonly string[];
  /** All attributes of the resource do, but those of `ignoreResourceAttributes`; `promoteResourceAttributes` is not asked. */
  readonly promoteAllResourceAttributes: boolean;
  readonly ignoreResourceAttributes: readonly string[];
  /** Whether `target_info` also has what `job` and `instance` were made of. */
  readonly keepIdentifyingResourceAttributes: boolean;
  /** Explicit histograms become native ones with custom bounds instead of `_bucket`, `_sum` and `_count`. */
  readonly convertHistogramsToNhcb: boolean;
  /** Name, version, schema and attributes of the scope become labels `otel_scope_…`. */
  readonly promoteScopeMetadata: boolean;
  /** Sums and histograms of delta temporality: refused, or added up here. */
  readonly delta: 'refuse' | 'cumulative';
  /** How far PromQL looks back: `target_info` is written at half of it. Milliseconds. */
  readonly lookbackMs: number;
}

export const DEFAULT_OTLP_SETTINGS: OtlpSettings = {
  translationStrategy: 'UnderscoreEscapingWithSuffixes',
  promoteResourceAttributes: [],
  promoteAllResourceAttributes: false,
  ignoreResourceAttributes: [],
  keepIdentifyingResourceAttributes: false,
  convertHistogramsToNhcb: false,
  promoteScopeMetadata: false,
  delta: 'refuse',
  lookbackMs: 300_000,
};

/** Whether names are brought to letters, digits and underscores. */
export function escapesNames(strategy: TranslationStrategy): boolean {
  return strategy === 'UnderscoreEscapingWithSuffixes' || strategy === 'UnderscoreEscapingWithoutSuffixes';
}

/** Whether unit and type are added to the names of metrics. */
export function addsSuffixes(strategy: TranslationStrategy): boolean {
  return strategy === 'UnderscoreEscapingWithSuffixes' || strategy === 'NoUTF8EscapingWithSuffixes';
}
