// The values that a template handles, with the types of Go: what is printed, compared and refused depends on them.

export type Value =
  | typeof NO_VALUE
  | TextValue
  | IntegerValue
  | FloatValue
  | ComplexValue
  | BooleanValue
  | MapValue
  | ListValue
  | StructValue
  | TimeValue
  | HistogramValue
  | PointerValue
  | InterfaceValue;

/** No value at all, as `nil`; it has no type. */
export const NO_VALUE = { kind: 'none', type: '<nil>' } as const;

export interface TextValue {
  readonly kind: 'text';
  readonly type: 'string' | 'template.HTML';
  readonly value: string;
}

export type IntegerType = 'int' | 'int64' | 'uint8' | 'time.Duration' | 'time.Month' | 'time.Weekday';

export interface IntegerValue {
  readonly kind: 'integer';
  readonly type: IntegerType;
  readonly value: bigint;
}

export interface FloatValue {
  readonly kind: 'float';
  readonly type: 'float64';
  readonly value: number;
}

interface ComplexValue {
  readonly kind: 'complex';
  readonly type: 'complex128';
  readonly real: number;
  readonly imaginary: number;
}

export interface BooleanValue {
  readonly kind: 'bool';
  readonly type: 'bool';
  readonly value: boolean;
}

export interface MapValue {
  readonly kind: 'map';
  readonly type: 'map[string]string' | 'map[string]interface {}';
  readonly entries: ReadonlyMap<string, Value>;
}

/** A part of a list that others may be parts of too: to sort it sorts all of them, as in Go. */
export interface ListValue {
  readonly kind: 'list';
  readonly type: 'template.queryResult';
  readonly items: PointerValue[];
  readonly from: number;
  readonly to: number;
  /** Up to where a part of it may reach. */
  readonly capacityTo: number;
}

interface StructValue {
  readonly kind: 'struct';
  readonly type: string;
  readonly fields: ReadonlyMap<string, Value>;
}

export interface TimeValue {
  readonly kind: 'time';
  readonly type: 'time.Time';
  /** Of UTC, since 1970. */
  readonly nanoseconds: bigint;
}

/** A native histogram, of which templates can do nothing but print it. */
interface HistogramValue {
  readonly kind: 'histogram';
  readonly type: 'histogram.FloatHistogram';
  readonly text: string;
}

/** Equal only to itself. */
export interface PointerValue {
  readonly kind: 'pointer';
  readonly type: string;
  readonly to: StructValue | TimeValue | HistogramValue | IntegerValue | undefined;
}

/** What is declared as `interface {}`: some value of any type. */
export interface InterfaceValue {
  readonly kind: 'interface';
  readonly type: 'interface {}';
  readonly inner: Value;
}

export function text(value: string): TextValue {
  return { kind: 'text', type: 'string', value };
}

export function integer(value: bigint | number, type: IntegerType = 'int'): IntegerValue {
  return { kind: 'integer', type, value: BigInt.asIntN(64, BigInt(value)) };
}

export function float(value: number): FloatValue {
  return { kind: 'float', type: 'float64', value };
}

export function bool(value: boolean): BooleanValue {
  return { kind: 'bool', type: 'bool', value };
}

export function anything(inner: Value): InterfaceValue {
  return { kind: 'interface', type: 'interface {}', inner };
}

export function list(items: PointerValue[]): ListValue {
  return {
    kind: 'list',
    type: 'template.queryResult',
    items,
    from: 0,
    to: items.length,
    capacityTo: items.length,
  };
}

export function textMap(entries: Iterable<readonly [string, string]>): MapValue {
  const values = new Map<string, Value>();
  for (const [name, value] of entries) values.set(name, text(value));
  return { kind: 'map', type: 'map[string]string', entries: values };
}

/** Where a map lacks an entry. */
export function zeroEntry({ type }: MapValue): Value {
  return type === 'map[string]string' ? text('') : anything(NO_VALUE);
}

/** In the order of their bytes, in which maps are printed and ranged over. */
export function sortedEntries({ entries }: MapValue): readonly (readonly [string, Value])[] {
  return [...entries].sort(([a], [b]) => compareText(a, b));
}

export function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** What an interface holds. */
export function unwrapped(value: Value): Value {
  return value.kind === 'interface' ? value.inner : value;
}

/** What pointers and interfaces lead to; one that leads nowhere stays. */
export function indirect(value: Value): { readonly value: Value; readonly isNil: boolean } {
  let reached = value;
  while (true) {
    if (reached.kind === 'interface') {
      if (reached.inner.kind === 'none') return { value: reached, isNil: true };
      reached = reached.inner;
    } else if (reached.kind === 'pointer') {
      if (reached.to === undefined) return { value: reached, isNil: true };
      reached = reached.to;
    } else {
      return { value: reached, isNil: false };
    }
  }
}

/** Whether `if` takes it for true. */
export function isTrue(of: Value): boolean {
  const value = unwrapped(of);
  switch (value.kind) {
    case 'none':
      return false;
    case 'text':
      return value.value !== '';
    case 'integer':
      return value.value !== 0n;
    case 'float':
      return value.value !== 0;
    case 'complex':
      return value.real !== 0 || value.imaginary !== 0;
    case 'bool':
      return value.value;
    case 'map':
      return value.entries.size > 0;
    case 'list':
      return value.to > value.from;
    case 'pointer':
      return value.to !== undefined;
    case 'struct':
    case 'time':
    case 'histogram':
    case 'interface':
      return true;
  }
}
