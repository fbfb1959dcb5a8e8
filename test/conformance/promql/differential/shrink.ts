// Makes a failing query smaller for as long as it fails: a tree gives way to one within it, what is optional goes, lists lose
// items, and what is left of operands becomes the plainest of its kind.

import { type Kind, type Part, print, type Tree, treesWithin } from './tree.ts';

/** Questions asked for one failing query at most; what is smallest by then is good enough. */
const MAX_ATTEMPTS = 400;

const PLAINEST: Readonly<Record<Kind, readonly string[]>> = {
  scalar: ['1'],
  string: ['"x"'],
  vector: ['synthetic_gauge', 'native_counter', 'vector(1)'],
  range: ['synthetic_gauge[1m]', 'native_counter[1m]'],
};

/** The smallest query found that still fails; `fails` is asked with ever smaller ones. */
export async function shrink(failing: Tree, fails: (candidate: Tree) => Promise<boolean>): Promise<Tree> {
  let smallest = failing;
  let attempts = 0;
  const seen = new Set([print(failing)]);
  for (let improved = true; improved; ) {
    improved = false;
    for (const candidate of smallerThan(smallest)) {
      const text = print(candidate);
      if (seen.has(text) || text.length >= print(smallest).length) continue;
      seen.add(text);
      if (++attempts > MAX_ATTEMPTS) return smallest;
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      improved = true;
      break;
    }
  }
  return smallest;
}

/** Each differs from the whole in one place; the greatest steps first. */
function smallerThan(whole: Tree): Tree[] {
  const inner = treesWithin(whole).filter(({ kind }) => kind !== 'range' || whole.kind === 'range');
  const roots = inner.sort((a, b) => print(a).length - print(b).length);
  return [...roots, ...smallerWithin(whole.parts).map((parts) => ({ kind: whole.kind, parts }))];
}

function smallerWithin(parts: readonly Part[]): (readonly Part[])[] {
  const all: (readonly Part[])[] = [];
  for (const [index, part] of parts.entries()) {
    for (const smaller of smallerPart(part))
      all.push([...parts.slice(0, index), ...smaller, ...parts.slice(index + 1)]);
  }
  return all;
}

/** Each is what stands where the part stood. */
function smallerPart(part: Part): (readonly Part[])[] {
  if (typeof part === 'string') return [];
  if ('kind' in part) return smallerOperand(part);
  if ('optional' in part) {
    return [[], ...smallerWithin(part.optional).map((optional) => [{ optional }])];
  }
  const { items, separator } = part;
  const all: (readonly Part[])[] = [];
  for (const index of items.keys()) all.push([{ items: items.toSpliced(index, 1), separator }]);
  for (const [index, item] of items.entries()) {
    for (const smaller of smallerWithin(item)) all.push([{ items: items.with(index, smaller), separator }]);
  }
  return all;
}

function smallerOperand(operand: Tree): (readonly Part[])[] {
  const plain = PLAINEST[operand.kind].map((text): Part[] => [{ kind: operand.kind, parts: [text] }]);
  const within = treesWithin(operand)
    .filter(({ kind }) => kind === operand.kind)
    .map((one): Part[] => [one]);
  const own = smallerWithin(operand.parts).map((parts): Part[] => [{ kind: operand.kind, parts }]);
  return [...plain, ...within, ...own];
}
