// Gives every word a capital; the other letters stay. Where words end is an approximation of Unicode's rules, the one that
// Prometheus has from https://pkg.go.dev/golang.org/x/text/cases: a point, colon or apostrophe between letters ends none, two of
// them do, and so does all that is neither letter, digit nor mark.

const CASED = /^\p{Cased}$/u;
const MIDDLE = new Set(":·'.‘’․﹒＇．·՟״‧︓﹕：");
const WITHIN_WORD = /^[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Cf}]$/u;
const BY_ITSELF = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]$/u;

export function titled(text: string): string {
  let result = '';
  let isInWord = false;
  let wasMiddle = false;
  for (const character of text) {
    const isMiddle = MIDDLE.has(character);
    if (wasMiddle && isMiddle) isInWord = false;
    if (CASED.test(character)) {
      result += isInWord ? character : capital(character);
      isInWord = true;
    } else {
      result += character;
      if (!isMiddle && (!WITHIN_WORD.test(character) || BY_ITSELF.test(character))) isInWord = false;
    }
    wasMiddle = isMiddle;
  }
  return result;
}

/** Two letters in one character. */
const PAIRS: Readonly<Record<string, string>> = { Ǆ: 'ǅ', Ǉ: 'ǈ', Ǌ: 'ǋ', Ǳ: 'ǲ' };

/** Of a character that becomes several, the first alone. */
function capital(letter: string): string {
  const [first = '', ...others] = letter.toUpperCase();
  return (PAIRS[first] ?? first) + others.join('').toLowerCase();
}
