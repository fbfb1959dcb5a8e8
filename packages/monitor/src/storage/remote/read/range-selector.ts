// Samples by an instant query of a range selector, which every Prometheus-compatible API answers. Stale markers are left out
// by the server, and native histograms come with the limits of their buckets alone, from which the original cannot be made.

import { ChainpulseError } from '../../../model/errors.ts';
import { labelsFrom } from '../../../model/labels.ts';
import type { SeriesSamples, TimeRange } from '../../interface.ts';
import type { ApiClient } from './api-client.ts';
import type { RawRequest, RawSource } from './raw-source.ts';
import { numberOfText } from './sample-text.ts';
import { selectorText } from './selector-text.ts';

const QUERY_PATH = '/api/v1/query';
/** The years 1970 to 2248; a server's own bounds for times are wider. */
const MIN_TIME_MS = 0;
const MAX_TIME_MS = 2 ** 43;

export class RangeSelectorSource implements RawSource {
  readonly kind = 'query';
  readonly #api: ApiClient;

  constructor(api: ApiClient) {
    this.#api = api;
  }

  async *fetch({ matchers }: RawRequest, range: TimeRange): AsyncGenerator<SeriesSamples> {
    const minTimeMs = Math.max(range.minTimeMs, MIN_TIME_MS);
    const maxTimeMs = Math.min(range.maxTimeMs, MAX_TIME_MS);
    if (minTimeMs > maxTimeMs) return;
    // Prometheus 3 leaves the beginning of the range out, Prometheus 2 does not.
    const query = `${selectorText(matchers)}[${maxTimeMs - minTimeMs + 1}ms]`;
    const form = [
      ['query', query],
      ['time', (maxTimeMs / 1000).toFixed(3)],
      ['nocache', '1'],
    ] as const;
    const { data } = await this.#api.ask(QUERY_PATH, form);
    const { resultType, result } = data as { resultType?: unknown; result?: unknown };
    if (resultType !== 'matrix' || !Array.isArray(result)) throw malformed();
    for (const one of result as { metric?: Record<string, string>; values?: [number, string][] }[]) {
      const samples = (one.values ?? []).filter(([seconds]) => isWithin(seconds, minTimeMs, maxTimeMs));
      if (samples.length === 0) continue;
      yield {
        labels: labelsFrom(Object.entries(one.metric ?? {})),
        timestampsMs: Float64Array.from(samples, ([seconds]) => Math.round(seconds * 1000)),
        values: Float64Array.from(samples, ([, text]) => numberOfText(text)),
      };
    }
  }
}

function isWithin(seconds: number, minTimeMs: number, maxTimeMs: number): boolean {
  const timeMs = Math.round(seconds * 1000);
  return timeMs >= minTimeMs && timeMs <= maxTimeMs;
}

function malformed(): ChainpulseError {
  return new ChainpulseError('remote_malformed', `${QUERY_PATH} did not answer a range selector with a matrix`);
}
