// What a function of templates takes and gives. Arguments are converted to its types before it is called, or refused.

import type { Value } from '../values.ts';
import type { CallContext } from './call-context.ts';

/** A type of Go; `any value` takes what has none, too, and keeps what an interface is. */
export type ParameterType =
  | 'string'
  | 'interface {}'
  | 'any value'
  | 'int'
  | 'time.Duration'
  | 'time.Time'
  | '*template.sample'
  | 'template.queryResult';

export interface Signature {
  readonly parameters: readonly ParameterType[];
  /** Any number of further ones. */
  readonly rest?: ParameterType;
  /** @throws {CallError} */
  readonly call: (parameters: readonly Value[], context: CallContext) => Value;
}

export type Functions = Readonly<Record<string, Signature>>;

/** Why a function gives nothing, in the words of Go. */
export class CallError extends Error {}

/** Of a parameter that is a string. */
export function textArgument(values: readonly Value[], index: number): string {
  const value = values[index];
  if (value?.kind !== 'text') throw new TypeError(`argument ${index} is no text`);
  return value.value;
}
