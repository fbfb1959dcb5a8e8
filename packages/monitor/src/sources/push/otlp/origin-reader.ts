// Reads resources and scopes, or finds them remembered. A message that stands in a request more than once is the pieces one
// after another, as protobuf has it.

import { knownFields, ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { readText, UnusableValue } from './any-value.ts';
import { type Attribute, readAttribute, readAttributes, tooMany } from './attributes.ts';
import { KeyBuffer } from './key-buffer.ts';
import type { OtlpLimits } from './limits.ts';
import type { OtlpMemory } from './memory.ts';
import {
  type KnownOrigin,
  type KnownResource,
  NO_COMMON_LABELS,
  resourceLabels,
  type Scope,
  scopeLabels,
  type TargetInfo,
  targetInfoOf,
} from './origin.ts';
import type { LabelRules } from './series-labels.ts';
import type { OtlpSettings } from './settings.ts';
import type { Warnings } from './warnings.ts';

const RESOURCE = (1 << 3) | 2;
const RESOURCE_ATTRIBUTE = (1 << 3) | 2;

const SCOPE = (1 << 3) | 2;
const SCHEMA_URL = (3 << 3) | 2;
const SCOPE_NAME = (1 << 3) | 2;
const SCOPE_VERSION = (2 << 3) | 2;
const SCOPE_ATTRIBUTE = (3 << 3) | 2;

/** Tags of what a `ResourceMetrics` and a `ScopeMetrics` hold further: the scopes, and the metrics. */
const PARTS = (2 << 3) | 2;

const RESOURCE_METRICS_FIELDS = knownFields(RESOURCE, PARTS, SCHEMA_URL);
const RESOURCE_DROPPED = 2 << 3;
const RESOURCE_FIELDS = knownFields(RESOURCE_ATTRIBUTE, RESOURCE_DROPPED);
const SCOPE_METRICS_FIELDS = knownFields(SCOPE, PARTS, SCHEMA_URL);
const SCOPE_DROPPED = 4 << 3;
const SCOPE_FIELDS = knownFields(SCOPE_NAME, SCOPE_VERSION, SCOPE_ATTRIBUTE, SCOPE_DROPPED);

export interface OriginReaderParts {
  readonly memory: OtlpMemory;
  readonly settings: OtlpSettings;
  readonly limits: OtlpLimits;
  readonly rules: LabelRules;
  readonly warnings: Warnings;
}

export class OriginReader {
  readonly #parts: OriginReaderParts;
  readonly #key = new KeyBuffer();

  constructor(parts: OriginReaderParts) {
    this.#parts = parts;
  }

  /** The resource of the `ResourceMetrics` that the reader is in, to its end. */
  readResource(reader: ProtobufReader): KnownResource {
    const key = this.#key;
    key.begin(0);
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag !== RESOURCE) {
        reader.skipOther(tag, RESOURCE_METRICS_FIELDS);
        continue;
      }
      const outer = reader.enter();
      while (!reader.isAtEnd) {
        const from = reader.position;
        const field = reader.readTag();
        reader.skipOther(field, RESOURCE_FIELDS);
        if (field === RESOURCE_ATTRIBUTE) key.append(reader.bytes, reader.view, from, reader.position);
      }
      reader.leave(outer);
    }
    return this.#parts.memory.resources.get(key, () => this.#newResource());
  }

  /** The scope of the `ScopeMetrics` that the reader is in, to its end. */
  readScope(reader: ProtobufReader, resource: KnownResource): KnownOrigin {
    if (!this.#parts.settings.promoteScopeMetadata) {
      reader.position = reader.end;
      return resource;
    }
    const key = this.#key;
    key.begin(resource.id);
    while (!reader.isAtEnd) {
      const from = reader.position;
      const tag = reader.readTag();
      reader.skipOther(tag, SCOPE_METRICS_FIELDS);
      if (tag === SCOPE || tag === SCHEMA_URL) key.append(reader.bytes, reader.view, from, reader.position);
    }
    return this.#parts.memory.scopes.get(key, () => this.#newScope(resource));
  }

  #newResource(): KnownResource {
    const { memory, settings, limits } = this.#parts;
    const id = memory.newId();
    const range = { start: this.#key.fieldsStart, end: this.#key.length };
    try {
      const attributes = readAttributes(this.#key.bytes, range, limits);
      const common = resourceLabels(attributes, settings);
      return { id, common, problem: undefined, targetInfo: this.#targetInfo(attributes, common) };
    } catch (error) {
      if (!(error instanceof UnusableValue)) throw error;
      return { id, common: NO_COMMON_LABELS, problem: `of its resource ${error.message}`, targetInfo: undefined };
    }
  }

  #targetInfo(attributes: readonly Attribute[], common: KnownOrigin['common']): TargetInfo | undefined {
    try {
      return targetInfoOf(attributes, common, this.#parts.settings, this.#parts.rules);
    } catch (error) {
      if (!(error instanceof UnusableValue)) throw error;
      this.#parts.warnings.add(`target_info of job ${JSON.stringify(common.job)} is left out: ${error.message}`);
      return undefined;
    }
  }

  #newScope(resource: KnownResource): KnownOrigin {
    const id = this.#parts.memory.newId();
    if (resource.problem !== undefined) return { id, common: resource.common, problem: resource.problem };
    try {
      const scope = scopeLabels(this.#scopeOfKey(), this.#parts.settings);
      return { id, common: { ...resource.common, scope }, problem: undefined };
    } catch (error) {
      if (!(error instanceof UnusableValue)) throw error;
      return { id, common: resource.common, problem: `of its scope ${error.message}` };
    }
  }

  #scopeOfKey(): Scope {
    const reader = new ProtobufReader(this.#key.bytes, this.#key.fieldsStart, this.#key.length);
    let name = '';
    let version = '';
    let schemaUrl = '';
    const attributes: Attribute[] = [];
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === SCHEMA_URL) {
        schemaUrl = readText(reader, reader.readLength());
        continue;
      }
      const outer = reader.enter();
      while (!reader.isAtEnd) {
        const field = reader.readTag();
        if (field === SCOPE_NAME) name = readText(reader, reader.readLength());
        else if (field === SCOPE_VERSION) version = readText(reader, reader.readLength());
        else if (field === SCOPE_ATTRIBUTE) attributes.push(this.#readAttribute(reader, attributes.length));
        else reader.skipOther(field, SCOPE_FIELDS);
      }
      reader.leave(outer);
    }
    return { name, version, schemaUrl, attributes };
  }

  #readAttribute(reader: ProtobufReader, before: number): Attribute {
    const { limits } = this.#parts;
    if (before === limits.labelsASeries) throw tooMany(limits);
    const outer = reader.enter();
    const attribute = readAttribute(reader, limits);
    reader.leave(outer);
    return attribute;
  }
}
