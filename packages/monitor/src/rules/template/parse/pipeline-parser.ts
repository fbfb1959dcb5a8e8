// What stands in an action: declarations, commands between `|`, their operands, parentheses. A variable has to be declared
// before, in the same or an outer scope; a function has to exist.

import { quoted } from '../../../promql/go-text.ts';
import { MAX_TEMPLATE_NESTING } from '../limits.ts';
import { characterFrom, complexFrom, LiteralError, numberFrom, stringFrom } from './literals.ts';
import { subjectText } from './subject-text.ts';
import type { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';
import type { Command, NumberLiteral, Operand, Pipeline, VariableOperand } from './tree.ts';

type PipelineEnd = 'right-delimiter' | 'right-parenthesis';

const COMMAND_STARTS: ReadonlySet<Token['kind']> = new Set([
  'bool',
  'character-constant',
  'complex',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'raw-string',
  'string',
  'variable',
  'left-parenthesis',
]);
const NEEDS_NO_ARGUMENT: ReadonlySet<Operand['kind']> = new Set(['bool', 'dot', 'nil', 'number', 'string']);

export class PipelineParser {
  readonly #reader: TokenReader;
  readonly #functions: ReadonlySet<string>;
  #variables = ['$'];
  #parentheses = 0;

  constructor(reader: TokenReader, functions: ReadonlySet<string>) {
    this.#reader = reader;
    this.#functions = functions;
  }

  /** Variables that it declares end with it. */
  inScope<T>(parse: () => T): T {
    const count = this.#variables.length;
    const parsed = parse();
    this.#variables.length = count;
    return parsed;
  }

  withoutVariables(parse: () => void): void {
    const outer = this.#variables;
    this.#variables = ['$'];
    parse();
    this.#variables = outer;
  }

  pipeline(context: string, end: PipelineEnd): Pipeline {
    const { at } = this.#reader.peekNonSpace();
    const { variables, isAssignment } = this.#declarations(context);
    const commands: Command[] = [];
    while (true) {
      const start = this.#reader.position;
      const token = this.#reader.nextNonSpace();
      if (token.kind === end) break;
      if (!COMMAND_STARTS.has(token.kind)) throw this.#reader.unexpected(token, context);
      this.#reader.position = start;
      commands.push(this.#command());
    }
    if (commands.length === 0) throw this.#reader.error(`missing value for ${context}`);
    commands.forEach(({ operands }, index) => {
      if (index === 0 || !NEEDS_NO_ARGUMENT.has(operands[0].kind)) return;
      throw this.#reader.error(`non executable command in pipeline stage ${index + 1}`);
    });
    return { kind: 'pipeline', at, variables, isAssignment, commands };
  }

  #declarations(context: string): { readonly variables: VariableOperand[]; readonly isAssignment: boolean } {
    const variables: VariableOperand[] = [];
    while (this.#reader.peekNonSpace().kind === 'variable') {
      const start = this.#reader.position;
      const token = this.#reader.next();
      const follows = this.#reader.peekNonSpace();
      const isLast = follows.kind === 'assign' || follows.kind === 'declare';
      if (!isLast && !(follows.kind === 'character' && follows.text === ',')) {
        this.#reader.position = start;
        break;
      }
      this.#reader.next();
      variables.push({ kind: 'variable', at: token.at, start: token.at, name: token.text, fields: [] });
      this.#variables.push(token.text);
      if (isLast) return { variables, isAssignment: follows.kind === 'assign' };
      if (context !== 'range' || variables.length === 2) {
        throw this.#reader.error(`too many declarations in ${context}`);
      }
      if (!['variable', 'right-delimiter', 'right-parenthesis'].includes(this.#reader.peekNonSpace().kind)) {
        throw this.#reader.error('range can only initialize variables');
      }
    }
    return { variables, isAssignment: false };
  }

  #command(): Command {
    const { at } = this.#reader.peekNonSpace();
    const operands: Operand[] = [];
    while (true) {
      this.#reader.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) operands.push(operand);
      const start = this.#reader.position;
      const token = this.#reader.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'right-delimiter' || token.kind === 'right-parenthesis') this.#reader.position = start;
      else if (token.kind !== 'pipe') throw this.#reader.unexpected(token, 'operand');
      break;
    }
    const [first, ...others] = operands;
    if (first === undefined) throw this.#reader.error('empty command');
    return { kind: 'command', at, operands: [first, ...others] };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined || this.#reader.peek().kind !== 'field') return term;
    const { at } = this.#reader.peek();
    const names: string[] = [];
    while (this.#reader.peek().kind === 'field') names.push(this.#reader.next().text.slice(1));
    const [first, ...others] = names as [string, ...string[]];
    switch (term.kind) {
      case 'field':
        return { ...term, at, names: [...term.names, first, ...others] };
      case 'variable':
        return { ...term, at, fields: names };
      case 'identifier':
      case 'pipeline':
        return { kind: 'chain', at, of: term, fields: [first, ...others] };
      default:
        throw this.#reader.error(`unexpected . after term ${quoted(subjectText(term))}`);
    }
  }

  /** Undefined, and nothing read, where none stands. */
  #term(): Operand | undefined {
    const start = this.#reader.position;
    const token = this.#reader.nextNonSpace();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#functions.has(text)) throw this.#reader.error(`function ${quoted(text)} not defined`);
        return { kind: 'identifier', at, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, at };
      case 'variable':
        if (!this.#variables.includes(text)) throw this.#reader.error(`undefined variable ${quoted(text)}`);
        return { kind: 'variable', at, start: at, name: text, fields: [] };
      case 'field':
        return { kind: 'field', at, start: at, names: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'character-constant':
        return this.#number(token, characterFrom);
      case 'complex':
        return this.#number(token, complexFrom);
      case 'number':
        return this.#number(token, numberFrom);
      case 'left-parenthesis':
        return this.#inParentheses();
      case 'string':
      case 'raw-string':
        return { kind: 'string', at, quoted: text, value: this.#literal(text, stringFrom) };
      default:
        this.#reader.position = start;
        return undefined;
    }
  }

  #inParentheses(): Pipeline {
    if (this.#parentheses === MAX_TEMPLATE_NESTING) throw this.#reader.error('max expression depth exceeded');
    this.#parentheses++;
    const pipeline = this.pipeline('parenthesized pipeline', 'right-parenthesis');
    this.#parentheses--;
    return pipeline;
  }

  #number({ at, text }: Token, from: (text: string) => NumberLiteral): Operand {
    return { kind: 'number', at, text, ...this.#literal(text, from) };
  }

  #literal<T>(text: string, from: (text: string) => T): T {
    try {
      return from(text);
    } catch (error) {
      if (error instanceof LiteralError) throw this.#reader.error(error.message);
      throw error;
    }
  }
}
