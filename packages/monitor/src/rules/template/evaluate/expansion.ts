// Goes through the statements of a template and writes its text. A template that it calls has variables of its own.
// https://pkg.go.dev/text/template#hdr-Actions

import { quoted } from '../../../promql/go-text.ts';
import { BoundExceeded, BoundedText } from '../functions/call-context.ts';
import { printable, printed } from '../functions/printf/printer.ts';
import { MAX_EXPANSION_DEPTH } from '../limits.ts';
import type { BranchStatement, Definitions, Statement, TemplateStatement } from '../parse/tree.ts';
import { indirect, integer, isTrue, NO_VALUE, sortedEntries, text, type Value } from '../values.ts';
import { Expressions } from './expressions.ts';
import { Place } from './place.ts';
import type { RunContext } from './run-context.ts';
import { Variables } from './variables.ts';

/** How a list of statements ended: `break` and `continue` end those around them too. */
type Flow = 'next' | 'break' | 'continue';

/** @throws {ExpansionFailure} @throws {AnswerMissing} */
export function expansionOf(definitions: Definitions, name: string, data: Value, context: RunContext): string {
  const output = new BoundedText();
  new Expansion(definitions, name, data, context, output, { value: 0 }).write(data);
  return output.toString();
}

class Expansion {
  readonly #definitions: Definitions;
  readonly #name: string;
  readonly #place: Place;
  readonly #variables: Variables;
  readonly #expressions: Expressions;
  readonly #context: RunContext;
  readonly #output: BoundedText;
  /** Shared with the templates that are called. */
  readonly #depth: { value: number };

  constructor(
    definitions: Definitions,
    name: string,
    data: Value,
    context: RunContext,
    output: BoundedText,
    depth: { value: number },
  ) {
    this.#definitions = definitions;
    this.#name = name;
    this.#place = new Place(name);
    this.#variables = new Variables(data);
    this.#expressions = new Expressions(this.#place, this.#variables, context);
    this.#context = context;
    this.#output = output;
    this.#depth = depth;
  }

  write(dot: Value): void {
    try {
      this.#statements(this.#definitions.bodies.get(this.#name) ?? [], dot);
    } catch (error) {
      throw error instanceof BoundExceeded ? this.#place.failure(error.message) : error;
    }
  }

  #statements(statements: readonly Statement[], dot: Value): Flow {
    this.#depth.value++;
    for (const statement of statements) {
      const flow = this.#statement(statement, dot);
      if (flow === 'next') continue;
      this.#depth.value--;
      return flow;
    }
    this.#depth.value--;
    return 'next';
  }

  #statement(statement: Statement, dot: Value): Flow {
    switch (statement.kind) {
      case 'text':
        this.#output.add(statement.text);
        return 'next';
      case 'action': {
        const { pipeline } = statement;
        const value = this.#expressions.pipeline(pipeline, dot);
        if (pipeline.variables.length > 0) return 'next';
        this.#place.subject = pipeline;
        this.#output.add(printed([printable(value)]));
        return 'next';
      }
      case 'if':
      case 'with':
        return this.#branch(statement, dot);
      case 'range':
        return this.#range(statement, dot);
      case 'template':
        this.#template(statement, dot);
        return 'next';
      case 'break':
      case 'continue':
        return statement.kind;
    }
  }

  #branch({ kind, pipeline, body, otherwise }: BranchStatement, dot: Value): Flow {
    const count = this.#variables.count;
    const value = this.#expressions.pipeline(pipeline, dot);
    const flow = isTrue(value)
      ? this.#statements(body, kind === 'with' ? value : dot)
      : this.#statements(otherwise ?? [], dot);
    this.#variables.count = count;
    return flow;
  }

  #range(statement: BranchStatement, dot: Value): Flow {
    const { pipeline, body, otherwise } = statement;
    const outerCount = this.#variables.count;
    const { value } = indirect(this.#expressions.pipeline(pipeline, dot));
    const count = this.#variables.count;
    let isEmpty = true;
    let flow: Flow = 'next';
    for (const [key, element] of this.#elements(value, pipeline.variables.length)) {
      this.#context.takeSteps(1);
      isEmpty = false;
      this.#setRangeVariables(statement, key, element);
      const ended = this.#statements(body, element);
      this.#variables.count = count;
      if (ended === 'break') break;
    }
    if (isEmpty) flow = this.#statements(otherwise ?? [], dot);
    this.#variables.count = outerCount;
    return flow;
  }

  *#elements(value: Value, variables: number): Generator<readonly [key: Value, element: Value]> {
    switch (value.kind) {
      case 'none':
        return;
      case 'integer':
        if (variables > 1) {
          throw this.#place.failure(`can't use ${printed([value])} to iterate over more than one variable`);
        }
        for (let number = 0n; number < value.value; number++) yield [NO_VALUE, integer(number, value.type)];
        return;
      case 'list':
        for (let at = value.from; at < value.to; at++) yield [integer(at - value.from), value.items[at]!];
        return;
      case 'map':
        for (const [key, element] of sortedEntries(value)) yield [text(key), element];
        return;
      default:
        throw this.#place.failure(`range can't iterate over ${printed([value])}`);
    }
  }

  /** One variable gets the element, two get its key or index before it. */
  #setRangeVariables({ pipeline }: BranchStatement, key: Value, element: Value): void {
    const [first, second] = pipeline.variables;
    if (first === undefined) return;
    if (pipeline.isAssignment) {
      this.#expressions.assign(first.name, second === undefined ? element : key);
      if (second !== undefined) this.#expressions.assign(second.name, element);
    } else {
      this.#variables.assignFromTop(1, element);
      if (second !== undefined) this.#variables.assignFromTop(2, key);
    }
  }

  #template(statement: TemplateStatement, dot: Value): void {
    this.#place.subject = statement;
    this.#context.takeSteps(1);
    if (this.#depth.value >= MAX_EXPANSION_DEPTH) {
      throw this.#place.failure(`exceeded maximum template depth (${MAX_EXPANSION_DEPTH})`);
    }
    const { name, pipeline } = statement;
    if (!this.#definitions.bodies.has(name)) throw this.#place.failure(`template ${quoted(name)} not defined`);
    const data = pipeline === undefined ? NO_VALUE : this.#expressions.pipeline(pipeline, dot);
    new Expansion(this.#definitions, name, data, this.#context, this.#output, this.#depth).write(data);
  }
}
