// What to do about an alert: the text of its runbook, or why there is none.

import { useEffect, useMemo, useState } from 'preact/hooks';
import { readRunbook } from '../api/alerts.ts';
import { parseMarkdown } from './markdown.ts';
import { MarkdownView } from './markdown-view.tsx';

export interface RunbookProps {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The element of its headings of the first level. */
  readonly topLevel: 2 | 3;
}

type Reading =
  | { readonly state: 'reading' | 'absent' }
  | { readonly state: 'read'; readonly text: string }
  | { readonly state: 'failed'; readonly error: Error };

export function Runbook({ name, labels, topLevel }: RunbookProps) {
  const reading = useRunbook(name);
  const text = reading.state === 'read' ? reading.text : '';
  // The name of the alert stands above it already.
  const blocks = useMemo(() => {
    const all = parseMarkdown(text);
    return all[0]?.kind === 'heading' && all[0].level === 1 ? all.slice(1) : all;
  }, [text]);
  switch (reading.state) {
    case 'reading':
      return <p class="hint">Reading…</p>;
    case 'absent':
      return (
        <p class="hint">
          There is no runbook of the name <code>{name}</code> here: shipped alerts have one each, by their names.
        </p>
      );
    case 'failed':
      return <p class="problem">{reading.error.message}</p>;
    case 'read':
      return <MarkdownView blocks={blocks} labels={labels} topLevel={topLevel} />;
  }
}

function useRunbook(name: string): Reading {
  const [reading, setReading] = useState<Reading>({ state: 'reading' });
  useEffect(() => {
    const leaving = new AbortController();
    setReading({ state: 'reading' });
    readRunbook(name, leaving.signal).then(
      (text) => setReading(text === undefined ? { state: 'absent' } : { state: 'read', text }),
      (cause: unknown) => {
        if (leaving.signal.aborted) return;
        setReading({ state: 'failed', error: cause instanceof Error ? cause : new Error(String(cause)) });
      },
    );
    return () => leaving.abort();
  }, [name]);
  return reading;
}
