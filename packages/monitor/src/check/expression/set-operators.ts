// Operators that take series as they are, and match any number with any number.

export const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);
