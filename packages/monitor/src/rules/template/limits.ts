// What one template may take. A rule may expand its templates for thousands of alerts, and anybody may have written them.

/** Longer ones are refused when they are parsed. */
export const MAX_TEMPLATE_CHARACTERS = 65_536;
/** Parentheses and `if`, `with`, `range` within one another. */
export const MAX_TEMPLATE_NESTING = 250;
/** The text that comes out, and every string that is made on the way. */
export const MAX_EXPANSION_CHARACTERS = 65_536;
/** Templates that call templates, with all that is nested in them, at one moment of an expansion. */
export const MAX_EXPANSION_DEPTH = 500;
/**
 * Commands, iterations and calls of one expansion; a call counts one more for each hundred characters that it reads or makes, a
 * regular expression for each thousand characters times the size of its program. What runs again after a query counts again.
 */
export const MAX_EXPANSION_STEPS = 100_000;
/** Different expressions that one expansion gives to `query`. */
export const MAX_EXPANSION_QUERIES = 20;
