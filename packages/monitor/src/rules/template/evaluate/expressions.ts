// Evaluates what stands in actions: pipelines, commands, operands, fields and calls, by the rules of Go's templates.
// https://pkg.go.dev/text/template#hdr-Arguments

import { FUNCTIONS } from '../functions/functions.ts';
import { methodOf } from '../functions/moment-methods.ts';
import { CallError, type ParameterType, type Signature } from '../functions/signature.ts';
import { subjectText } from '../parse/subject-text.ts';
import type {
  ChainOperand,
  Command,
  FieldOperand,
  IdentifierOperand,
  Operand,
  Pipeline,
  Subject,
  VariableOperand,
} from '../parse/tree.ts';
import { indirect, isTrue, NO_VALUE, unwrapped, type Value, zeroEntry } from '../values.ts';
import { converted, convertedLiteral, convertedNil, literalValue } from './conversion.ts';
import type { Place } from './place.ts';
import { CHARACTERS_PER_STEP, checkedResult, lengthOf } from './result-size.ts';
import type { RunContext } from './run-context.ts';
import type { Variables } from './variables.ts';

/** What comes before the operands of a command by `|`; undefined where nothing does. */
type Piped = Value | undefined;

export class Expressions {
  readonly #place: Place;
  readonly #variables: Variables;
  readonly #context: RunContext;

  constructor(place: Place, variables: Variables, context: RunContext) {
    this.#place = place;
    this.#variables = variables;
    this.#context = context;
  }

  /** Declares or assigns its variables. @throws {ExpansionFailure} */
  pipeline(pipeline: Pipeline, dot: Value): Value {
    this.#place.subject = pipeline;
    let value: Piped;
    for (const command of pipeline.commands) value = unwrapped(this.#command(command, dot, value));
    const result = value ?? NO_VALUE;
    for (const { name } of pipeline.variables) {
      if (pipeline.isAssignment) this.assign(name, result);
      else this.#variables.declare(name, result);
    }
    return result;
  }

  assign(name: string, value: Value): void {
    if (!this.#variables.assign(name, value)) throw this.#place.failure(`undefined variable: ${name}`);
  }

  #command(command: Command, dot: Value, piped: Piped): Value {
    this.#context.takeSteps(1);
    const [first, ...others] = command.operands;
    switch (first.kind) {
      case 'field':
        return this.#field(first, dot, others, piped);
      case 'chain':
        return this.#chain(first, dot, others, piped);
      case 'identifier':
        return this.#function(first, command, dot, others, piped);
      case 'pipeline':
        this.#refuseArguments(first, others, piped);
        return this.pipeline(first, dot);
      case 'variable':
        return this.#variable(first, dot, others, piped);
      default:
        this.#place.subject = first;
        this.#refuseArguments(first, others, piped);
        if (first.kind === 'dot') return dot;
        if (first.kind === 'nil') throw this.#place.failure('nil is not a command');
        return literalValue(first, this.#place);
    }
  }

  #refuseArguments(first: Operand, others: readonly Operand[], piped: Piped): void {
    if (others.length === 0 && piped === undefined) return;
    throw this.#place.failure(`can't give argument to non-function ${subjectText(first)}`);
  }

  #argument(operand: Operand, type: ParameterType | undefined, dot: Value): Value {
    this.#place.subject = operand;
    switch (operand.kind) {
      case 'dot':
        return converted(dot, type, this.#place);
      case 'nil':
        return convertedNil(type, this.#place);
      case 'field':
        return converted(this.#field(operand, dot, [], undefined), type, this.#place);
      case 'variable':
        return converted(this.#variable(operand, dot, [], undefined), type, this.#place);
      case 'pipeline':
        return converted(this.pipeline(operand, dot), type, this.#place);
      case 'identifier':
        return converted(this.#function(operand, operand, dot, [], undefined), type, this.#place);
      case 'chain':
        return converted(this.#chain(operand, dot, [], undefined), type, this.#place);
      default:
        return convertedLiteral(operand, type, this.#place);
    }
  }

  #field(operand: FieldOperand, dot: Value, others: readonly Operand[], piped: Piped): Value {
    this.#place.subject = operand;
    return this.#fields(dot, operand.names, operand, dot, others, piped);
  }

  #chain(operand: ChainOperand, dot: Value, others: readonly Operand[], piped: Piped): Value {
    this.#place.subject = operand;
    const receiver = this.#argument(operand.of, undefined, dot);
    return this.#fields(receiver, operand.fields, operand, dot, others, piped);
  }

  #variable(operand: VariableOperand, dot: Value, others: readonly Operand[], piped: Piped): Value {
    this.#place.subject = operand;
    const value = this.#variables.value(operand.name);
    if (value === undefined) throw this.#place.failure(`undefined variable: ${operand.name}`);
    if (operand.fields.length > 0) return this.#fields(value, operand.fields, operand, dot, others, piped);
    this.#refuseArguments(operand, others, piped);
    return value;
  }

  /** One name after the other; arguments are for the last. */
  #fields(
    receiver: Value,
    names: readonly string[],
    subject: Subject,
    dot: Value,
    others: readonly Operand[],
    piped: Piped,
  ): Value {
    let value = receiver;
    names.forEach((name, index) => {
      const isLast = index === names.length - 1;
      value = this.#oneField(value, name, subject, dot, isLast ? others : [], isLast ? piped : undefined);
    });
    return value;
  }

  #oneField(
    receiver: Value,
    name: string,
    subject: Subject,
    dot: Value,
    others: readonly Operand[],
    piped: Piped,
  ): Value {
    if (receiver.kind === 'none') return NO_VALUE;
    const { value, isNil } = indirect(receiver);
    if (isNil) throw this.#place.failure(`nil pointer evaluating ${receiver.type}.${name}`);
    const method = methodOf(value, name);
    if (method !== undefined) return this.#call(name, method, subject, dot, others, piped);
    const hasArguments = others.length > 0 || piped !== undefined;
    if (value.kind === 'struct') {
      const field = value.fields.get(name);
      if (field !== undefined && hasArguments) {
        throw this.#place.failure(`${name} has arguments but cannot be invoked as function`);
      }
      if (field !== undefined) return field;
    } else if (value.kind === 'map') {
      if (hasArguments) throw this.#place.failure(`${name} is not a method but has arguments`);
      return value.entries.get(name) ?? zeroEntry(value);
    }
    throw this.#place.failure(`can't evaluate field ${name} in type ${receiver.type}`);
  }

  #function(
    identifier: IdentifierOperand,
    subject: Subject,
    dot: Value,
    others: readonly Operand[],
    piped: Piped,
  ): Value {
    this.#place.subject = identifier;
    const { name } = identifier;
    if (name === 'and' || name === 'or') return this.#logical(name, dot, others, piped);
    if (name === 'call') return this.#callValue(subject, dot, others, piped);
    const signature = FUNCTIONS.get(name);
    if (signature === undefined) throw this.#place.failure(`${JSON.stringify(name)} is not a defined function`);
    return this.#call(name, signature, subject, dot, others, piped);
  }

  /** Evaluates no more than it needs. */
  #logical(name: 'and' | 'or', dot: Value, others: readonly Operand[], piped: Piped): Value {
    this.#needOne(name, others, piped);
    let value: Value = NO_VALUE;
    for (const operand of others) {
      value = this.#argument(operand, 'any value', dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return piped ?? value;
  }

  /** No template has a function as a value, so there is none to call. */
  #callValue(subject: Subject, dot: Value, others: readonly Operand[], piped: Piped): Value {
    this.#needOne('call', others, piped);
    const values = others.map((operand) => this.#argument(operand, 'any value', dot));
    const called = unwrapped(values[0] ?? piped ?? NO_VALUE);
    const [first] = others;
    const pipedName = called.kind === 'text' ? called.value : `<${called.type} Value>`;
    const shown = first === undefined ? pipedName : subjectText(first);
    this.#place.subject = subject;
    const reason = called.kind === 'none' ? 'call of nil' : `non-function ${shown} of type ${called.type}`;
    throw this.#place.failure(`error calling call: ${reason}`);
  }

  #needOne(name: string, others: readonly Operand[], piped: Piped): void {
    if (others.length > 0 || piped !== undefined) return;
    throw this.#place.failure(`wrong number of args for ${name}: want at least 1 got 0`);
  }

  #call(
    name: string,
    signature: Signature,
    subject: Subject,
    dot: Value,
    others: readonly Operand[],
    piped: Piped,
  ): Value {
    const { parameters, rest } = signature;
    const count = others.length + (piped === undefined ? 0 : 1);
    if (rest !== undefined && count < parameters.length) {
      throw this.#place.failure(
        `wrong number of args for ${name}: want at least ${parameters.length} got ${others.length}`,
      );
    }
    if (rest === undefined && count !== parameters.length) {
      throw this.#place.failure(`wrong number of args for ${name}: want ${parameters.length} got ${count}`);
    }
    const values = others.map((operand, index) => this.#argument(operand, parameters[index] ?? rest, dot));
    if (piped !== undefined) values.push(converted(piped, parameters[others.length] ?? rest, this.#place));
    let characters = 0;
    for (const value of values) characters += lengthOf(value);
    this.#context.takeSteps(1 + Math.floor(characters / CHARACTERS_PER_STEP));
    try {
      const result = checkedResult(signature.call(values, this.#context));
      this.#context.takeSteps(Math.floor(lengthOf(result) / CHARACTERS_PER_STEP));
      return result;
    } catch (error) {
      this.#place.subject = subject;
      if (error instanceof CallError) throw this.#place.failure(`error calling ${name}: ${error.message}`);
      throw error;
    }
  }
}
