import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Block, type Inline, parseMarkdown } from './markdown.ts';

const RUNBOOKS = join(import.meta.dirname, '../../../../docs/runbooks');
const text = (value: string): Inline => ({ kind: 'text', text: value });

test('headings, paragraphs, lists and code are told apart', () => {
  const blocks = parseMarkdown(
    [
      '# NodeDown',
      'Nothing came',
      'for two minutes.',
      '',
      '## Causes',
      '1. It has ended,',
      '   or was killed.',
      '2. It is slow.',
      '',
      '- one',
      '- two',
      '```promql',
      'up == 0',
      '',
      '# no heading',
      '```',
    ].join('\n'),
  );
  assert.deepEqual(blocks, [
    { kind: 'heading', level: 1, text: [text('NodeDown')] },
    { kind: 'paragraph', text: [text('Nothing came for two minutes.')] },
    { kind: 'heading', level: 2, text: [text('Causes')] },
    { kind: 'list', isOrdered: true, items: [[text('It has ended, or was killed.')], [text('It is slow.')]] },
    { kind: 'list', isOrdered: false, items: [[text('one')], [text('two')]] },
    { kind: 'code', language: 'promql', text: 'up == 0\n\n# no heading' },
  ] satisfies Block[]);
});

test('in a text there is code, emphasis and links; within code there is nothing else', () => {
  const [paragraph] = parseMarkdown('See `a[*b*](c)`, **now**, *soon*, 2 * 3 * 4, [it](https://a.example/b).');
  assert.deepEqual(paragraph, {
    kind: 'paragraph',
    text: [
      text('See '),
      { kind: 'code', text: 'a[*b*](c)' },
      text(', '),
      { kind: 'strong', text: 'now' },
      text(', '),
      { kind: 'emphasis', text: 'soon' },
      text(', 2 * 3 * 4, '),
      { kind: 'link', text: 'it', address: 'https://a.example/b' },
      text('.'),
    ],
  });
});

test('links lead to runbooks and to the web, and nowhere else', () => {
  const addressOf = (address: string): string | undefined => {
    const [block] = parseMarkdown(`[here](${address})`);
    const [inline] = block?.kind === 'paragraph' ? block.text : [];
    return inline?.kind === 'link' ? inline.address : undefined;
  };
  assert.equal(addressOf('NodeDown.md'), '#/runbooks/NodeDown');
  assert.equal(addressOf('./NodeDown.md#mend'), '#/runbooks/NodeDown');
  assert.equal(addressOf('http://a.example/'), 'http://a.example/');
  for (const address of ['javascript:alert', 'data:text/html,x', '../secret.md', '//a.example', 'file:///etc', '']) {
    assert.equal(addressOf(address), undefined, address);
  }
});

test('code that does not end goes to the end of the text, and no text is lost', () => {
  assert.deepEqual(parseMarkdown('```sh\nkill 1'), [{ kind: 'code', language: 'sh', text: 'kill 1' }]);
  assert.deepEqual(parseMarkdown('<b onclick="x">&amp;</b>'), [
    { kind: 'paragraph', text: [text('<b onclick="x">&amp;</b>')] },
  ]);
});

test('any text is read, in time that its length bounds', () => {
  const line = fc.oneof(
    fc.string(),
    fc.constantFrom('```', '# a', '- b', '1. c', '   d', '', '[x](y.md)', '**', '`', '*a', '[[[[', '((('),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
      for (const block of parseMarkdown(lines.join('\n'))) assert.ok(block.kind !== undefined);
    }),
  );
});

test('every runbook that is shipped is read whole: no fence, heading or link is left as text', () => {
  for (const name of readdirSync(RUNBOOKS).filter((file) => file.endsWith('.md'))) {
    const blocks = parseMarkdown(readFileSync(join(RUNBOOKS, name), 'utf8'));
    assert.equal(blocks[0]?.kind, 'heading', name);
    const inlines = blocks.flatMap((block) =>
      block.kind === 'list' ? block.items.flat() : block.kind === 'code' ? [] : block.text,
    );
    for (const inline of inlines) {
      if (inline.kind === 'text') assert.doesNotMatch(inline.text, /```|\]\(|^#{1,6} /, `${name}: ${inline.text}`);
    }
  }
});
