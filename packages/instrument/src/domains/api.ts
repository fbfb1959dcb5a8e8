// The node's own interfaces for clients: HTTP requests by route, and JSON-RPC calls.

import type { DomainContext, EventSink } from './context.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { API_METRICS } from './table/api.ts';

type Table = typeof API_METRICS;

export type HttpMethod = Table['requests']['labels']['method'][number];
export type StatusClass = Table['requests']['labels']['status'][number];
export type RpcOutcome = Table['rpcRequests']['labels']['outcome'][number];

export interface ApiRequest {
  /** As in the request; an unknown one is counted as `other`. */
  readonly method: string;
  /** The pattern of the route, such as `/blocks/:height`, never the path that was asked for. At most 32 are told apart. */
  readonly path: string;
  /** 100 to 599. */
  readonly statusCode: number;
  readonly durationSeconds: number;
}

export interface RpcRequest {
  /** At most 32 are told apart; give a method that the node does not know one name for all. */
  readonly method: string;
  readonly outcome: RpcOutcome;
  readonly durationSeconds: number;
}

export type ApiEvents = {
  'api.request_answered': ApiRequest;
  'api.rpc_answered': RpcRequest;
};

const METHODS: ReadonlyMap<string, HttpMethod> = new Map(
  API_METRICS.requests.labels.method.flatMap((method) => [
    [method, method],
    [method.toLowerCase(), method],
  ]),
);
const STATUS_CLASSES: readonly StatusClass[] = API_METRICS.requests.labels.status;

export class ApiMetrics {
  static {
    guardRecorders(ApiMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #events: EventSink<ApiEvents>;

  constructor({ registry, events }: DomainContext<ApiEvents>) {
    this.#instruments = makeInstruments(registry, API_METRICS);
    this.#events = events;
  }

  /** An HTTP request was answered. With status 400 and above it counts as an error as well. */
  recordRequest(fields: ApiRequest): void {
    const { path, statusCode, durationSeconds } = fields;
    const method = METHODS.get(fields.method) ?? 'other';
    const status = classOf(statusCode);
    // What is no status has no class, and a record without one is dropped and counted.
    this.#instruments.requests.inc({ method, path, status: status as StatusClass });
    if (status !== undefined) this.#instruments.requestDuration.observe({ path }, amountOrNaN(durationSeconds));
    if (status !== undefined && statusCode >= 400) this.#instruments.errors.inc({ path, code: String(statusCode) });
    this.#events.publish?.('api.request_answered', fields);
  }

  /** A JSON-RPC call was answered, each one of a batch. */
  recordRpc(fields: RpcRequest): void {
    const { method, outcome, durationSeconds } = fields;
    this.#instruments.rpcRequests.inc({ method, outcome });
    this.#instruments.rpcRequestDuration.observe({ method }, amountOrNaN(durationSeconds));
    this.#events.publish?.('api.rpc_answered', fields);
  }
}

function classOf(statusCode: unknown): StatusClass | undefined {
  return Number.isInteger(statusCode) ? STATUS_CLASSES[Math.floor((statusCode as number) / 100) - 1] : undefined;
}
