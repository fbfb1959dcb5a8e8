// What a template uses, found without expanding it: labels of the alert, functions, expressions that are given to `query`. For
// checks of rules. It follows `$labels`, `.Labels`, variables and templates that are called; what it cannot follow, such as a name
// of a label that is computed, it leaves out.

import type { Command, Operand, Pipeline, Statement } from './parse/tree.ts';
import { placeIn, type Template } from './template.ts';

/** In the text of the template; both from 1. */
interface TemplatePart {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

export interface TemplateParts {
  /** Of the alert, by name. */
  readonly labels: readonly TemplatePart[];
  readonly externalLabels: readonly TemplatePart[];
  readonly functions: readonly TemplatePart[];
  /** Whole expressions alone, not those that are put together. */
  readonly queries: readonly { readonly expression: string; readonly line: number; readonly column: number }[];
}

/** In the order in which they stand in the text. */
export function templateParts(template: Template): TemplateParts {
  const reader = new PartsReader(template);
  reader.statements(template.definitions.bodies.get(template.name) ?? [], {
    dot: 'data',
    variables: new Map([['$', 'data']]),
  });
  for (const [name, body] of template.definitions.bodies) {
    if (name !== template.name) reader.statements(body, unknownScope());
  }
  return reader.parts();
}

/** What is known of a value. */
type Known = 'data' | 'labels' | 'external labels' | 'unknown';

interface Scope {
  readonly dot: Known;
  readonly variables: Map<string, Known>;
}

interface Found {
  readonly at: number;
  readonly kind: 'label' | 'external label' | 'function' | 'query';
  readonly name: string;
}

class PartsReader {
  readonly #template: Template;
  /** Once each: a template may be called more than once. */
  readonly #found = new Map<string, Found>();
  readonly #called = new Set<string>();

  constructor(template: Template) {
    this.#template = template;
  }

  parts(): TemplateParts {
    const { text, textStart } = this.#template;
    const found = [...this.#found.values()].filter(({ at }) => at >= textStart).sort((a, b) => a.at - b.at);
    const of = (kind: Found['kind']): TemplatePart[] =>
      found.filter((part) => part.kind === kind).map(({ name, at }) => ({ name, ...placeIn(text, at - textStart) }));
    return {
      labels: of('label'),
      externalLabels: of('external label'),
      functions: of('function'),
      queries: of('query').map(({ name, line, column }) => ({ expression: name, line, column })),
    };
  }

  statements(statements: readonly Statement[], scope: Scope): void {
    for (const statement of statements) this.#statement(statement, scope);
  }

  #statement(statement: Statement, scope: Scope): void {
    switch (statement.kind) {
      case 'action':
        this.#pipeline(statement.pipeline, scope);
        return;
      case 'if':
      case 'with':
      case 'range': {
        const inner = { ...scope, variables: new Map(scope.variables) };
        const value = this.#pipeline(statement.pipeline, inner);
        if (statement.kind === 'range')
          for (const { name } of statement.pipeline.variables) inner.variables.set(name, 'unknown');
        const dots: Readonly<Record<typeof statement.kind, Known>> = { if: scope.dot, with: value, range: 'unknown' };
        this.statements(statement.body, { dot: dots[statement.kind], variables: new Map(inner.variables) });
        this.statements(statement.otherwise ?? [], { dot: scope.dot, variables: new Map(inner.variables) });
        return;
      }
      case 'template': {
        const dot = statement.pipeline === undefined ? 'unknown' : this.#pipeline(statement.pipeline, scope);
        this.#call(statement.name, dot);
        return;
      }
      default:
    }
  }

  #call(name: string, dot: Known): void {
    const key = `${dot} ${name}`;
    if (this.#called.has(key)) return;
    this.#called.add(key);
    this.statements(this.#template.definitions.bodies.get(name) ?? [], { dot, variables: new Map([['$', dot]]) });
  }

  #pipeline({ commands, variables, isAssignment }: Pipeline, scope: Scope): Known {
    let value: Known = 'unknown';
    commands.forEach((command, index) => {
      value = this.#command(command, commands[index - 1], scope);
    });
    for (const { name } of variables) {
      const isOther = isAssignment && scope.variables.get(name) !== value;
      scope.variables.set(name, isOther ? 'unknown' : value);
    }
    return value;
  }

  #command({ operands }: Command, before: Command | undefined, scope: Scope): Known {
    const values = operands.map((operand) => this.#operand(operand, scope));
    const [first, second, third] = operands;
    if (first.kind !== 'identifier') return operands.length === 1 && before === undefined ? values[0]! : 'unknown';
    const piped = before?.operands.length === 1 ? before.operands[0] : undefined;
    if (first.name === 'index') {
      const key = operands.length === 2 ? piped : third;
      if (values[1] !== undefined && key?.kind === 'string') this.#label(values[1], key.value, key.at);
    }
    const asked = operands.length === 1 ? piped : second;
    if (first.name === 'query' && asked !== undefined) this.#query(asked);
    return 'unknown';
  }

  #query(asked: Operand): void {
    if (asked.kind === 'string') this.#add({ kind: 'query', name: asked.value, at: asked.at });
    const only = asked.kind === 'pipeline' && asked.commands.length === 1 ? asked.commands[0] : undefined;
    if (only?.operands.length === 1) this.#query(only.operands[0]);
  }

  #operand(operand: Operand, scope: Scope): Known {
    switch (operand.kind) {
      case 'dot':
        return scope.dot;
      case 'field':
        return this.#fields(scope.dot, operand.names, operand.start);
      case 'variable':
        return this.#fields(scope.variables.get(operand.name) ?? 'unknown', operand.fields, operand.start);
      case 'pipeline':
        return this.#pipeline(operand, scope);
      case 'identifier':
        this.#add({ kind: 'function', name: operand.name, at: operand.at });
        return 'unknown';
      case 'chain':
        return this.#fields(this.#operand(operand.of, scope), operand.fields, operand.at);
      default:
        return 'unknown';
    }
  }

  #fields(value: Known, names: readonly string[], at: number): Known {
    const [name, ...others] = names;
    if (name === undefined) return value;
    if (value === 'data') return this.#fields(fieldOfData(name), others, at);
    this.#label(value, name, at);
    return 'unknown';
  }

  #label(of: Known, name: string, at: number): void {
    if (of === 'labels') this.#add({ kind: 'label', name, at });
    if (of === 'external labels') this.#add({ kind: 'external label', name, at });
  }

  #add(found: Found): void {
    this.#found.set(`${found.kind} ${found.at} ${found.name}`, found);
  }
}

function fieldOfData(name: string): Known {
  if (name === 'Labels') return 'labels';
  return name === 'ExternalLabels' ? 'external labels' : 'unknown';
}

function unknownScope(): Scope {
  return { dot: 'unknown', variables: new Map([['$', 'unknown']]) };
}
