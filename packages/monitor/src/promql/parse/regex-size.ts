// How large counted repetitions make a regular expression. RE2 runs in time linear to the text, but also to the size of
// its program, and it writes `x{0,1000}` out: a few hundred characters can cost seconds and a gigabyte. So what the
// repetitions add is bounded before anything is compiled. https://github.com/google/re2/wiki/Syntax

/** Characters that the repetitions of the matchers of one query may add, and those of one `label_replace`. */
export const MAX_REPEATED_CHARACTERS = 10_000;

const COUNTED = /\{([0-9]+)(?:(,)([0-9]*))?\}/y;
/** None of these looks far ahead in vain: the scan must be linear itself. What does not end goes to the end. */
const GROUP_START = /\((?:\?(?:P?<[^>]{0,64}>|[a-zA-Z-]{0,8}:?))?/y;
const CHARACTERS: readonly RegExp[] = [
  /\\Q[\s\S]*?(?:\\E|$)/y,
  /\\(?:[pPx]\{[^}]{0,64}\}|[\s\S]|$)/y,
  /\[\^?\]?(?:\\[\s\S]|\[:[a-z^]+:\]|[^\]\\])*(?:\]|\\?$)/y,
];

/** By how many characters the expression grows when `x{2,5}` is written as five `x`; classes, escapes and quotations count as one. */
export function repeatedCharacters(expression: string): number {
  // Sizes of the groups that are open, each of all that came before its last atom, and that atom.
  const open: { before: number; last: number }[] = [];
  let group = { before: 0, last: 0 };
  let added = 0;
  for (let index = 0; index < expression.length; ) {
    const repetition = matchAt(COUNTED, expression, index);
    if (repetition !== undefined) {
      const grown = group.last * timesOf(repetition);
      added += grown - group.last;
      group.last = grown;
      index += repetition[0].length;
      continue;
    }
    const start = matchAt(GROUP_START, expression, index);
    if (start !== undefined) {
      open.push(group);
      group = { before: 0, last: 0 };
      index += start[0].length;
    } else if (expression[index] === ')') {
      const outer = open.pop() ?? { before: 0, last: 0 };
      group = { before: outer.before + outer.last, last: group.before + group.last };
      index++;
    } else {
      group = { before: group.before + group.last, last: 1 };
      index += lengthOfCharacter(expression, index);
    }
  }
  return added;
}

/** Of a quotation, an escape, a class, or whatever stands for itself. */
function lengthOfCharacter(expression: string, index: number): number {
  for (const form of CHARACTERS) {
    const character = matchAt(form, expression, index);
    if (character !== undefined) return character[0].length;
  }
  return 1;
}

function matchAt(form: RegExp, text: string, index: number): RegExpExecArray | undefined {
  form.lastIndex = index;
  return form.exec(text) ?? undefined;
}

/** `{3}` 3, `{3,}` 4, `{3,5}` 5 times; nothing counts less than once. */
function timesOf([, least, comma, most]: RegExpExecArray): number {
  if (comma === undefined) return Math.max(1, Number(least));
  return Math.max(1, most === undefined || most === '' ? Number(least) + 1 : Number(most));
}
