// Errors across the thread boundary: a failure is what is left of an error when it is sent, and becomes one again.

import { ChainpulseError } from '../model/errors.ts';
import { QueryError } from '../promql/interface.ts';
import type { Failure } from './protocol.ts';

export function failureOf(error: unknown): Failure {
  if (error instanceof QueryError) {
    return { code: error.code, message: error.message, query: { type: error.type, position: error.position } };
  }
  if (error instanceof ChainpulseError) return { code: error.code, message: error.message };
  return { code: 'internal', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

export function errorOf(failure: Failure): ChainpulseError {
  if (failure.query !== undefined) {
    return new QueryError(failure.query.type, failure.message, failure.query.position, failure.code);
  }
  return new ChainpulseError(failure.code, failure.message);
}
