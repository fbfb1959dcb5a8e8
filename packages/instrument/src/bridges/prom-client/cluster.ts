// Metrics of all workers of Node's cluster as one text: the primary asks each worker over its channel and aggregates what
// comes back. A worker answers once this registry or `setRegistries` was used in it. A worker that does not answer fails
// the request after five seconds, as it does in prom-client.

import { type AggregatedMetric, aggregators } from './aggregators.ts';
import { nodeModule } from './node-modules.ts';
import { globalRegistry, Registry } from './registry.ts';
import { type Aggregator, PROMETHEUS_CONTENT_TYPE, type RegistryContentType } from './types.ts';

const REQUEST = 'chainpulse:prom-client:metrics-request';
const RESPONSE = 'chainpulse:prom-client:metrics-response';
const TIMEOUT_MS = 5000;
/** Requests that wait for workers at a time. */
const MAX_PENDING_REQUESTS = 100;

interface RequestMessage {
  readonly type: typeof REQUEST;
  readonly requestId: number;
}

interface ResponseMessage {
  readonly type: typeof RESPONSE;
  readonly requestId: number;
  readonly error?: string;
  /** Of each registry of the worker. */
  readonly metrics?: readonly (readonly AggregatedMetric[])[];
}

interface Worker {
  readonly id: number;
  isConnected(): boolean;
  send(message: RequestMessage): unknown;
}

/** Of `node:cluster`. */
interface ClusterModule {
  readonly isPrimary: boolean;
  readonly isWorker: boolean;
  readonly workers?: Readonly<Record<string, Worker | undefined>>;
  on(event: 'message', listener: (worker: Worker, message: unknown) => void): unknown;
}

/** Of `node:process`. */
interface ProcessModule {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  send?(message: ResponseMessage): unknown;
}

interface PendingRequest {
  /** Workers that have not answered. */
  readonly waitingFor: Set<number>;
  readonly responses: (readonly AggregatedMetric[])[];
  readonly timeout: unknown;
  readonly resolve: (text: string) => void;
  readonly reject: (error: Error) => void;
}

declare const setTimeout: (callback: () => void, delayMs: number) => unknown;
declare const clearTimeout: (timeout: never) => void;

let registries: readonly Registry<RegistryContentType>[] = [globalRegistry as Registry<RegistryContentType>];
let nextRequestId = 0;
let isListening = false;
const pending = new Map<number, PendingRequest>();

export class AggregatorRegistry<T extends RegistryContentType> extends Registry<T> {
  /** One registry of the JSON of several; `aggregator` of each metric says how. */
  static aggregate<T extends RegistryContentType>(
    metricsArr: readonly object[],
    registryType: RegistryContentType = PROMETHEUS_CONTENT_TYPE,
  ): Registry<T> {
    const aggregated = new Registry<T>(registryType);
    const byName = new Map<string, AggregatedMetric[]>();
    for (const metric of (metricsArr as readonly (readonly AggregatedMetric[])[]).flat()) {
      const others = byName.get(metric.name);
      if (others === undefined) byName.set(metric.name, [metric]);
      else others.push(metric);
    }
    for (const metrics of byName.values()) {
      const name = metrics[0]!.aggregator;
      if (!Object.hasOwn(aggregators, name)) throw new Error(`'${name}' is not a defined aggregator.`);
      const metric = aggregators[name as Aggregator](metrics);
      if (metric !== undefined) aggregated.registerMetric({ get: () => metric, ...metric });
    }
    return aggregated;
  }

  /** What a worker answers with; the global registry unless this is called. */
  static setRegistries(
    regs: readonly Registry<RegistryContentType>[] | Registry<RegistryContentType> | Registry | readonly Registry[],
  ): void {
    const wanted = (Array.isArray(regs) ? regs : [regs]) as readonly Registry<RegistryContentType>[];
    for (const register of wanted) {
      if (!(register instanceof Registry)) throw new TypeError(`Expected Registry, got ${typeof register}`);
    }
    registries = wanted;
  }

  constructor(contentType?: RegistryContentType) {
    super(contentType);
    listen();
  }

  /** The text of all workers' metrics; '' without workers. Rejects when a worker fails or does not answer. */
  clusterMetrics(): Promise<string> {
    const { workers = {} } = clusterModule();
    const connected = Object.values(workers).filter((worker) => worker?.isConnected()) as Worker[];
    if (connected.length === 0) return Promise.resolve('');
    if (pending.size >= MAX_PENDING_REQUESTS) return Promise.reject(new Error('Too many requests wait for workers.'));
    const requestId = nextRequestId++;
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        pending.delete(requestId);
        reject(new Error('Operation timed out.'));
      }, TIMEOUT_MS);
      const waitingFor = new Set(connected.map(({ id }) => id));
      pending.set(requestId, { waitingFor, responses: [], timeout, resolve, reject });
      for (const worker of connected) worker.send({ type: REQUEST, requestId });
    });
  }
}

function clusterModule(): ClusterModule {
  return nodeModule<ClusterModule>('cluster', 'AggregatorRegistry');
}

function listen(): void {
  if (isListening) return;
  isListening = true;
  const cluster = clusterModule();
  if (cluster.isPrimary) cluster.on('message', takeResponse);
  if (cluster.isWorker) {
    const process = nodeModule<ProcessModule>('process', 'AggregatorRegistry');
    process.on('message', (message) => {
      if (isOf<RequestMessage>(message, REQUEST)) void answer(process, message.requestId);
    });
  }
}

async function answer(process: ProcessModule, requestId: number): Promise<void> {
  try {
    const metrics = await Promise.all(registries.map((register) => register.getMetricsAsJSON()));
    process.send?.({ type: RESPONSE, requestId, metrics: metrics as unknown as AggregatedMetric[][] });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.send?.({ type: RESPONSE, requestId, error: message });
  }
}

function takeResponse(worker: Worker, message: unknown): void {
  if (!isOf<ResponseMessage>(message, RESPONSE)) return;
  const request = pending.get(message.requestId);
  // One that came too late, or twice.
  if (request?.waitingFor.delete(worker.id) !== true) return;
  if (message.error === undefined) request.responses.push(...(message.metrics ?? []));
  if (message.error === undefined && request.waitingFor.size > 0) return;
  pending.delete(message.requestId);
  clearTimeout(request.timeout as never);
  if (message.error === undefined) void finish(request);
  else request.reject(new Error(message.error));
}

async function finish({ responses, resolve, reject }: PendingRequest): Promise<void> {
  try {
    resolve(await AggregatorRegistry.aggregate(responses).metrics());
  } catch (error) {
    reject(error as Error);
  }
}

function isOf<M extends { readonly type: string }>(message: unknown, type: M['type']): message is M {
  return typeof message === 'object' && message !== null && (message as M).type === type;
}
