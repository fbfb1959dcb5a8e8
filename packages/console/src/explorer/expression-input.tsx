// Where an expression is typed: Enter runs it, Shift+Enter makes a new line, and names of metrics are offered in a list
// that the arrow keys walk (a text box with an active descendant, as ARIA allows it for several lines). The place of an error is underlined behind the text.

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { type ErrorPosition, type MetricHelp, metricHelp, metricNames } from '../api/prometheus.ts';
import { complete, matchingNames, wordAt } from './completion.ts';
import { splitAtPosition } from './error-mark.ts';

export interface ExpressionInputProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly onRun: (text: string) => void;
  readonly errorAt: ErrorPosition | undefined;
  readonly errorId: string | undefined;
}

const KNOWN_FOR_MS = 30_000;

export function ExpressionInput({ text, onChange, onRun, errorAt, errorId }: ExpressionInputProps) {
  const input = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const { names, help, renew } = useMetricNames();
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const [active, setActive] = useState(-1);
  const word = cursor === undefined ? undefined : wordAt(text, cursor);
  const offered = word === undefined ? [] : matchingNames(names, word.text);
  const isOpen = offered.length > 0;

  const close = (): void => {
    setCursor(undefined);
    setActive(-1);
  };
  const choose = (name: string): void => {
    if (word === undefined) return;
    const completed = complete(text, word, name);
    onChange(completed.text);
    close();
    requestAnimationFrame(() => {
      input.current?.focus();
      input.current?.setSelectionRange(completed.cursor, completed.cursor);
    });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const chosen = offered[active];
    if (event.isComposing) return;
    if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + offered.length + (active < 0 && step < 0 ? 1 : 0)) % offered.length);
    } else if (isOpen && event.key === 'Escape') close();
    else if (isOpen && event.key === 'Tab' && !event.shiftKey && active >= 0 && chosen !== undefined) choose(chosen);
    else if (event.key === 'Enter' && !event.shiftKey) {
      if (isOpen && chosen !== undefined) choose(chosen);
      else {
        close();
        onRun(text);
      }
    } else return;
    event.preventDefault();
  };

  return (
    <div class="expression">
      <div class="expression-field">
        <ErrorMark text={text} at={errorAt} />
        <textarea
          ref={input}
          value={text}
          rows={Math.min(8, Math.max(1, text.split('\n').length))}
          spellcheck={false}
          autocapitalize="off"
          autocomplete="off"
          placeholder="An expression in PromQL, such as rate(chain_transactions_processed_total[1m])"
          aria-label="PromQL expression"
          aria-autocomplete="list"
          aria-haspopup="listbox"
          {...(isOpen ? { 'aria-controls': listId } : {})}
          {...(active >= 0 ? { 'aria-activedescendant': `${listId}-${active}` } : {})}
          {...(errorId === undefined ? {} : { 'aria-invalid': 'true' as const, 'aria-describedby': errorId })}
          onFocus={renew}
          onInput={(event) => {
            onChange(event.currentTarget.value);
            setCursor(event.currentTarget.selectionStart);
            setActive(-1);
          }}
          onKeyDown={onKeyDown}
          onBlur={close}
        />
      </div>
      <Offers id={listId} offered={offered} active={active} help={help} onChoose={choose} />
    </div>
  );
}

interface OffersProps {
  readonly id: string;
  readonly offered: readonly string[];
  readonly active: number;
  readonly help: ReadonlyMap<string, MetricHelp>;
  readonly onChoose: (name: string) => void;
}

function Offers({ id, offered, active, help, onChoose }: OffersProps) {
  const list = useRef<HTMLDivElement>(null);
  // The active one is found in the document by its attribute.
  useEffect(() => list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' }), [active]);
  return (
    <div ref={list} id={id} class="offers" role="listbox" aria-label="Metrics" hidden={offered.length === 0}>
      {offered.map((name, index) => {
        const known = help.get(name) ?? help.get(name.replace(/_(bucket|sum|count|total)$/, ''));
        return (
          <div
            key={name}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onMouseDown={(event) => {
              event.preventDefault();
              onChoose(name);
            }}
          >
            <span class="offer-name">{name}</span>
            {known === undefined ? null : (
              <span class="offer-help">
                <i>{known.type}</i> {known.help}
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}

/** The same text behind the field, invisible but for the underline at the place of the error. */
function ErrorMark({ text, at }: { readonly text: string; readonly at: ErrorPosition | undefined }) {
  if (at === undefined) return null;
  const [before, marked, after] = splitAtPosition(text, at);
  return (
    <pre class="error-mark" aria-hidden="true">
      {before}
      <mark>{marked === '' ? ' ' : marked}</mark>
      {after}
    </pre>
  );
}

/** The names of all metrics and their help, asked for when the field is entered and not more often than they can matter. */
function useMetricNames() {
  const [names, setNames] = useState<readonly string[]>([]);
  const [help, setHelp] = useState<ReadonlyMap<string, MetricHelp>>(new Map());
  const askedMs = useRef(Number.NEGATIVE_INFINITY);
  const abort = useRef(new AbortController());
  useEffect(() => () => abort.current.abort(), []);
  const renew = (): void => {
    if (performance.now() - askedMs.current < KNOWN_FOR_MS) return;
    askedMs.current = performance.now();
    const failed = (): void => {
      askedMs.current = Number.NEGATIVE_INFINITY;
    };
    metricNames(abort.current.signal).then(setNames, failed);
    metricHelp(abort.current.signal).then(setHelp, failed);
  };
  return { names, help, renew };
}
