// The target that takes Prometheus's remote write: 2.0 where the receiver knows it, else 1.0. A receiver that knows only 1.0
// either says so (415) or, if it never looks at the content type, takes a 2.0 request for an empty one: then its answer lacks
// the count of written samples, which 2.0 demands. In both cases this falls back to 1.0 for good and sends the request again.
// Sources: prometheus.io/docs/specs/prw/remote_write_spec, …/remote_write_spec_2_0

import { compressSnappy } from '../encoding/snappy.ts';
import { InstrumentError } from '../errors.ts';
import type { Label } from '../labels.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { withClassicHistograms } from './batches.ts';
import { EndedSeries } from './ended-series.ts';
import { type Endpoint, type EndpointOptions, endpointOf } from './endpoint.ts';
import { type Answer, type EncodedRequest, type PushTarget, type Verdict, verdictOfStatus } from './push-target.ts';
import { encodeRemoteWriteV1 } from './remote-write-v1.ts';
import { encodeRemoteWriteV2 } from './remote-write-v2.ts';

export interface RemoteWriteOptions extends EndpointOptions {
  /** The whole address, such as `http://127.0.0.1:9090/api/v1/write`. */
  readonly url: string;
  /**
   * Added to every series that has no label of that name, such as `job` and `instance`: what Prometheus would add when it
   * scrapes. Two nodes without a difference here would overwrite each other.
   */
  readonly labels?: Readonly<Record<string, string>>;
  /** 2 (default) tries 2.0 and falls back to 1.0; 1 sends 1.0 only. */
  readonly version?: 1 | 2;
  /**
   * Exponential histograms are sent as they are (`native`, default), or with buckets at powers of two (`classic`) for receivers
   * that know no native histograms: some of them drop these without a word.
   */
  readonly exponentialAs?: 'native' | 'classic';
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const UNSUPPORTED_MEDIA_TYPE = 415;

const WRITTEN_SAMPLES = 'x-prometheus-remote-write-samples-written';
const WRITTEN_HISTOGRAMS = 'x-prometheus-remote-write-histograms-written';

const HEADERS = {
  1: {
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'x-prometheus-remote-write-version': '0.1.0',
  },
  2: {
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': '2.0.0',
  },
} as const;

/** @throws {InstrumentError} `option_invalid` */
export function remoteWrite(options: RemoteWriteOptions): PushTarget {
  return new RemoteWriteTarget(options);
}

class RemoteWriteTarget implements PushTarget {
  readonly protocol = 'remote_write';
  readonly takesParts = true;
  readonly endpoint: Endpoint;
  readonly #labels: readonly Label[];
  readonly #exponentialAs: 'native' | 'classic';
  readonly #ended = new EndedSeries();
  #version: 1 | 2;
  /** Whether the receiver has shown that it knows 2.0. */
  #isSure = false;

  constructor({ labels = {}, version = 2, exponentialAs = 'native', ...endpoint }: RemoteWriteOptions) {
    this.endpoint = endpointOf(endpoint);
    this.#labels = checkedLabels(labels);
    if (version !== 1 && version !== 2) fail(`The version of remote write is ${String(version)}: give 1 or 2.`);
    if (exponentialAs !== 'native' && exponentialAs !== 'classic') {
      fail(`exponentialAs is ${JSON.stringify(exponentialAs)}: give "native" or "classic".`);
    }
    this.#version = version;
    this.#exponentialAs = exponentialAs;
  }

  get dialect(): string {
    return `remote write ${this.#version}.0`;
  }

  prepare(snapshot: Snapshot): Snapshot {
    return this.#ended.addTo(this.#exponentialAs === 'classic' ? withClassicHistograms(snapshot) : snapshot);
  }

  encode(snapshot: Snapshot): Promise<EncodedRequest> {
    return Promise.resolve(this.#request(snapshot, this.#version));
  }

  encodeFallback(snapshot: Snapshot): Promise<EncodedRequest | undefined> {
    return Promise.resolve(this.#version === 2 && !this.#isSure ? this.#request(snapshot, 1) : undefined);
  }

  judge({ status, headers }: Answer, samples: number): Verdict {
    const verdict = verdictOfStatus(status);
    if (this.#version === 1) return verdict;
    const written = writtenSamples(headers);
    const isUnknown = status === UNSUPPORTED_MEDIA_TYPE || (verdict.kind === 'ok' && written === undefined);
    if (isUnknown && !this.#isSure) {
      this.#version = 1;
      return { kind: 'other_dialect' };
    }
    if (written !== undefined) this.#isSure = true;
    if (verdict.kind === 'ok') {
      const rejectedSamples = Math.max(0, samples - (written ?? samples));
      return { kind: 'ok', rejectedSamples, reason: `${rejectedSamples} of ${samples} samples were not written` };
    }
    return verdict.kind === 'rejected'
      ? { kind: 'rejected', writtenSamples: Math.min(written ?? 0, samples) }
      : verdict;
  }

  #request(snapshot: Snapshot, version: 1 | 2): EncodedRequest {
    const encode = version === 1 ? encodeRemoteWriteV1 : encodeRemoteWriteV2;
    return { method: 'POST', headers: HEADERS[version], body: compressSnappy(encode(snapshot, this.#labels)) };
  }
}

/** Samples and histograms that a receiver of 2.0 says it has written; undefined when it says nothing of them. */
function writtenSamples(headers: Headers): number | undefined {
  const counts = [headers.get(WRITTEN_SAMPLES), headers.get(WRITTEN_HISTOGRAMS)].filter((text) => text !== null);
  if (counts.length === 0) return undefined;
  return counts.reduce((sum, text) => sum + (/^\d{1,15}$/.test(text) ? Number(text) : 0), 0);
}

function checkedLabels(labels: Readonly<Record<string, string>>): readonly Label[] {
  return Object.entries(labels).map(([name, value]) => {
    if (!LABEL_NAME.test(name) || name.startsWith('__')) {
      fail(`${JSON.stringify(name)} is no label name: use letters, digits and _, no digit and no __ first.`);
    }
    if (typeof value !== 'string') fail(`The label ${JSON.stringify(name)} is no string: give it one.`);
    return { name, value };
  });
}

function fail(message: string): never {
  throw new InstrumentError('option_invalid', message);
}
