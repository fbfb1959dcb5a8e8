// From text to tree, by the grammar and with the messages of Go's templates. https://pkg.go.dev/text/template
// The first thing that is wrong ends it. Messages tell the line of the furthest token that was looked at.

import { quoted } from '../../../promql/go-text.ts';
import { MAX_TEMPLATE_NESTING } from '../limits.ts';
import { tokensOf } from './lexer.ts';
import { LiteralError, stringFrom } from './literals.ts';
import { PipelineParser } from './pipeline-parser.ts';
import { TokenReader } from './token-reader.ts';
import type { Token } from './tokens.ts';
import type { BranchStatement, Definitions, Statement } from './tree.ts';

/** How a list of statements ended. */
type ListEnd = 'end' | 'else';
type BranchKind = BranchStatement['kind'];

/** @throws {TemplateSyntaxError} */
export function parseDefinitions(text: string, name: string, functions: ReadonlySet<string>): Definitions {
  return new Parser(text, name, functions).definitions();
}

class Parser {
  readonly #reader: TokenReader;
  readonly #pipelines: PipelineParser;
  readonly #name: string;
  readonly #bodies = new Map<string, readonly Statement[]>();
  #rangeDepth = 0;
  #nesting = 0;

  constructor(text: string, name: string, functions: ReadonlySet<string>) {
    this.#name = name;
    this.#reader = new TokenReader(tokensOf(text), name);
    this.#pipelines = new PipelineParser(this.#reader, functions);
  }

  definitions(): Definitions {
    const body: Statement[] = [];
    while (this.#reader.peek().kind !== 'end') {
      if (this.#startsDefinition()) {
        this.#definition();
        continue;
      }
      const statement = this.#statement();
      if (typeof statement === 'string') throw this.#reader.error(`unexpected {{${statement}}}`);
      body.push(statement);
    }
    this.#define(this.#name, body);
    return { bodies: this.#bodies };
  }

  #startsDefinition(): boolean {
    const start = this.#reader.position;
    if (this.#reader.peek().kind !== 'left-delimiter') return false;
    this.#reader.next();
    const { kind, text } = this.#reader.nextNonSpace();
    if (kind === 'keyword' && text === 'define') return true;
    this.#reader.position = start;
    return false;
  }

  #definition(): void {
    const context = 'define clause';
    this.#apart(() => {
      const name = this.#templateName(this.#reader.nextNonSpace(), context);
      this.#reader.expect('right-delimiter', context);
      this.#define(
        name,
        this.#untilEnd(context, () => this.#reader.furthest),
      );
    });
  }

  /** With variables and ranges of its own. */
  #apart(parse: () => void): void {
    const [rangeDepth, actionLine] = [this.#rangeDepth, this.#reader.actionLine];
    this.#rangeDepth = 0;
    this.#reader.actionLine = undefined;
    this.#pipelines.withoutVariables(parse);
    this.#rangeDepth = rangeDepth;
    this.#reader.actionLine = actionLine;
  }

  #define(name: string, body: readonly Statement[]): void {
    const known = this.#bodies.get(name);
    if (known === undefined || isEmpty(known)) this.#bodies.set(name, body);
    else if (!isEmpty(body)) {
      throw this.#reader.error(`template: multiple definition of template ${quoted(name)}`);
    }
  }

  #untilEnd(context: string, errorPlace: () => Token): Statement[] {
    const { statements, end } = this.#list();
    if (end === 'else') throw this.#reader.error(`unexpected {{else}} in ${context}`, errorPlace());
    return statements;
  }

  #list(): { readonly statements: Statement[]; readonly end: ListEnd } {
    const statements: Statement[] = [];
    while (this.#reader.peekNonSpace().kind !== 'end') {
      const statement = this.#statement();
      if (typeof statement === 'string') return { statements, end: statement };
      statements.push(statement);
    }
    throw this.#reader.error('unexpected EOF');
  }

  #statement(): Statement | ListEnd {
    const token = this.#reader.nextNonSpace();
    if (token.kind === 'text') return { kind: 'text', text: token.text };
    if (token.kind !== 'left-delimiter') throw this.#reader.unexpected(token, 'input');
    this.#reader.actionLine = token.line;
    const statement = this.#action();
    this.#reader.actionLine = undefined;
    return statement;
  }

  #action(): Statement | ListEnd {
    const start = this.#reader.position;
    const token = this.#reader.nextNonSpace();
    switch (token.kind === 'keyword' ? token.text : '') {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token.text === 'break' ? 'break' : 'continue');
      case 'else':
        return this.#else();
      case 'end':
        this.#reader.expect('right-delimiter', 'end');
        return 'end';
      case 'if':
        return this.#branch('if');
      case 'range':
        return this.#branch('range');
      case 'with':
        return this.#branch('with');
      case 'template':
        return this.#template();
      default:
        this.#reader.position = start;
        return { kind: 'action', pipeline: this.#pipelines.pipeline('command', 'right-delimiter') };
    }
  }

  #jump(kind: 'break' | 'continue'): Statement {
    const token = this.#reader.nextNonSpace();
    if (token.kind !== 'right-delimiter') throw this.#reader.unexpected(token, `{{${kind}}}`);
    if (this.#rangeDepth === 0) throw this.#reader.error(`{{${kind}}} outside {{range}}`);
    return { kind };
  }

  /** What follows `else` in the same action is left where it is. */
  #else(): ListEnd {
    const { kind, text } = this.#reader.peekNonSpace();
    if (!(kind === 'keyword' && (text === 'if' || text === 'with'))) this.#reader.expect('right-delimiter', 'else');
    return 'else';
  }

  #branch(kind: BranchKind): Statement {
    if (++this.#nesting > MAX_TEMPLATE_NESTING) {
      throw this.#reader.error(`actions are nested more than ${MAX_TEMPLATE_NESTING} deep: nest fewer`);
    }
    const branch = this.#pipelines.inScope((): Statement => {
      const pipeline = this.#pipelines.pipeline(kind, 'right-delimiter');
      if (kind === 'range') this.#rangeDepth++;
      const { statements: body, end } = this.#list();
      if (kind === 'range') this.#rangeDepth--;
      return { kind, pipeline, body, otherwise: end === 'end' ? undefined : this.#otherwise(kind) };
    });
    this.#nesting--;
    return branch;
  }

  /** `{{else if}}` is an `if` in an `else`, with one `end` for both. */
  #otherwise(kind: BranchKind): Statement[] {
    const { kind: tokenKind, text } = this.#reader.peek();
    if (kind !== 'range' && tokenKind === 'keyword' && text === kind) {
      this.#reader.next();
      return [this.#branch(kind)];
    }
    const { statements, end } = this.#list();
    if (end === 'else') throw this.#reader.error('expected end; found {{else}}');
    return statements;
  }

  #block(): Statement {
    const context = 'block clause';
    const token = this.#reader.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipeline = this.#pipelines.pipeline(context, 'right-delimiter');
    const head = this.#reader.furthest;
    this.#apart(() =>
      this.#define(
        name,
        this.#untilEnd(context, () => head),
      ),
    );
    return { kind: 'template', at: token.at, name, pipeline };
  }

  #template(): Statement {
    const context = 'template clause';
    const token = this.#reader.nextNonSpace();
    const name = this.#templateName(token, context);
    const start = this.#reader.position;
    if (this.#reader.nextNonSpace().kind === 'right-delimiter') {
      return { kind: 'template', at: token.at, name, pipeline: undefined };
    }
    this.#reader.position = start;
    const pipeline = this.#pipelines.pipeline(context, 'right-delimiter');
    return { kind: 'template', at: token.at, name, pipeline };
  }

  #templateName(token: Token, context: string): string {
    if (token.kind !== 'string' && token.kind !== 'raw-string') throw this.#reader.unexpected(token, context);
    try {
      return stringFrom(token.text);
    } catch (error) {
      if (error instanceof LiteralError) throw this.#reader.error(error.message);
      throw error;
    }
  }
}

/** Of everything but blanks. */
function isEmpty(statements: readonly Statement[]): boolean {
  return statements.every((statement) => statement.kind === 'text' && statement.text.trim() === '');
}
