// Pushes a registry's text to a Prometheus push gateway with one HTTP request and no retry, as prom-client does it: options
// are those of `http.request`. What runs for long should push with this package's own client, which retries within bounds.

import { nodeModule } from './node-modules.ts';
import { globalRegistry, type Registry } from './registry.ts';
import type { RegistryContentType } from './types.ts';

/** Characters of an answer that are kept. */
const MAX_BODY_LENGTH = 65_536;

export interface PushgatewayParameters {
  jobName: string;
  /** Labels of the group, in the path of the request. */
  groupings?: Record<string, string> | undefined;
}

export interface PushgatewayOptions {
  /** Default true. */
  requireJobName?: boolean | undefined;
  headers?: Record<string, unknown> | undefined;
  // And whatever else `http.request` takes.
  [option: string]: unknown;
}

interface Response {
  readonly statusCode: number;
  setEncoding(encoding: string): void;
  on(event: string, listener: (chunk: string) => void): void;
}

interface Request {
  on(event: string, listener: (error: Error) => void): void;
  write(body: unknown): void;
  end(): void;
  destroy(error: Error): void;
}

/** Of `node:http` and `node:https`. */
interface HttpModule {
  request(url: unknown, options: object, onResponse: (response: Response) => void): Request;
}

/** Of `node:zlib`. */
interface ZlibModule {
  gzipSync(text: string): unknown;
}

declare const URL: new (url: string, base?: string) => { readonly pathname: string; readonly protocol: string };

type Answer = { resp?: unknown; body?: unknown };

export class Pushgateway<T extends RegistryContentType> {
  readonly #url: string;
  readonly #registry: Registry<T>;
  readonly #requiresJobName: boolean;
  readonly #requestOptions: PushgatewayOptions;

  constructor(url: string, options?: PushgatewayOptions, registry?: Registry<T>) {
    const { requireJobName = true, ...requestOptions } = options ?? {};
    this.#url = url;
    this.#registry = registry ?? (globalRegistry as unknown as Registry<T>);
    this.#requiresJobName = requireJobName;
    this.#requestOptions = requestOptions;
  }

  /** Replaces the metrics of the same names in the group. */
  pushAdd(params?: PushgatewayParameters): Promise<Answer> {
    return this.#send('POST', params);
  }

  /** Replaces all metrics of the group. */
  push(params?: PushgatewayParameters): Promise<Answer> {
    return this.#send('PUT', params);
  }

  /** Deletes the group. */
  delete(params?: PushgatewayParameters): Promise<Answer> {
    return this.#send('DELETE', params);
  }

  #send(method: string, { jobName, groupings }: Partial<PushgatewayParameters> = {}): Promise<Answer> {
    if (this.#requiresJobName && !jobName) throw new Error('Missing jobName parameter');
    return this.#request(method, jobName ? jobPath(jobName, groupings) : '');
  }

  async #request(method: string, path: string): Promise<Answer> {
    const gateway = new URL(this.#url);
    const root = gateway.pathname === '/' ? '' : gateway.pathname;
    const target = new URL(`${root}/metrics${path}`, this.#url);
    const http = nodeModule<HttpModule>(target.protocol === 'https:' ? 'https' : 'http', 'Pushgateway');
    const headers = { ...this.#requestOptions.headers };
    const isCompressed = headers['Content-Encoding'] === 'gzip';
    if (method === 'DELETE') delete headers['Content-Encoding'];
    const text = method === 'DELETE' ? undefined : await this.#registry.metrics();
    return new Promise((resolve, reject) => {
      const request = http.request(target, { ...this.#requestOptions, headers, method }, (response) => {
        readBody(response, (body) => {
          if (response.statusCode < 400) resolve({ resp: response, body });
          else reject(new Error(`push failed with status ${response.statusCode}, ${body}`));
        });
      });
      request.on('error', reject);
      request.on('timeout', () => request.destroy(new Error('Pushgateway request timed out')));
      if (text !== undefined) {
        request.write(isCompressed ? nodeModule<ZlibModule>('zlib', 'Pushgateway').gzipSync(text) : text);
      }
      request.end();
    });
  }
}

export declare namespace Pushgateway {
  type Parameters = PushgatewayParameters;
}

function jobPath(jobName: string, groupings: Record<string, string> = {}): string {
  const parts = ['job', jobName, ...Object.entries(groupings).flat()];
  return parts.map((part) => `/${encodeURIComponent(part)}`).join('');
}

function readBody(response: Response, onEnd: (body: string) => void): void {
  let body = '';
  response.setEncoding('utf8');
  response.on('data', (chunk) => {
    if (body.length < MAX_BODY_LENGTH) body = (body + chunk).slice(0, MAX_BODY_LENGTH);
  });
  response.on('end', () => onEnd(body));
}
