// Collects a Prometheus metrics page over HTTP, text 0.0.4 or OpenMetrics 1.0, whichever the target prefers to give.
// Invariant: an answer counts as a whole or not at all; a malformed line refuses it and is named by line and column.

import { withoutCredentials } from '../../model/errors.ts';
import { VERSION } from '../../version.ts';
import { CollectionError, type Collector, type SampleSink } from '../interface.ts';
import { DEFAULT_BODY_LIMIT_BYTES, DEFAULT_SAMPLE_LIMIT } from '../limits.ts';
import { ExpositionParser } from './exposition-parser.ts';
import { HttpGetter } from './http-get.ts';
import { ExpositionError } from './line-cursor.ts';
import type { ExpositionFormat } from './metadata-syntax.ts';

export interface ScrapeCollectorOptions {
  /** User and password in it are not sent: `readAuthorization` is asked. */
  readonly url: URL;
  /** Told to the target, which may use it to give up early; the caller enforces it. Milliseconds. */
  readonly timeoutMs: number;
  /** The `Authorization` header, asked for at every collection, so that a secret may change; default none. */
  readonly readAuthorization?: () => Promise<string | undefined>;
  /** Of the answer when it is unpacked; default 64 MiB. Beyond it the collection is refused as `too_large`. */
  readonly bodyLimitBytes?: number;
  /** Default 100,000. Beyond it the collection is refused as `too_large`. */
  readonly sampleLimit?: number;
}

const ACCEPT = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1';

export function createScrapeCollector(options: ScrapeCollectorOptions): Collector {
  const getter = new HttpGetter();
  const parser = new ExpositionParser();
  const url = new URL(options.url);
  url.username = '';
  url.password = '';
  url.hash = '';
  const headers = {
    Accept: ACCEPT,
    'Accept-Encoding': 'gzip',
    'User-Agent': `chainpulse/${VERSION}`,
    'X-Prometheus-Scrape-Timeout-Seconds': String(options.timeoutMs / 1000),
  };
  const bodyLimitBytes = options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES;
  const sampleLimit = options.sampleLimit ?? DEFAULT_SAMPLE_LIMIT;

  return {
    type: 'scrape',
    async collect(sink: SampleSink, signal: AbortSignal): Promise<void> {
      const authorization = await options.readAuthorization?.();
      const { body, contentType } = await getter.get(url, { headers, authorization, bodyLimitBytes, signal });
      try {
        await parser.parse({ body, format: formatOf(contentType), sink, sampleLimit, signal });
      } catch (error) {
        if (!(error instanceof ExpositionError)) throw error;
        throw new CollectionError('parse_error', `${error.message}${hintOf(contentType, url)}`, { cause: error });
      }
    },
    async close(): Promise<void> {
      getter.close();
    },
  };
}

function formatOf(contentType: string): ExpositionFormat {
  return mediaTypeOf(contentType) === 'application/openmetrics-text' ? 'openmetrics' : 'text';
}

function mediaTypeOf(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase();
}

/** A page that is no exposition at all is most often the wrong path. */
function hintOf(contentType: string, url: URL): string {
  const mediaType = mediaTypeOf(contentType);
  if (mediaType === '' || mediaType === 'text/plain' || mediaType === 'application/openmetrics-text') return '';
  return ` (${withoutCredentials(url.href)} answers with ${mediaType}: is it the page with the metrics?)`;
}
