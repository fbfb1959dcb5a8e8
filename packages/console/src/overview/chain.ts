// What a node's card says of its chain: one query a subject for all nodes at once, and from the answers the cells of one
// node. A subject that the node does not report has no cell.

import type { WireTarget } from '../../../monitor/src/server/wire.ts';
import { formatShort, formatText } from '../format/number.ts';
import type { CellContent, CellLine } from './cell.tsx';
import { type Answers, type Line, linesOf, selectorOf, sumOf } from './figures.ts';

const GAUGES = [
  'chain_blocks_head_height',
  'chain_blocks_head_timestamp_seconds',
  'chain_blocks_head_gas_used',
  'chain_blocks_head_gas_limit',
  'chain_blocks_base_fee_wei',
  'chain_consensus_finalized_height',
  'chain_mempool_transactions',
  'chain_peers_connected',
  'chain_sync_state',
  'chain_runtime_build_info',
];

export interface ChainQueries {
  readonly gauges: string;
  readonly interval: string;
  readonly processed: string;
  readonly failed: string;
}

export interface ChainFigures {
  readonly target: WireTarget;
  readonly height: Line | undefined;
  readonly headTimestampS: number | undefined;
  readonly finalizedHeight: number | undefined;
  readonly syncState: string | undefined;
  readonly version: string | undefined;
  readonly network: string | undefined;
  readonly cells: readonly CellContent[];
}

/** `rateWindow` is a PromQL duration that spans several collections of every target. */
export function chainQueries(rateWindow: string): ChainQueries {
  const rate = (name: string): string => `rate(${name}[${rateWindow}])`;
  return {
    gauges: `{__name__=~"${GAUGES.join('|')}"}`,
    interval: `${rate('chain_blocks_interval_seconds_sum')} / ${rate('chain_blocks_interval_seconds_count')}`,
    processed: rate('chain_transactions_processed_total'),
    failed: `sum by (job, instance) (${rate('chain_transactions_failed_total')})`,
  };
}

/** Undefined when the target reports nothing of a chain. */
export function chainFigures(answers: Answers, queries: ChainQueries, target: WireTarget): ChainFigures | undefined {
  const gauges = answers.get(queries.gauges);
  const gauge = (name: string): Line[] => linesOf(gauges, target, name);
  const height = gauge('chain_blocks_head_height')[0];
  const build = gauge('chain_runtime_build_info').find((line) => line.reading.isCurrent);
  const cells = [
    intervalCell(answers, queries, target),
    transactionsCell(answers, queries, target),
    gasCell(gauge, target),
    feeCell(gauge, target),
    mempoolCell(gauge, target),
    peersCell(gauge, target),
  ].filter((cell) => cell !== undefined);
  if (height === undefined && cells.length === 0) return undefined;
  return {
    target,
    height,
    headTimestampS: gauge('chain_blocks_head_timestamp_seconds')[0]?.reading.value,
    finalizedHeight: gauge('chain_consensus_finalized_height')[0]?.reading.value,
    syncState: gauge('chain_sync_state').find(({ reading }) => reading.isCurrent && reading.value === 1)?.labels[
      'state'
    ],
    version: build?.labels['version'],
    network: build?.labels['network'],
    cells,
  };
}

type Gauge = (name: string) => Line[];

function intervalCell(answers: Answers, queries: ChainQueries, target: WireTarget): CellContent | undefined {
  const lines = linesOf(answers.get(queries.interval), target);
  return cell('Block interval', 'seconds', named(lines, ['interval']), scoped(queries.interval, target));
}

function transactionsCell(answers: Answers, queries: ChainQueries, target: WireTarget): CellContent | undefined {
  const processed = named(linesOf(answers.get(queries.processed), target), ['processed']);
  const failed = named(linesOf(answers.get(queries.failed), target), ['failed']);
  return cell('Transactions', 'perSecond', [...processed, ...failed], scoped(queries.processed, target));
}

function gasCell(gauge: Gauge, target: WireTarget): CellContent | undefined {
  const [used] = gauge('chain_blocks_head_gas_used');
  const [limit] = gauge('chain_blocks_head_gas_limit');
  const selector = selectorOf(target);
  if (used === undefined || limit === undefined || limit.reading.value === 0) {
    const lines = named(used === undefined ? [] : [used], ['gas']);
    return cell('Gas in block', 'count', lines, `chain_blocks_head_gas_used${selector}`);
  }
  const values = used.values.map((value, index) => {
    const bound = limit.values[index];
    return value === null || bound === null || bound === undefined || bound === 0 ? null : value / bound;
  });
  const ratio = { ...used, values, reading: { ...used.reading, value: used.reading.value / limit.reading.value } };
  const content = cell(
    'Gas used',
    'ratio',
    named([ratio], ['of the limit']),
    `chain_blocks_head_gas_used${selector} / chain_blocks_head_gas_limit${selector}`,
  );
  if (content === undefined) return undefined;
  const note = `${formatShort(used.reading.value)} of ${formatShort(limit.reading.value)}`;
  return { ...content, note, maximum: 1 };
}

function feeCell(gauge: Gauge, target: WireTarget): CellContent | undefined {
  const lines = named(gauge('chain_blocks_base_fee_wei'), ['base fee']);
  return cell('Base fee', 'wei', lines, `chain_blocks_base_fee_wei${selectorOf(target)}`);
}

function mempoolCell(gauge: Gauge, target: WireTarget): CellContent | undefined {
  const lines = gauge('chain_mempool_transactions').map((line) => ({
    name: line.labels['state'] ?? 'transactions',
    line,
  }));
  return cell('Mempool', 'count', lines, `chain_mempool_transactions${selectorOf(target)}`);
}

function peersCell(gauge: Gauge, target: WireTarget): CellContent | undefined {
  const lines = gauge('chain_peers_connected');
  const total = sumOf(lines);
  const content = cell(
    'Peers',
    'count',
    named(total === undefined ? [] : [total], ['connected']),
    `chain_peers_connected${selectorOf(target)}`,
  );
  if (content === undefined || lines.length < 2) return content;
  const parts = lines.map(
    ({ labels, reading }) => `${formatText(reading.value, 'count')} ${labels['direction'] ?? ''}`,
  );
  return { ...content, note: parts.join(', ') };
}

function named(lines: readonly Line[], names: readonly string[]): CellLine[] {
  return lines.slice(0, names.length).map((line, index) => ({ name: names[index] ?? '', line }));
}

function cell(
  title: string,
  unit: CellContent['unit'],
  lines: readonly CellLine[],
  expression: string,
): CellContent | undefined {
  return lines.length === 0 ? undefined : { title, unit, lines, expression };
}

/** The expression with every metric in it narrowed to one target. */
function scoped(expression: string, target: WireTarget): string {
  return expression.replace(/(chain_[a-z_]+)\[/g, (_, name: string) => `${name}${selectorOf(target)}[`);
}
