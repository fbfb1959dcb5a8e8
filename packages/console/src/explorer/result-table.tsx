// The table of a result, which is the legend of its chart as well: each row has the style of its line, the value now or
// under the crosshair, and shows its line alone when it is pressed.

import { useState } from 'preact/hooks';
import { seriesStyle } from '../chart/series-style.ts';
import { formatText, type Unit } from '../format/number.ts';
import { ROWS_MAX, type Row, type Sorting, sortRows, splitLabels } from './rows.ts';

export interface ResultTableProps {
  readonly rows: readonly Row[];
  readonly unit: Unit;
  /** What the value column shows: 'Value', or the moment under the crosshair. */
  readonly valueTitle: string;
  /** Values under the crosshair by key; undefined when there is none. */
  readonly hovered: ReadonlyMap<string, number | null> | undefined;
  readonly isolated: string | undefined;
  readonly onIsolate: (key: string | undefined) => void;
}

export function ResultTable(props: ResultTableProps) {
  const { rows, unit, valueTitle, hovered, isolated, onIsolate } = props;
  const [sorting, setSorting] = useState<Sorting>({ by: 'order', direction: -1 });
  const { common, varying } = splitLabels(rows);
  const sorted = sortRows(rows, sorting).slice(0, ROWS_MAX);
  const commonText = Object.entries(common).map(([name, value]) => (name === '__name__' ? value : `${name}=${value}`));
  return (
    <div class="result">
      {commonText.length === 0 ? null : (
        <p class="common">
          <span class="muted">All {rows.length} series:</span>
          {commonText.map((text) => (
            <span key={text} class="label">
              {text}
            </span>
          ))}
        </p>
      )}
      <section class="table-scroll" aria-label="Series">
        <table>
          <thead>
            <tr>
              <th class="key">
                <span class="hidden">Line</span>
              </th>
              <SortableHead title={valueTitle} by="value" sorting={sorting} onSort={setSorting} isNumber />
              {varying.map((name) => (
                <SortableHead
                  key={name}
                  title={name === '__name__' ? 'metric' : name}
                  by={{ label: name }}
                  sorting={sorting}
                  onSort={setSorting}
                />
              ))}
              {varying.length === 0 ? (
                <th>
                  <span class="hidden">Labels</span>
                </th>
              ) : null}
            </tr>
          </thead>
          <tbody>
            {sorted.map((row) => (
              <tr key={row.key} class={isolated !== undefined && isolated !== row.key ? 'dimmed' : ''}>
                <td class="key">
                  <LineButton row={row} isolated={isolated} onIsolate={onIsolate} />
                </td>
                <td class="number">{valueText(row, hovered, unit)}</td>
                {varying.map((name) => (
                  <td key={name}>
                    {row.labels[name] === undefined ? <span class="muted">–</span> : <p>{row.labels[name]}</p>}
                  </td>
                ))}
                {varying.length === 0 ? <td class="muted">no labels</td> : null}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {rows.length > ROWS_MAX ? (
        <p class="muted">
          Showing {ROWS_MAX} of {rows.length} rows. Narrow the expression to see the others.
        </p>
      ) : null}
    </div>
  );
}

function valueText(row: Row, hovered: ResultTableProps['hovered'], unit: Unit) {
  const value = hovered === undefined || row.place === undefined ? row.value : (hovered.get(row.key) ?? undefined);
  return value === undefined ? (
    <span class="muted">no value</span>
  ) : (
    <span title={String(value)}>{formatText(value, unit)}</span>
  );
}

interface LineButtonProps {
  readonly row: Row;
  readonly isolated: string | undefined;
  readonly onIsolate: (key: string | undefined) => void;
}

function LineButton({ row, isolated, onIsolate }: LineButtonProps) {
  if (row.place === undefined)
    return (
      <span class="muted" title="Not in the chart">
        ·
      </span>
    );
  const { colour, dash } = seriesStyle(row.place);
  const isAlone = isolated === row.key;
  const name = Object.values(row.labels).join(' ');
  return (
    <button
      type="button"
      class="line-button"
      aria-pressed={isAlone}
      aria-label={`Show only ${name === '' ? 'this line' : name}`}
      title={isAlone ? 'Show all lines' : 'Show only this line'}
      onClick={() => onIsolate(isAlone ? undefined : row.key)}
    >
      <svg width="22" height="10" aria-hidden="true">
        <line
          x1="1"
          y1="5"
          x2="21"
          y2="5"
          stroke={`var(${colour})`}
          stroke-width="3"
          stroke-dasharray={dash.join(' ')}
        />
      </svg>
    </button>
  );
}

interface SortableHeadProps {
  readonly title: string;
  readonly by: Exclude<Sorting['by'], 'order'>;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly isNumber?: boolean;
}

function SortableHead({ title, by, sorting, onSort, isNumber = false }: SortableHeadProps) {
  const isSorted = JSON.stringify(sorting.by) === JSON.stringify(by);
  const state = !isSorted ? 'none' : sorting.direction === 1 ? 'ascending' : 'descending';
  const first = isNumber ? -1 : 1;
  const next = (): void => {
    if (!isSorted) onSort({ by, direction: first });
    else if (sorting.direction === first) onSort({ by, direction: first === 1 ? -1 : 1 });
    else onSort({ by: 'order', direction: 1 });
  };
  return (
    <th aria-sort={state} class={isNumber ? 'number' : ''}>
      <button type="button" class="sort" onClick={next}>
        {title}
        <span aria-hidden="true" class="sort-mark">
          {state === 'none' ? '' : state === 'ascending' ? '▲' : '▼'}
        </span>
      </button>
    </th>
  );
}
