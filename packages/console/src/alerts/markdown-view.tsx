// A runbook as the page shows it. Its queries can be opened in the explorer, for the node of the alert where there is one.

import type { ComponentChildren } from 'preact';
import { explorerLink } from '../route.ts';
import type { Block, Inline } from './markdown.ts';

export interface MarkdownViewProps {
  readonly blocks: readonly Block[];
  /** What stands for `NODE` and `CHAIN` in queries. */
  readonly labels: Readonly<Record<string, string>>;
  /** The element of a heading of the first level. */
  readonly topLevel: 2 | 3;
}

const QUERY_WINDOW_S = 3600;

export function MarkdownView({ blocks, labels, topLevel }: MarkdownViewProps) {
  return (
    <div class="runbook-text">
      {blocks.map((block, index) => (
        <BlockView key={index} block={block} labels={labels} topLevel={topLevel} />
      ))}
    </div>
  );
}

function BlockView({ block, labels, topLevel }: Omit<MarkdownViewProps, 'blocks'> & { readonly block: Block }) {
  switch (block.kind) {
    case 'heading':
      return <Heading level={block.level + topLevel - 1}>{inlines(block.text)}</Heading>;
    case 'paragraph':
      return <p class="prose">{inlines(block.text)}</p>;
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{inlines(item)}</li>);
      return block.isOrdered ? <ol class="prose">{items}</ol> : <ul class="prose">{items}</ul>;
    }
    case 'code':
      return <Code language={block.language} text={filledIn(block.text, labels)} />;
  }
}

function Heading({ level, children }: { readonly level: number; readonly children: ComponentChildren }) {
  if (level <= 2) return <h2>{children}</h2>;
  if (level === 3) return <h3>{children}</h3>;
  return level === 4 ? <h4>{children}</h4> : <h5>{children}</h5>;
}

function Code({ language, text }: { readonly language: string; readonly text: string }) {
  return (
    <div class={language === 'promql' ? 'code-block code-wrapped' : 'code-block'}>
      <pre>
        <code>{text}</code>
      </pre>
      {language === 'promql' ? (
        <a class="explore" href={explorerLink(text, QUERY_WINDOW_S)}>
          Explore
        </a>
      ) : null}
    </div>
  );
}

/** Queries name their node `NODE` and their chain `CHAIN`. */
function filledIn(text: string, { instance, chain }: Readonly<Record<string, string>>): string {
  const named = instance === undefined ? text : text.replaceAll('"NODE"', () => JSON.stringify(instance));
  return chain === undefined ? named : named.replaceAll('"CHAIN"', () => JSON.stringify(chain));
}

function inlines(parts: readonly Inline[]): ComponentChildren {
  return parts.map((part, index) => <InlineView key={index} part={part} />);
}

function InlineView({ part }: { readonly part: Inline }) {
  switch (part.kind) {
    case 'code':
      return <code class="inline-code">{part.text}</code>;
    case 'strong':
      return <strong>{part.text}</strong>;
    case 'emphasis':
      return <em>{part.text}</em>;
    case 'link':
      return part.address.startsWith('#') ? (
        <a href={part.address}>{part.text}</a>
      ) : (
        <a href={part.address} target="_blank" rel="noreferrer">
          {part.text}
        </a>
      );
    case 'text':
      return <>{part.text}</>;
  }
}
