// Where metrics come from. A resource gives its series `job` of service.namespace and service.name, `instance` of
// service.instance.id, promoted attributes, and the series `target_info` with the rest; a scope, where that is wanted, its
// name, version, schema and attributes as labels `otel_scope_…`.
// Source: opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#resource-attributes

import type { MetricMetadata } from '../../../model/batch.ts';
import { type Labels, labelsKey } from '../../../model/labels.ts';
import { PushSeries } from '../push-batch.ts';
import type { Attribute } from './attributes.ts';
import { type CommonLabels, type LabelRules, labelNameOf, seriesLabels } from './series-labels.ts';
import { escapesNames, type OtlpSettings } from './settings.ts';

export const TARGET_INFO: MetricMetadata = { name: 'target_info', type: 'gauge', help: 'Target metadata', unit: '' };

/** A resource, or a scope of it where scopes become labels. */
export interface KnownOrigin {
  readonly id: number;
  readonly common: CommonLabels;
  /** Why all of its data points are refused; undefined when they are not. */
  readonly problem: string | undefined;
}

export interface KnownResource extends KnownOrigin {
  /** Undefined when it has none. */
  readonly targetInfo: TargetInfo | undefined;
}

export interface TargetInfo {
  readonly series: PushSeries;
  /** Equal for resources that have the same labels. */
  readonly key: string;
}

export interface Scope {
  readonly name: string;
  readonly version: string;
  readonly schemaUrl: string;
  readonly attributes: readonly Attribute[];
}

const SERVICE_NAMESPACE = 'service.namespace';
const SERVICE_NAME = 'service.name';
const SERVICE_INSTANCE = 'service.instance.id';
const IDENTIFYING: readonly string[] = [SERVICE_NAMESPACE, SERVICE_NAME, SERVICE_INSTANCE];
const NO_LABELS: ReadonlyMap<string, string> = new Map();

export const NO_COMMON_LABELS: CommonLabels = { job: '', instance: '', promoted: NO_LABELS, scope: NO_LABELS };

/** @throws {UnusableValue} when a promoted attribute cannot be a label. */
export function resourceLabels(attributes: readonly Attribute[], settings: OtlpSettings): CommonLabels {
  const service = attributeValue(attributes, SERVICE_NAME);
  const namespace = attributeValue(attributes, SERVICE_NAMESPACE);
  return {
    job: service !== undefined && namespace !== undefined ? `${namespace}/${service}` : (service ?? ''),
    instance: attributeValue(attributes, SERVICE_INSTANCE) ?? '',
    promoted: promotedLabels(attributes, settings),
    scope: NO_LABELS,
  };
}

/** Undefined when there is nothing to tell, or nothing to tell it of. @throws {UnusableValue} */
export function targetInfoOf(
  attributes: readonly Attribute[],
  { job, instance }: CommonLabels,
  settings: OtlpSettings,
  rules: LabelRules,
): TargetInfo | undefined {
  const telling = attributes.filter(({ key }) => !IDENTIFYING.includes(key));
  if (telling.length === 0) return undefined;
  const told = settings.keepIdentifyingResourceAttributes ? attributes : telling;
  const labels = seriesLabels(TARGET_INFO.name, told, { ...NO_COMMON_LABELS, job, instance }, rules);
  return hasIdentity(labels) ? { series: new PushSeries(labels), key: labelsKey(labels) } : undefined;
}

/** A scope without a name gives none. @throws {UnusableValue} when an attribute cannot be a label. */
export function scopeLabels(scope: Scope, settings: OtlpSettings): ReadonlyMap<string, string> {
  const labels = new Map<string, string>();
  if (scope.name === '') return labels;
  const isEscaped = escapesNames(settings.translationStrategy);
  for (const { key, value } of scope.attributes) labels.set(labelNameOf(`otel_scope_${key}`, isEscaped), value);
  labels.set('otel_scope_name', scope.name);
  labels.set('otel_scope_version', scope.version);
  labels.set('otel_scope_schema_url', scope.schemaUrl);
  return labels;
}

function hasIdentity(labels: Labels): boolean {
  return labels.some(({ name }) => name === 'job' || name === 'instance');
}

function promotedLabels(attributes: readonly Attribute[], settings: OtlpSettings): ReadonlyMap<string, string> {
  const { promoteAllResourceAttributes, ignoreResourceAttributes, promoteResourceAttributes } = settings;
  const isEscaped = escapesNames(settings.translationStrategy);
  const promoted = new Map<string, string>();
  for (const { key, value } of attributes) {
    const isPromoted = promoteAllResourceAttributes
      ? !ignoreResourceAttributes.includes(key)
      : promoteResourceAttributes.includes(key);
    if (isPromoted) promoted.set(labelNameOf(key, isEscaped), value);
  }
  return promoted;
}

/** Of several attributes with that key the first. */
function attributeValue(attributes: readonly Attribute[], key: string): string | undefined {
  return attributes.find((attribute) => attribute.key === key)?.value;
}
