// What could be meant by the word at the cursor. Only names of metrics are offered: they are what nobody knows by heart.

export interface Word {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export interface Completed {
  readonly text: string;
  readonly cursor: number;
}

const WORD_BEFORE = /[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const WORD_AFTER = /^[a-zA-Z0-9_:]*/;
const OFFERED_MAX = 50;

/** The name that the cursor stands in or behind; undefined inside a string, braces or brackets, where no metric can be. */
export function wordAt(text: string, cursor: number): Word | undefined {
  const before = text.slice(0, cursor);
  if (!canBeMetric(before)) return undefined;
  const head = WORD_BEFORE.exec(before)?.[0];
  if (head === undefined) return undefined;
  const tail = WORD_AFTER.exec(text.slice(cursor))?.[0] ?? '';
  return { start: cursor - head.length, end: cursor + tail.length, text: head };
}

/** Names that begin with the word, then names that contain all its parts (`head_hei` finds `…_head_height`). */
export function matchingNames(names: readonly string[], word: string): readonly string[] {
  const wanted = word.toLowerCase();
  const parts = wanted.split('_').filter((part) => part !== '');
  const beginning: string[] = [];
  const containing: string[] = [];
  for (const name of names) {
    const candidate = name.toLowerCase();
    if (candidate.startsWith(wanted)) beginning.push(name);
    else if (containsInOrder(candidate, parts)) containing.push(name);
  }
  const offered = [...beginning, ...containing].slice(0, OFFERED_MAX);
  return offered.length === 1 && offered[0] === word ? [] : offered;
}

export function complete(text: string, word: Word, name: string): Completed {
  return { text: text.slice(0, word.start) + name + text.slice(word.end), cursor: word.start + name.length };
}

function canBeMetric(before: string): boolean {
  let quote = '';
  let depth = 0;
  for (let index = 0; index < before.length; index++) {
    const character = before.charAt(index);
    if (quote !== '') {
      if (character === '\\' && quote !== '`') index++;
      else if (character === quote) quote = '';
    } else if (character === '"' || character === "'" || character === '`') quote = character;
    else if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') depth--;
  }
  return quote === '' && depth <= 0;
}

function containsInOrder(candidate: string, parts: readonly string[]): boolean {
  let from = 0;
  for (const part of parts) {
    const found = candidate.indexOf(part, from);
    if (found === -1) return false;
    from = found + part.length;
  }
  return true;
}
