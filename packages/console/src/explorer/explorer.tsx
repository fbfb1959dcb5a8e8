// The second page: any expression as a chart and a table. What it shows is its address, so that a view can be sent.

import { useEffect, useState } from 'preact/hooks';
import { ApiError } from '../api/prometheus.ts';
import { TimeChart } from '../chart/time-chart.tsx';
import { formatText } from '../format/number.ts';
import { formatMoment, zoneName } from '../format/time.ts';
import { unitOfExpression } from '../format/unit.ts';
import type { LiveAnswer } from '../live/live-query.ts';
import { useServerTime } from '../live/use-monitor.ts';
import type { ExplorerRoute } from '../route.ts';
import { ExpressionInput } from './expression-input.tsx';
import { recentExpressions, rememberExpression } from './history.ts';
import { QueryError } from './query-error.tsx';
import { RangeBar } from './range-bar.tsx';
import { ResultTable } from './result-table.tsx';
import { CHARTED_MAX, chartedPart, rowsOf } from './rows.ts';
import { useAnswer } from './use-answer.ts';
import '../theme/explorer.css';

const ERROR_ID = 'query-error';
const CHART_HEIGHT_PX = 320;
const EXAMPLES: readonly (readonly [expression: string, meaning: string])[] = [
  ['up', 'Which targets answer'],
  ['chain_blocks_head_height', 'The height of each chain'],
  ['rate(chain_transactions_processed_total[1m])', 'Transactions a second'],
  ['chain_machine_cpu_usage_ratio', 'How busy the machine is'],
  ['topk(10, scrape_samples_scraped)', 'Which targets have the most samples'],
];

export interface ExplorerProps {
  readonly route: ExplorerRoute;
  readonly onRoute: (route: ExplorerRoute) => void;
}

export function Explorer({ route, onRoute }: ExplorerProps) {
  const [text, setText] = useState(route.expression);
  const [run, setRun] = useState(0);
  const [recent, setRecent] = useState(recentExpressions);
  const nowMs = useServerTime();
  const state = useAnswer(route, run);
  useEffect(() => setText(route.expression), [route.expression]);

  const runExpression = (expression: string): void => {
    setText(expression);
    setRecent(rememberExpression(expression));
    if (expression.trim() === route.expression) setRun(run + 1);
    else onRoute({ ...route, expression: expression.trim() });
  };
  const isOfText = state.error !== undefined && text.trim() === state.expression;
  const position = isOfText && state.error instanceof ApiError ? state.error.position : undefined;
  return (
    <section aria-labelledby="explorer-title" class="explorer">
      <h2 id="explorer-title" class="hidden">
        PromQL explorer
      </h2>
      <div class="ask">
        <ExpressionInput
          text={text}
          onChange={setText}
          onRun={runExpression}
          errorAt={position}
          errorId={state.error === undefined ? undefined : ERROR_ID}
        />
        <button type="button" class="run" onClick={() => runExpression(text)}>
          Run
        </button>
      </div>
      <div class="under-ask">
        <RangeBar route={route} nowMs={nowMs} onChange={(change) => onRoute({ ...route, ...change })} />
        <Recent recent={recent} onChoose={runExpression} />
      </div>
      {state.error === undefined ? null : (
        <QueryError id={ERROR_ID} error={state.error} expression={state.expression} />
      )}
      {route.expression === '' ? <Examples onChoose={runExpression} /> : null}
      {state.answer === undefined ? null : (
        <Result
          key={state.expression}
          answer={state.answer}
          route={route}
          isOld={state.error !== undefined}
          onSelect={(startS, endS) =>
            onRoute({
              ...route,
              range: { kind: 'fixed', startS: Math.floor(startS), endS: Math.ceil(endS) },
              isLive: false,
            })
          }
        />
      )}
      {state.isPending && state.answer === undefined ? <p class="hint">Asking…</p> : null}
    </section>
  );
}

interface ResultProps {
  readonly answer: LiveAnswer;
  readonly route: ExplorerRoute;
  readonly isOld: boolean;
  readonly onSelect: (startS: number, endS: number) => void;
}

function Result({ answer, route, isOld, onSelect }: ResultProps) {
  const [hovered, setHovered] = useState<number | null>(null);
  const [isolated, setIsolated] = useState<string | undefined>(undefined);
  const { now, warnings, atMs } = answer;
  const frame = chartedPart(answer.frame);
  const unit = unitOfExpression(route.expression);
  const rows = rowsOf(answer);
  const hoveredS = hovered === null ? undefined : frame.timesS[hovered];
  const alone = frame.series.some((series) => series.key === isolated) ? isolated : undefined;
  const valueAt = new Map(frame.series.map((series) => [series.key, series.values[hovered ?? -1] ?? null]));
  return (
    <div class={isOld ? 'answer old' : 'answer'}>
      {warnings.map((warning) => (
        <p key={warning} class="warning">
          {warning}
        </p>
      ))}
      {now.type === 'string' ? <p class="text-result">{now.text}</p> : null}
      {now.type === 'matrix' ? (
        <p class="hint">
          A range of samples has no chart. Put it in a function such as rate() or max_over_time(). The table has the
          last sample of each series.
        </p>
      ) : null}
      {frame.series.length > 0 ? (
        <figure>
          <TimeChart
            frame={frame}
            unit={unit}
            scale={route.scale}
            isolated={alone}
            heightPx={CHART_HEIGHT_PX}
            description={`${route.expression} over time, ${frame.series.length} series; the table has the values`}
            onHover={setHovered}
            onSelect={onSelect}
          />
          <figcaption>
            Times in {zoneName(atMs)}, one point every {formatText(frame.stepS, 'seconds')}.
            <span class="with-mouse"> Drag over the chart to look closer.</span>
            {answer.frame.series.length > CHARTED_MAX
              ? ` Showing ${CHARTED_MAX} of ${answer.frame.series.length} series: choose with topk(${CHARTED_MAX}, …) or more labels.`
              : ''}
          </figcaption>
        </figure>
      ) : null}
      {now.type !== 'string' && rows.length > 0 ? (
        <ResultTable
          rows={rows}
          unit={unit}
          valueTitle={hoveredS === undefined ? 'value' : `at ${formatMoment(hoveredS * 1000, atMs)}`}
          hovered={hoveredS === undefined ? undefined : valueAt}
          isolated={alone}
          onIsolate={setIsolated}
        />
      ) : null}
      {now.type !== 'string' && rows.length === 0 ? (
        <p class="hint">
          No series matches in this stretch of time. Check the spelling of names and labels, or show a longer range.
        </p>
      ) : null}
    </div>
  );
}

function Recent({
  recent,
  onChoose,
}: {
  readonly recent: readonly string[];
  readonly onChoose: (expression: string) => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  if (recent.length === 0) return null;
  return (
    <details class="recent" open={isOpen} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>Recent</summary>
      <ul>
        {recent.map((expression) => (
          <li key={expression}>
            <button
              type="button"
              onClick={() => {
                setIsOpen(false);
                onChoose(expression);
              }}
            >
              {expression}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Examples({ onChoose }: { readonly onChoose: (expression: string) => void }) {
  return (
    <div class="examples">
      <h3>Start with one of these</h3>
      <ul>
        {EXAMPLES.map(([expression, meaning]) => (
          <li key={expression}>
            <button type="button" onClick={() => onChoose(expression)}>
              <code>{expression}</code>
              <span>{meaning}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
