// Prints values of any type by a verb, as Go's fmt does: what is in maps, lists and structures by the same verb, and what a verb
// cannot print as `%!verb(type=value)`. https://pkg.go.dev/fmt

import { NO_VALUE, type PointerValue, sortedEntries, type Value } from '../../values.ts';
import { BoundedText } from '../call-context.ts';
import { durationText, momentSource, momentText, monthName, weekdayName } from '../time-text.ts';
import type { Flags } from './flags.ts';
import { addPadded } from './padding.ts';
import { writeComplex, writeFloat, writeInteger } from './write-number.ts';
import { writeText } from './write-text.ts';

/** Where a pointer leads to says nothing; Prometheus prints another one each time. */
const ADDRESS = 0xc000000000n;
const STRING_VERBS = new Set(['v', 's', 'x', 'X', 'q']);

export class Printer {
  readonly output = new BoundedText();
  flags: Flags = {};
  /** While a wrong verb is told: the value itself is shown, not what it says of itself. */
  #isTellingError = false;

  print(value: Value, verb: string): void {
    const argument = value.kind === 'interface' ? value.inner : value;
    if (argument.kind === 'none') {
      if (verb === 'T' || verb === 'v') addPadded(this.output, '<nil>', this.flags);
      else this.#wrongVerb(argument, verb);
    } else if (verb === 'w') {
      this.#wrongVerb(argument, verb);
    } else if (verb === 'T') {
      writeText(this.output, argument.type, 's', this.flags);
    } else if (verb === 'p') {
      this.#pointer(argument, verb);
    } else {
      this.#value(argument, verb, 0);
    }
  }

  #value(value: Value, verb: string, depth: number): void {
    if (this.#ownText(value, verb)) return;
    switch (value.kind) {
      case 'none':
        if (verb === 'v') this.output.add('<nil>');
        else this.#wrongVerb(value, verb);
        return;
      case 'interface':
        if (value.inner.kind === 'none') this.output.add(this.flags.asSource ? `${value.type}(nil)` : '<nil>');
        else this.#value(value.inner, verb, depth + 1);
        return;
      case 'map':
        this.#group(value.type, this.flags.asSource ? '' : 'map', sortedEntries(value), (entry) => {
          this.#value({ kind: 'text', type: 'string', value: entry[0] }, verb, depth + 1);
          this.output.add(':');
          this.#value(entry[1], verb, depth + 1);
        });
        return;
      case 'list':
        this.#group(value.type, '', value.items.slice(value.from, value.to), (item) => {
          this.#value(item, verb, depth + 1);
        });
        return;
      case 'struct':
        this.#struct(value.type, value.fields, verb, depth);
        return;
      case 'time':
      case 'histogram':
        this.#struct(value.type, new Map(), verb, depth);
        return;
      case 'pointer':
        this.#pointed(value, verb, depth);
        return;
      default:
        if (!this.#simple(value, verb)) this.#wrongVerb(value, verb);
    }
  }

  #simple(value: Extract<Value, { kind: 'text' | 'integer' | 'float' | 'complex' | 'bool' }>, verb: string): boolean {
    switch (value.kind) {
      case 'text':
        return writeText(this.output, value.value, verb, this.flags);
      case 'integer': {
        const isByteSource = value.type === 'uint8' && verb === 'v' && this.flags.asSource === true;
        if (isByteSource) return writeInteger(this.output, value.value, 'x', { ...this.flags, sharp: true });
        return writeInteger(this.output, value.value, verb, this.flags);
      }
      case 'float':
        return writeFloat(this.output, value.value, verb, this.flags);
      case 'complex':
        return writeComplex(this.output, value, verb, this.flags);
      case 'bool':
        if (verb !== 't' && verb !== 'v') return false;
        addPadded(this.output, String(value.value), this.flags);
        return true;
    }
  }

  #group<T>(type: string, name: string, items: readonly T[], write: (item: T) => void): void {
    const { asSource } = this.flags;
    this.output.add(asSource ? `${type}{` : `${name}[`);
    items.forEach((item, index) => {
      if (index > 0) this.output.add(asSource ? ', ' : ' ');
      write(item);
    });
    this.output.add(asSource ? '}' : ']');
  }

  #struct(type: string, fields: ReadonlyMap<string, Value>, verb: string, depth: number): void {
    const { asSource, withNames } = this.flags;
    this.output.add(asSource ? `${type}{` : '{');
    [...fields].forEach(([name, value], index) => {
      if (index > 0) this.output.add(asSource ? ', ' : ' ');
      if (asSource || withNames) this.output.add(`${name}:`);
      const isHeld = value.kind === 'interface' && value.inner.kind !== 'none';
      this.#value(isHeld ? value.inner : value, verb, depth + 1);
    });
    this.output.add('}');
  }

  #pointed(value: PointerValue, verb: string, depth: number): void {
    if (depth > 0 || value.to === undefined || value.to.kind === 'integer') {
      this.#pointer(value, verb);
      return;
    }
    this.output.add('&');
    this.#value(value.to, verb, depth + 1);
  }

  #pointer(value: Value, verb: string): void {
    if (value.kind !== 'pointer' && value.kind !== 'map' && value.kind !== 'list') {
      this.#wrongVerb(value, verb);
      return;
    }
    const address = value.kind === 'pointer' && value.to === undefined ? 0n : ADDRESS;
    const { asSource, sharp, ...others } = this.flags;
    if (verb === 'v' && asSource) {
      this.output.add(`(${value.type})(${address === 0n ? 'nil' : `0x${address.toString(16)}`})`);
    } else if (verb === 'v' && address === 0n) {
      addPadded(this.output, '<nil>', this.flags);
    } else if (verb === 'v' || verb === 'p') {
      writeInteger(this.output, address, 'x', sharp ? others : { ...others, sharp: true });
    } else if (!'bodxX'.includes(verb) || !writeInteger(this.output, address, verb, this.flags)) {
      this.#wrongVerb(value, verb);
    }
  }

  /** What has a text of its own is printed by that. */
  #ownText(value: Value, verb: string): boolean {
    if (this.#isTellingError) return false;
    const target = value.kind === 'pointer' ? value.to : value;
    if (target === undefined) return false;
    if (this.flags.asSource && verb === 'v') {
      if (target.kind !== 'time') return false;
      this.output.add(momentSource(target));
      return true;
    }
    if (!STRING_VERBS.has(verb)) return false;
    const text = ownTextOf(target);
    return text !== undefined && writeText(this.output, text, verb, this.flags);
  }

  #wrongVerb(value: Value, verb: string): void {
    this.output.add(`%!${verb}(`);
    const wasTellingError = this.#isTellingError;
    this.#isTellingError = true;
    if (value.kind === 'none') {
      this.output.add('<nil>');
    } else {
      this.output.add(`${value.type}=`);
      this.#value(value, 'v', 0);
    }
    this.#isTellingError = wasTellingError;
    this.output.add(')');
  }
}

function ownTextOf(value: Value): string | undefined {
  if (value.kind === 'time') return momentText(value);
  if (value.kind === 'histogram') return value.text;
  if (value.kind !== 'integer') return undefined;
  switch (value.type) {
    case 'time.Duration':
      return durationText(value.value);
    case 'time.Month':
      return monthName(value.value);
    case 'time.Weekday':
      return weekdayName(value.value);
    default:
      return undefined;
  }
}

/** What an action writes of a value: that of a pointer, and `<no value>` where there is none. */
export function printable(value: Value): Value {
  if (value.kind === 'interface') return printable(value.inner);
  if (value.kind === 'pointer') return value.to ?? value;
  return value.kind === 'none' ? { kind: 'text', type: 'string', value: '<no value>' } : value;
}

/** One after the other, with a space between two that are no text. @throws {BoundExceeded} */
export function printed(values: readonly Value[]): string {
  const printer = new Printer();
  let wasText = false;
  values.forEach((value, index) => {
    const argument = value.kind === 'interface' ? value.inner : value;
    const isText = argument.kind === 'text';
    if (index > 0 && !isText && !wasText) printer.output.add(' ');
    printer.print(argument, 'v');
    wasText = isText;
  });
  return printer.output.toString();
}

/** With spaces between, and the end of a line. @throws {BoundExceeded} */
export function printedLine(values: readonly Value[]): string {
  const printer = new Printer();
  values.forEach((value, index) => {
    if (index > 0) printer.output.add(' ');
    printer.print(value.kind === 'none' ? NO_VALUE : value, 'v');
  });
  printer.output.add('\n');
  return printer.output.toString();
}
