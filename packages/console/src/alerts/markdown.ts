// The part of Markdown that runbooks are written in, as a tree: headings, paragraphs, lists, code, and in the text code,
// emphasis and links. Invariant: whatever the text, what comes out is text and addresses of known kinds, never markup.

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly text: readonly Inline[] }
  | { readonly kind: 'paragraph'; readonly text: readonly Inline[] }
  | { readonly kind: 'list'; readonly isOrdered: boolean; readonly items: readonly (readonly Inline[])[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string };

export type Inline =
  | { readonly kind: 'text' | 'code' | 'strong' | 'emphasis'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly address: string };

const FENCE = /^\s*```\s*([\w-]*)\s*$/;
const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const ITEM = /^\s{0,3}(?:[-*+]|(\d{1,9})[.)])\s+(.*)$/;
const RUNBOOK = /^(?:\.\/)?([A-Za-z][A-Za-z0-9]{0,99})\.md(?:#.*)?$/;
/** Code first: nothing within it is anything else. */
const INLINE = /`([^`]+)`|\[([^\]]*)\]\(([^()\s]*)\)|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?!\w)/g;

export function parseMarkdown(text: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = text.split(/\r?\n/);
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? '';
    const fence = FENCE.exec(line);
    const heading = HEADING.exec(line);
    if (line.trim() === '') at++;
    else if (fence !== null) {
      const end = lines.findIndex((other, index) => index > at && FENCE.test(other));
      const until = end === -1 ? lines.length : end;
      blocks.push({ kind: 'code', language: fence[1] ?? '', text: lines.slice(at + 1, until).join('\n') });
      at = until + 1;
    } else if (heading !== null) {
      blocks.push({ kind: 'heading', level: heading[1]?.length ?? 1, text: inlinesOf(heading[2] ?? '') });
      at++;
    } else if (ITEM.test(line)) {
      const taken = listAt(lines, at);
      blocks.push(taken.block);
      at = taken.end;
    } else {
      let end = at + 1;
      while (end < lines.length && !startsBlock(lines[end] ?? '')) end++;
      blocks.push({ kind: 'paragraph', text: inlinesOf(joined(lines.slice(at, end))) });
      at = end;
    }
  }
  return blocks;
}

function listAt(lines: readonly string[], start: number): { readonly block: Block; readonly end: number } {
  const isOrdered = ITEM.exec(lines[start] ?? '')?.[1] !== undefined;
  const items: string[][] = [];
  let at = start;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const item = ITEM.exec(line);
    if (item !== null && (item[1] !== undefined) === isOrdered) items.push([item[2] ?? '']);
    else if (line.trim() === '' && isItem(lines[at + 1], isOrdered)) continue;
    else if (startsBlock(line)) break;
    else items.at(-1)?.push(line);
  }
  return { block: { kind: 'list', isOrdered, items: items.map((item) => inlinesOf(joined(item))) }, end: at };
}

function isItem(line: string | undefined, isOrdered: boolean): boolean {
  const item = ITEM.exec(line ?? '');
  return item !== null && (item[1] !== undefined) === isOrdered;
}

function startsBlock(line: string): boolean {
  return line.trim() === '' || FENCE.test(line) || HEADING.test(line) || ITEM.test(line);
}

function joined(lines: readonly string[]): string {
  return lines.map((line) => line.trim()).join(' ');
}

function inlinesOf(text: string): readonly Inline[] {
  const inlines: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(INLINE)) {
    if (match.index > from) inlines.push({ kind: 'text', text: text.slice(from, match.index) });
    inlines.push(inlineOf(match));
    from = match.index + match[0].length;
  }
  if (from < text.length) inlines.push({ kind: 'text', text: text.slice(from) });
  return inlines;
}

function inlineOf([whole, code, linkText, address, strong, emphasis]: RegExpMatchArray): Inline {
  if (code !== undefined) return { kind: 'code', text: code };
  if (strong !== undefined) return { kind: 'strong', text: strong };
  if (emphasis !== undefined) return { kind: 'emphasis', text: emphasis };
  const known = addressOf(address ?? '');
  const text = (linkText ?? '').replaceAll('`', '');
  return known === undefined ? { kind: 'text', text: text || whole } : { kind: 'link', text, address: known };
}

/** Another runbook on this page, or a page of the web; undefined for every other kind of address. */
function addressOf(address: string): string | undefined {
  const runbook = RUNBOOK.exec(address)?.[1];
  if (runbook !== undefined) return `#/runbooks/${runbook}`;
  return /^https?:\/\/[^\s]+$/i.test(address) ? address : undefined;
}
