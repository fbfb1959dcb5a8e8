// One request of remote write and what its answer means. 2.0 is tried where it is wanted; a server that knows only 1.0 says so
// (415) or takes a 2.0 request for an empty one, and then its answer lacks the counts that 2.0 demands: in both cases this
// goes on with 1.0 for good and the request is sent again.
// Sources: prometheus.io/docs/specs/prw/remote_write_spec, …/remote_write_spec_2_0

import { compressSnappy } from '../../../encoding/compress-snappy.ts';
import type { Clock } from '../../../model/clock.ts';
import { withoutCredentials } from '../../../model/errors.ts';
import { addressUnder, type RemoteEndpoint } from '../endpoint.ts';
import { type HttpAnswer, HttpClient, Unreachable } from '../http-client.ts';
import type { RemoteLimits } from '../limits.ts';
import { refusalText } from '../refusal.ts';
import { retryAfterMs } from './back-off.ts';

export type RemoteWriteProtocol = '1.0' | '2.0';

export type Verdict =
  | { readonly kind: 'sent' }
  /** To be sent again, in the version that the client has now. */
  | { readonly kind: 'other_version' }
  /** `isGone`: nobody listens there. */
  | { readonly kind: 'again'; readonly waitMs: number; readonly message: string; readonly isGone: boolean }
  /** `mayBeOne`: some of the samples may be at fault and the others not. */
  | { readonly kind: 'refused'; readonly mayBeOne: boolean; readonly message: string };

const WRITE_PATH = '/api/v1/write';
/** An address that ends so is whole: of Prometheus and most others, of Mimir, of Thanos. */
const WHOLE_ADDRESS = /\/api\/v1\/(write|push|receive)\/?$/;
const ANSWER_MAX_BYTES = 64 * 1024;
const WRITTEN_HEADER = 'x-prometheus-remote-write-samples-written';
const HEADERS = {
  1: { 'content-type': 'application/x-protobuf', 'x-prometheus-remote-write-version': '0.1.0' },
  2: {
    'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request',
    'x-prometheus-remote-write-version': '2.0.0',
  },
} as const;

const UNSUPPORTED_MEDIA_TYPE = 415;
/**
 * Besides those of the server's own failures (5xx). A wrong credential or address (401, 403, 404) says nothing of the samples: they
 * wait until it is mended.
 */
const TRY_AGAIN = new Set([401, 403, 404, 408, 425, 429]);
/** What a server says of content: Prometheus refuses a whole request for one sample with 400. */
const ABOUT_CONTENT = new Set([400, 409, 413, 422]);

export class WriteClient {
  readonly #http: HttpClient;
  readonly #url: URL;
  readonly #limits: RemoteLimits;
  readonly #clock: Clock;
  readonly #userAgent: string;
  /** What was asked for. */
  readonly wantedVersion: 1 | 2;
  #version: 1 | 2;
  /** Whether the server has shown that it knows 2.0. */
  #isSure = false;

  constructor(parts: {
    readonly endpoint: RemoteEndpoint;
    readonly protocol: RemoteWriteProtocol;
    readonly limits: RemoteLimits;
    readonly clock: Clock;
    readonly userAgent: string;
  }) {
    this.#http = new HttpClient(parts.endpoint, parts.limits.shardsMax);
    const isWhole = WHOLE_ADDRESS.test(parts.endpoint.url.pathname);
    this.#url = addressUnder(parts.endpoint, isWhole ? '' : WRITE_PATH);
    this.#limits = parts.limits;
    this.#clock = parts.clock;
    this.#userAgent = parts.userAgent;
    this.wantedVersion = parts.protocol === '2.0' ? 2 : 1;
    this.#version = this.wantedVersion;
  }

  get version(): 1 | 2 {
    return this.#version;
  }

  /** Sends what was encoded in this version. @throws the signal's reason when it is aborted. */
  async send(version: 1 | 2, encoded: Uint8Array, signal: AbortSignal): Promise<Verdict> {
    const headers = { ...HEADERS[version], 'content-encoding': 'snappy', 'user-agent': this.#userAgent };
    const body = compressSnappy(encoded);
    const timeoutMs = this.#limits.requestTimeoutMs;
    let answer: HttpAnswer;
    try {
      answer = await this.#http.send({ url: this.#url, headers, body, timeoutMs, signal }, ANSWER_MAX_BYTES);
    } catch (error) {
      signal.throwIfAborted();
      const detail = error instanceof Unreachable ? error.message : `${this.#shown()}: ${messageOf(error)}`;
      return { kind: 'again', waitMs: 0, message: detail, isGone: error instanceof Unreachable && error.isRefused };
    }
    return this.#judge(version, answer);
  }

  close(): void {
    this.#http.close();
  }

  #judge(version: 1 | 2, { status, headers, body }: HttpAnswer): Verdict {
    const isOk = status >= 200 && status < 300;
    if (version === 2) {
      const lacksCounts = isOk && headers[WRITTEN_HEADER] === undefined;
      if (!this.#isSure && (lacksCounts || status === UNSUPPORTED_MEDIA_TYPE)) {
        this.#version = 1;
        return { kind: 'other_version' };
      }
      if (isOk) this.#isSure = true;
    }
    if (isOk) return { kind: 'sent' };
    const message = refusalText(this.#shown(), status, body);
    if (status >= 500 || TRY_AGAIN.has(status)) {
      const waitMs = retryAfterMs(headers['retry-after'], this.#clock.nowMs());
      return { kind: 'again', waitMs, message, isGone: false };
    }
    return { kind: 'refused', mayBeOne: ABOUT_CONTENT.has(status), message };
  }

  #shown(): string {
    return withoutCredentials(this.#url.href);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
