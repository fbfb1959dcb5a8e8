// The expressions that were run last in this browser, the latest first.

const STORAGE_KEY = 'chainpulse.expressions';
const KEPT = 20;
const LENGTH_MAX = 4096;

export function recentExpressions(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '[]');
    return Array.isArray(stored) ? stored.filter((entry) => typeof entry === 'string').slice(0, KEPT) : [];
  } catch {
    return [];
  }
}

export function rememberExpression(expression: string): readonly string[] {
  const recent = withLatest(recentExpressions(), expression);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(recent));
  } catch {
    // A browser that stores nothing remembers until the page is left.
  }
  return recent;
}

/** The list with the expression at its front, once; very long ones are not kept. */
export function withLatest(recent: readonly string[], expression: string): readonly string[] {
  const trimmed = expression.trim();
  if (trimmed === '' || trimmed.length > LENGTH_MAX) return recent;
  return [trimmed, ...recent.filter((entry) => entry !== trimmed)].slice(0, KEPT);
}
