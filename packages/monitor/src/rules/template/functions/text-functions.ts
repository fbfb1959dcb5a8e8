// Functions of text: letters, regular expressions (RE2's, anchored nowhere), durations, and text that is marked as safe.

import { quoted } from '../../../promql/go-text.ts';
import { bool, float, text, type Value } from '../values.ts';
import { BoundedText, type CallContext } from './call-context.ts';
import { CallError, type Functions, textArgument } from './signature.ts';
import { titled } from './titled.ts';

export const TEXT_FUNCTIONS: Functions = {
  title: { parameters: ['string'], call: (values) => text(titled(textArgument(values, 0))) },
  toUpper: { parameters: ['string'], call: (values) => text(eachCharacter(textArgument(values, 0), upper)) },
  toLower: { parameters: ['string'], call: (values) => text(eachCharacter(textArgument(values, 0), lower)) },
  match: { parameters: ['string', 'string'], call: (values, context) => bool(isMatch(values, context)) },
  reReplaceAll: {
    parameters: ['string', 'string', 'string'],
    call: (values, context) => text(replacedAll(values, context)),
  },
  parseDuration: { parameters: ['string'], call: (values) => float(durationSeconds(textArgument(values, 0))) },
  safeHtml: {
    parameters: ['string'],
    call: (values) => ({ kind: 'text', type: 'template.HTML', value: textArgument(values, 0) }),
  },
};

function eachCharacter(plain: string, by: (character: string) => string): string {
  return plain.replaceAll(/[^\0-\u007f]|[a-zA-Z]/gu, by);
}

/** Where a character has one that stands for it alone. */
function upper(character: string): string {
  const changed = character.toUpperCase();
  return Array.from(changed).length === 1 ? changed : character;
}

function lower(character: string): string {
  const changed = character.toLowerCase();
  return Array.from(changed).length === 1 ? changed : changed[0]!;
}

/** Characters times the size of the program, which is what a search takes at most. */
const SEARCHED_PER_STEP = 1000;

function isMatch(values: readonly Value[], { pattern, takeSteps }: CallContext): boolean {
  const compiled = pattern(textArgument(values, 0));
  const plain = textArgument(values, 1);
  takeSteps(Math.floor((plain.length * compiled.programSize()) / SEARCHED_PER_STEP));
  return compiled.matcher(plain).find();
}

function replacedAll(values: readonly Value[], { pattern, takeSteps }: CallContext): string {
  const [expression, replacement, plain] = [textArgument(values, 0), textArgument(values, 1), textArgument(values, 2)];
  const compiled = compiledOrThrow(expression, pattern);
  takeSteps(Math.floor((plain.length * compiled.programSize()) / SEARCHED_PER_STEP));
  const matcher = compiled.matcher(plain);
  const groups = compiled.namedGroups();
  const result = new BoundedText();
  const parts = replacementParts(replacement);
  let [copiedTo, lastEnd] = [0, -1];
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    // Nothing is replaced where a match has just ended.
    if (start === end && start === lastEnd) continue;
    result.add(plain.slice(copiedTo, start));
    for (const part of parts) {
      if (typeof part === 'string') result.add(part);
      else {
        const group = GROUP_NUMBER.test(part.group) ? Number(part.group) : groups[part.group];
        if (group !== undefined && group <= matcher.groupCount()) result.add(matcher.group(group) ?? '');
      }
    }
    copiedTo = end;
    lastEnd = end;
  }
  result.add(plain.slice(copiedTo));
  return result.toString();
}

function compiledOrThrow(expression: string, pattern: CallContext['pattern']): ReturnType<CallContext['pattern']> {
  try {
    return pattern(expression);
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    const shown = expression.includes('`') ? quoted(expression) : `\`${expression}\``;
    throw new CallError(`regexp: Compile(${shown}): ${error.message}`);
  }
}

const GROUP_NUMBER = /^(?:0|[1-9][0-9]*)$/;
const GROUP = /\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu;

/** `$1`, `$name`, `${name}` are groups, `$$` is a dollar; any other dollar is itself. */
function replacementParts(replacement: string): readonly (string | { readonly group: string })[] {
  const parts: (string | { readonly group: string })[] = [];
  let copiedTo = 0;
  for (const found of replacement.matchAll(GROUP)) {
    const group = found[1] ?? found[2];
    parts.push(replacement.slice(copiedTo, found.index), group === undefined ? '$' : { group });
    copiedTo = found.index + found[0].length;
  }
  parts.push(replacement.slice(copiedTo));
  return parts;
}

const DURATION_NANOSECONDS: readonly (readonly [unit: string, nanoseconds: bigint])[] = [
  ['y', 31_536_000_000_000_000n],
  ['w', 604_800_000_000_000n],
  ['d', 86_400_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['m', 60_000_000_000n],
  ['s', 1_000_000_000n],
  ['ms', 1_000_000n],
];
const MAX_DURATION = 2n ** 63n - 1n;
const MAX_COUNT = 2n ** 64n - 1n;

/** `1h30m`, with a sign or without. */
function durationSeconds(written: string): number {
  const isNegative = written.startsWith('-');
  const body = isNegative ? written.slice(1) : written;
  const nanoseconds = Number(durationNanoseconds(body));
  const seconds = nanoseconds / 1e9;
  return isNegative && seconds !== 0 ? -seconds : seconds;
}

function durationNanoseconds(written: string): bigint {
  if (written === '0') return 0n;
  if (written === '') throw new CallError('empty duration string');
  const invalid = new CallError(`not a valid duration string: ${quoted(written)}`);
  let total = 0n;
  let lastUnit = -1;
  for (let rest = written; rest !== ''; ) {
    const [whole, count, unit] = /^([0-9]+)([^0-9]+)/.exec(rest) ?? [];
    if (whole === undefined || BigInt(count!) > MAX_COUNT) throw invalid;
    const found = DURATION_NANOSECONDS.findIndex(([name]) => name === unit);
    if (found === -1) throw new CallError(`unknown unit ${quoted(unit!)} in duration ${quoted(written)}`);
    if (found <= lastUnit) throw invalid;
    lastUnit = found;
    total += BigInt(count!) * DURATION_NANOSECONDS[found]![1];
    if (total > MAX_DURATION) throw new CallError('duration out of range');
    rest = rest.slice(whole.length);
  }
  return total;
}
