// Errors of the Prometheus API: their types, the HTTP status of each, and their JSON.

import { ChainpulseError } from '../../model/errors.ts';
import { QueryError, type QueryErrorType } from '../../promql/interface.ts';
import { quote } from './format.ts';

export type ApiErrorType = QueryErrorType | 'unavailable' | 'not_found';

/** What nobody reads any more: the client has closed its connection. Not standard, but Prometheus' and older than it. */
const STATUS_CLIENT_CLOSED = 499;

const STATUS_BY_TYPE: Readonly<Record<ApiErrorType, number>> = {
  bad_data: 400,
  not_found: 404,
  execution: 422,
  internal: 500,
  canceled: STATUS_CLIENT_CLOSED,
  timeout: 503,
  unavailable: 503,
};

export class ApiError extends ChainpulseError {
  readonly type: ApiErrorType;

  constructor(type: ApiErrorType, message: string, options?: ErrorOptions) {
    super(`api_${type}`, message, options);
    this.name = 'ApiError';
    this.type = type;
  }
}

export function statusOf(type: ApiErrorType): number {
  return STATUS_BY_TYPE[type];
}

/** The type for a refusal that has a status already. */
export function errorTypeOfStatus(status: number): ApiErrorType {
  if (status === 404) return 'not_found';
  if (status === 503) return 'unavailable';
  return status >= 500 ? 'internal' : 'bad_data';
}

export function errorBody(type: ApiErrorType, message: string): string {
  return `{"status":"error","errorType":"${type}","error":${quote(message)}}`;
}

/** `invalid parameter "step": …`, as Prometheus words it. */
export function invalidParameter(name: string, message: string, options?: ErrorOptions): ApiError {
  return new ApiError('bad_data', `invalid parameter ${JSON.stringify(name)}: ${message}`, options);
}

/**
 * What the client is told of any error. An expression or selector that is refused is told with the parameter that it came in,
 * where Prometheus names it; of an error that was not written for people nothing but its being internal is told.
 */
export function apiErrorOf(error: unknown, parameter?: string): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof QueryError) {
    const { type, message } = error;
    // Another server that evaluates the expression has named the parameter already.
    const isToBeNamed = type === 'bad_data' && parameter !== undefined && !message.startsWith('invalid parameter');
    return isToBeNamed
      ? invalidParameter(parameter, message, { cause: error })
      : new ApiError(type, message, { cause: error });
  }
  // As an agent of Prometheus answers what it has no store for.
  if (error instanceof ChainpulseError && error.code === 'history_elsewhere') {
    return new ApiError('execution', error.message, { cause: error });
  }
  if (error instanceof ChainpulseError && error.code !== 'internal') {
    return new ApiError('internal', error.message, { cause: error });
  }
  return new ApiError('internal', 'internal error: the log of the monitor says more', { cause: error });
}

/**
 * Whether an error is one for the log. That another server is away or refuses is told whoever asks, with its address; the page
 * asks many times a minute.
 */
export function needsLog(error: ApiError): boolean {
  const { cause } = error;
  return error.type === 'internal' && !(cause instanceof ChainpulseError && cause.code.startsWith('remote_'));
}
