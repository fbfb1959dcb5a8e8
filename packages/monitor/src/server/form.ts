// The parameters of an address and of a form, read as Go's `url.ParseQuery` does: a pair that cannot be decoded, or with a semicolon
// in it, is left out and remembered as the form's problem; bytes that are no UTF-8 become U+FFFD. Source: pkg.go.dev/net/url

/** What comes once is its text; what comes more often is the list, in the order in which it came. */
export type Form = Readonly<Record<string, string | readonly string[]>>;

const problems = new WeakMap<object, string>();

/** What was wrong with the first pair that was left out, in Go's words. */
export function formProblem(form: unknown): string | undefined {
  return typeof form === 'object' && form !== null ? problems.get(form) : undefined;
}

export function readForm(text: string): Form {
  const form: Record<string, string | string[]> = Object.create(null);
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    const problem = problemOf(pair, name, value);
    if (problem !== undefined) {
      if (!problems.has(form)) problems.set(form, problem);
      continue;
    }
    add(form, decoded(name), decoded(value));
  }
  return form;
}

function add(form: Record<string, string | string[]>, name: string, value: string): void {
  const before = form[name];
  if (before === undefined) form[name] = value;
  else if (typeof before === 'string') form[name] = [before, value];
  else before.push(value);
}

function problemOf(pair: string, name: string, value: string): string | undefined {
  if (pair.includes(';')) return 'invalid semicolon separator in query';
  const brokenEscape = /%(?![\da-f]{2})/i;
  const at = brokenEscape.exec(name) ?? brokenEscape.exec(value);
  return at === null ? undefined : `invalid URL escape ${JSON.stringify(at.input.slice(at.index, at.index + 3))}`;
}

function decoded(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    // Bytes that are no UTF-8.
    const bytes = spaced.replaceAll(/%([\da-f]{2})|[^%]+/gi, (part, code: string | undefined) =>
      code === undefined ? Buffer.from(part).toString('latin1') : String.fromCharCode(Number.parseInt(code, 16)),
    );
    return Buffer.from(bytes, 'latin1').toString();
  }
}
