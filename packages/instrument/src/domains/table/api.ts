// The metrics of the domain set `api`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { MESSAGE_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const API_METRICS = {
  requests: metric({
    name: 'chain_api_requests_total',
    type: 'counter',
    unit: 'requests',
    help: 'HTTP requests answered, by route pattern.',
    labels: {
      method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'other'],
      path: bounded(32),
      status: ['1xx', '2xx', '3xx', '4xx', '5xx'],
    },
    recordedBy: 'api.recordRequest({ method, path, statusCode, durationSeconds })',
    aliases: { aureon: 'http_requests_total{method,path}' },
  }),
  requestDuration: metric({
    name: 'chain_api_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to answer an HTTP request.',
    labels: { path: bounded(32) },
    buckets: MESSAGE_SECONDS,
    recordedBy: 'api.recordRequest({ method, path, statusCode, durationSeconds })',
    aliases: { aureon: 'http_request_duration_seconds{path}' },
  }),
  errors: metric({
    name: 'chain_api_errors_total',
    type: 'counter',
    unit: 'requests',
    help: 'HTTP requests answered with status 400 or above, by status code.',
    labels: { path: bounded(32), code: bounded(16) },
    recordedBy: 'api.recordRequest({ method, path, statusCode, durationSeconds })',
    aliases: { aureon: 'http_errors_total{path,status=code}' },
  }),
  rpcRequests: metric({
    name: 'chain_api_rpc_requests_total',
    type: 'counter',
    unit: 'requests',
    help: 'JSON-RPC calls answered.',
    labels: { method: bounded(32), outcome: ['ok', 'client_error', 'server_error', 'timeout'] },
    recordedBy: 'api.recordRpc({ method, outcome, durationSeconds })',
  }),
  rpcRequestDuration: metric({
    name: 'chain_api_rpc_request_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to answer a JSON-RPC call.',
    labels: { method: bounded(32) },
    buckets: MESSAGE_SECONDS,
    recordedBy: 'api.recordRpc({ method, outcome, durationSeconds })',
  }),
} as const;
