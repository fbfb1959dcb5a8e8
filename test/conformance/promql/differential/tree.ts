// A generated query as a tree that knows what may be left out of it, so that a failing one can be made smaller. Not the
// engine's own syntax tree: what is tested is the text, and one that no parser takes has a tree here too.

export type Kind = 'scalar' | 'string' | 'vector' | 'range';

export interface Tree {
  readonly kind: Kind;
  readonly parts: readonly Part[];
}

/** What a tree is printed from: text, trees within it, what may be left out, and lists of which each item may be. */
export type Part = string | Tree | Optional | List;

export interface Optional {
  readonly optional: readonly Part[];
}

export interface List {
  readonly items: readonly (readonly Part[])[];
  readonly separator: string;
}

export function tree(kind: Kind, ...parts: readonly Part[]): Tree {
  return { kind, parts };
}

export function optional(...parts: readonly Part[]): Optional {
  return { optional: parts };
}

export function list(items: readonly (readonly Part[] | string)[], separator = ','): List {
  return { items: items.map((item) => (typeof item === 'string' ? [item] : item)), separator };
}

export function print({ parts }: Pick<Tree, 'parts'>): string {
  return parts.map(printPart).join('');
}

function printPart(part: Part): string {
  if (typeof part === 'string') return part;
  if ('kind' in part) return print(part);
  if ('optional' in part) return print({ parts: part.optional });
  return part.items.map((parts) => print({ parts })).join(part.separator);
}

/** Every tree within, from the outside in, itself left out. */
export function treesWithin(whole: Tree): Tree[] {
  const found: Tree[] = [];
  const visit = (parts: readonly Part[]): void => {
    for (const part of parts) {
      if (typeof part === 'string') continue;
      if ('kind' in part) {
        found.push(part);
        visit(part.parts);
      } else if ('optional' in part) visit(part.optional);
      else for (const item of part.items) visit(item);
    }
  };
  visit(whole.parts);
  return found;
}
