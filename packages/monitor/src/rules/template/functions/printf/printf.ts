// Go's Printf: what a format is made of, and which argument belongs to which verb. https://pkg.go.dev/fmt

import { unwrapped, type Value } from '../../values.ts';
import type { BoundedText } from '../call-context.ts';
import type { Flags } from './flags.ts';
import { checkSizes } from './padding.ts';
import { Printer } from './printer.ts';

/** Larger widths and precisions count as none. */
const MAX_NUMBER = 1_000_000;
const FLAG_NAMES: Readonly<Record<string, 'sharp' | 'zero' | 'plus' | 'minus' | 'space'>> = {
  '#': 'sharp',
  '0': 'zero',
  '+': 'plus',
  '-': 'minus',
  ' ': 'space',
};

/** @throws {BoundExceeded} */
export function formatted(format: string, values: readonly Value[]): string {
  const writer = new FormatWriter(format, values);
  writer.write();
  return writer.printer.output.toString();
}

class FormatWriter {
  readonly printer = new Printer();
  readonly #output: BoundedText = this.printer.output;
  readonly #format: string;
  readonly #values: readonly Value[];
  #at = 0;
  #argument = 0;
  #isReordered = false;
  #isGoodIndex = true;
  /** An index such as `[3]` was the last that was read. */
  #isAfterIndex = false;

  constructor(format: string, values: readonly Value[]) {
    this.#format = format;
    this.#values = values;
  }

  write(): void {
    while (true) {
      const percent = this.#format.indexOf('%', this.#at);
      this.#output.add(this.#format.slice(this.#at, percent === -1 ? undefined : percent));
      if (percent === -1) break;
      this.#at = percent + 1;
      this.#isGoodIndex = true;
      this.#isAfterIndex = false;
      const flags = this.#flags();
      const code = this.#format.codePointAt(this.#at);
      if (code === undefined) {
        this.#output.add('%!(NOVERB)');
        break;
      }
      const verb = String.fromCodePoint(code);
      this.#at += verb.length;
      this.#verb(verb, flags);
    }
    if (!this.#isReordered && this.#argument < this.#values.length) this.#extraArguments();
  }

  #flags(): Flags {
    const flags: Flags = {};
    for (let name = this.#flagHere(); name !== undefined; name = this.#flagHere()) {
      flags[name] = true;
      this.#at++;
    }
    this.#index();
    this.#width(flags);
    this.#precision(flags);
    if (!this.#isAfterIndex) this.#index();
    checkSizes(flags);
    return flags;
  }

  #flagHere(): 'sharp' | 'zero' | 'plus' | 'minus' | 'space' | undefined {
    return FLAG_NAMES[this.#format[this.#at] ?? ''];
  }

  #width(flags: Flags): void {
    if (this.#format[this.#at] === '*') {
      this.#at++;
      const width = this.#integerArgument();
      if (width === undefined) this.#output.add('%!(BADWIDTH)');
      else flags.width = Math.abs(width);
      if (width !== undefined && width < 0) {
        flags.minus = true;
        delete flags.zero;
      }
      this.#isAfterIndex = false;
      return;
    }
    const width = this.#number();
    if (width === undefined) return;
    flags.width = width;
    if (this.#isAfterIndex) this.#isGoodIndex = false;
  }

  #precision(flags: Flags): void {
    if (this.#format[this.#at] !== '.' || this.#at + 1 >= this.#format.length) return;
    this.#at++;
    if (this.#isAfterIndex) this.#isGoodIndex = false;
    this.#index();
    if (this.#format[this.#at] !== '*') {
      flags.precision = this.#number() ?? 0;
      return;
    }
    this.#at++;
    const precision = this.#integerArgument();
    if (precision === undefined || precision < 0) this.#output.add('%!(BADPREC)');
    else flags.precision = precision;
    this.#isAfterIndex = false;
  }

  /** `[2]`: the argument that comes next. */
  #index(): void {
    this.#isAfterIndex = false;
    if (this.#format[this.#at] !== '[') return;
    this.#isReordered = true;
    const closes = this.#format.indexOf(']', this.#at);
    const inside = closes === -1 ? '' : this.#format.slice(this.#at + 1, closes);
    const index = /^[0-9]{1,7}$/.test(inside) ? Number(inside) - 1 : undefined;
    this.#at = closes === -1 ? this.#at + 1 : closes + 1;
    const isNumber = index !== undefined && index < MAX_NUMBER;
    this.#isAfterIndex = isNumber;
    if (isNumber && index >= 0 && index < this.#values.length) this.#argument = index;
    else this.#isGoodIndex = false;
  }

  /** Of the format. One that is far too large swallows what comes after it. */
  #number(): number | undefined {
    const digits = /^[0-9]*/.exec(this.#format.slice(this.#at))![0];
    if (digits === '') return undefined;
    const number = Number(digits);
    this.#at =
      digits.length > 7 || Number(digits.slice(0, -1)) > MAX_NUMBER ? this.#format.length : this.#at + digits.length;
    return this.#at === this.#format.length && number > MAX_NUMBER ? undefined : number;
  }

  #integerArgument(): number | undefined {
    const value = this.#values[this.#argument];
    if (value === undefined) return undefined;
    this.#argument++;
    const argument = unwrapped(value);
    if (argument.kind !== 'integer') return undefined;
    const number = Number(argument.value);
    return Math.abs(number) > MAX_NUMBER ? undefined : number;
  }

  #verb(verb: string, flags: Flags): void {
    const value = this.#values[this.#argument];
    if (verb === '%' || !this.#isGoodIndex || value === undefined) {
      this.#output.add(verb === '%' ? '%' : `%!${verb}(${this.#isGoodIndex ? 'MISSING' : 'BADINDEX'})`);
      return;
    }
    this.#argument++;
    this.printer.flags = verb === 'v' || verb === 'w' ? flagsOfValue(flags) : flags;
    this.printer.print(value, verb);
  }

  #extraArguments(): void {
    this.#output.add('%!(EXTRA ');
    this.printer.flags = {};
    this.#values.slice(this.#argument).forEach((given, index) => {
      const value = unwrapped(given);
      if (index > 0) this.#output.add(', ');
      if (value.kind !== 'none') this.#output.add(`${value.type}=`);
      this.printer.print(value, 'v');
    });
    this.#output.add(')');
  }
}

/** `%#v` and `%+v` mean something else than the flags by themselves. */
function flagsOfValue({ sharp, plus, ...others }: Flags): Flags {
  return { ...others, ...(sharp && { asSource: true as const }), ...(plus && { withNames: true as const }) };
}
