// What one expansion knows: the answers to its queries, its regular expressions, the steps that it has taken. An expansion
// is a run that waits for nothing: where an answer is missing it ends, and starts anew when the answer is there. That
// gives the same, because nothing else that it sees changes; and most templates ask for nothing.

import { RE2JS } from 're2js';
import { ExpressionSizes } from '../../../promql/expression-sizes.ts';
import { BoundExceeded, type CallContext, tooManySteps } from '../functions/call-context.ts';
import { CallError } from '../functions/signature.ts';
import { MAX_EXPANSION_QUERIES, MAX_EXPANSION_STEPS } from '../limits.ts';
import { type ListValue, list, type Value } from '../values.ts';

/** Ends a run: `query` was called with an expression that has no answer yet. */
export class AnswerMissing extends Error {
  readonly expression: string;

  constructor(expression: string) {
    super(`no answer yet to ${expression}`);
    this.expression = expression;
  }
}

/** A sample is made anew for each call, as a template may sort what it got. */
export type Answer = { readonly samples: readonly SampleFields[] } | { readonly error: string };
export type SampleFields = ReadonlyMap<'Labels' | 'Value', Value>;

export class RunContext implements CallContext {
  readonly externalUrl: string;
  readonly nowMs: number;
  readonly #answers = new Map<string, Answer>();
  readonly #patterns = new Map<string, RE2JS>();
  readonly #patternSizes = new ExpressionSizes();
  #steps = 0;

  constructor(externalUrl: string, nowMs: number) {
    this.externalUrl = externalUrl;
    this.nowMs = nowMs;
  }

  /** Of all runs together. */
  readonly takeSteps = (count: number): void => {
    this.#steps += count;
    if (this.#steps > MAX_EXPANSION_STEPS) throw tooManySteps();
  };

  learn(expression: string, answer: Answer): void {
    this.#answers.set(expression, answer);
  }

  readonly answerTo = (expression: string): ListValue => {
    const answer = this.#answers.get(expression);
    if (answer === undefined) {
      if (this.#answers.size < MAX_EXPANSION_QUERIES) throw new AnswerMissing(expression);
      throw new BoundExceeded(`more than ${MAX_EXPANSION_QUERIES} queries: ask for less`);
    }
    if ('error' in answer) throw new CallError(answer.error);
    this.takeSteps(answer.samples.length);
    return list(
      answer.samples.map((fields) => ({
        kind: 'pointer',
        type: '*template.sample',
        to: { kind: 'struct', type: 'template.sample', fields },
      })),
    );
  };

  readonly pattern = (expression: string): RE2JS => {
    const known = this.#patterns.get(expression);
    if (known !== undefined) return known;
    try {
      this.#patternSizes.add({ name: '', operator: '=~', value: expression });
      const compiled = RE2JS.compile(expression);
      this.#patterns.set(expression, compiled);
      return compiled;
    } catch (error) {
      throw new CallError(patternMessage(error));
    }
  };
}

const TRAILING_BACKSLASH = 'trailing backslash at end of expression';

/** In the words of Go, which show what is wrong even where that is nothing. */
function patternMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.endsWith(TRAILING_BACKSLASH) ? `${message}: \`\`` : message;
}
