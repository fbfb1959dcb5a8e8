// Each contender gets a loop that was compiled for it alone. From one source shared by all, V8 would collect what it
// learns of every contender in one place and then run each of them as if it could be any of them.

import { compileFunction } from 'node:vm';

/** A function of (subject, iterations) that does `statement` once for each `i`, with `subject` and `i` in scope. */
export function compileLoop<Subject>(statement: string): (subject: Subject, iterations: number) => void {
  const source = `for (let i = 0; i < iterations; i++) { ${statement} }`;
  return compileFunction(source, ['subject', 'iterations']) as (subject: Subject, iterations: number) => void;
}
