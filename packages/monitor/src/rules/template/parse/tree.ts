// What a template is parsed to. Offsets (`at`) are in the text that was parsed, where messages of Go show them; of a chain
// of fields that is its second name.

export interface Definitions {
  /** The template itself and those that it defines, by name. */
  readonly bodies: ReadonlyMap<string, readonly Statement[]>;
}

export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | BranchStatement
  | TemplateStatement
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' };

export interface BranchStatement {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipeline: Pipeline;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[] | undefined;
}

export interface TemplateStatement {
  readonly kind: 'template';
  readonly at: number;
  readonly name: string;
  readonly pipeline: Pipeline | undefined;
}

export interface Pipeline {
  readonly kind: 'pipeline';
  readonly at: number;
  readonly variables: readonly VariableOperand[];
  /** `=`, not `:=`. */
  readonly isAssignment: boolean;
  readonly commands: readonly Command[];
}

export interface Command {
  readonly kind: 'command';
  readonly at: number;
  readonly operands: readonly [Operand, ...Operand[]];
}

export type Operand =
  | { readonly kind: 'dot'; readonly at: number }
  | { readonly kind: 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | NumberOperand
  | StringOperand
  | FieldOperand
  | VariableOperand
  | IdentifierOperand
  | ChainOperand
  | Pipeline;

export interface NumberOperand extends NumberLiteral {
  readonly kind: 'number';
  readonly at: number;
  readonly text: string;
}

/** A number has no type until it is used: all that it can be. */
export interface NumberLiteral {
  /** Signed 64 bits. */
  readonly integer?: bigint;
  readonly isUnsigned?: boolean;
  readonly float?: number;
  readonly complex?: { readonly real: number; readonly imaginary: number };
}

interface StringOperand {
  readonly kind: 'string';
  readonly at: number;
  readonly quoted: string;
  readonly value: string;
}

export interface FieldOperand {
  readonly kind: 'field';
  readonly at: number;
  readonly start: number;
  readonly names: readonly [string, ...string[]];
}

export interface VariableOperand {
  readonly kind: 'variable';
  readonly at: number;
  readonly start: number;
  /** With its `$`. */
  readonly name: string;
  readonly fields: readonly string[];
}

export interface IdentifierOperand {
  readonly kind: 'identifier';
  readonly at: number;
  readonly name: string;
}

export interface ChainOperand {
  readonly kind: 'chain';
  readonly at: number;
  readonly of: IdentifierOperand | Pipeline;
  readonly fields: readonly [string, ...string[]];
}

/** What a message can be about. */
export type Subject = Operand | Command | TemplateStatement;
