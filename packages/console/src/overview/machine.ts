// What a machine's card says: processor, memory, disks, network of one target. What is not reported has no cell.

import type { WireTarget } from '../../../monitor/src/server/wire.ts';
import { formatText } from '../format/number.ts';
import type { CellContent, CellLine } from './cell.tsx';
import { type Answers, type Line, linesOf, selectorOf, sumOf } from './figures.ts';

const GAUGES = [
  'chain_machine_cpu_usage_ratio',
  'chain_machine_cpu_core_usage_ratio',
  'chain_machine_memory_used_bytes',
  'chain_machine_memory_total_bytes',
  'chain_machine_filesystem_usage_ratio',
  'chain_machine_filesystem_available_bytes',
];

export interface MachineQueries {
  readonly gauges: string;
  readonly diskRead: string;
  readonly diskWritten: string;
  readonly received: string;
  readonly sent: string;
}

export interface Share {
  readonly name: string;
  /** 0 to 1. */
  readonly ratio: number;
  readonly isCurrent: boolean;
  readonly note?: string;
}

export interface MachineFigures {
  readonly target: WireTarget;
  readonly cells: readonly CellContent[];
  readonly cores: readonly Share[];
  readonly filesystems: readonly Share[];
}

/** `rateWindow` is a PromQL duration that spans several collections of every target. */
export function machineQueries(rateWindow: string): MachineQueries {
  const rate = (name: string): string => `sum by (job, instance) (rate(${name}[${rateWindow}]))`;
  return {
    gauges: `{__name__=~"${GAUGES.join('|')}"}`,
    diskRead: rate('chain_machine_disk_read_bytes_total'),
    diskWritten: rate('chain_machine_disk_written_bytes_total'),
    received: rate('chain_machine_network_received_bytes_total'),
    sent: rate('chain_machine_network_sent_bytes_total'),
  };
}

/** Undefined when the target reports nothing of a machine. */
export function machineFigures(
  answers: Answers,
  queries: MachineQueries,
  target: WireTarget,
): MachineFigures | undefined {
  const gauges = answers.get(queries.gauges);
  const gauge = (name: string): Line[] => linesOf(gauges, target, name);
  const cells = [
    cpuCell(gauge, target),
    memoryCell(gauge, target),
    flowCell(
      'Disk',
      [
        {
          name: 'read',
          line: sumOf(linesOf(answers.get(queries.diskRead), target)),
          metric: 'chain_machine_disk_read_bytes_total',
        },
        {
          name: 'written',
          line: sumOf(linesOf(answers.get(queries.diskWritten), target)),
          metric: 'chain_machine_disk_written_bytes_total',
        },
      ],
      target,
    ),
    flowCell(
      'Network',
      [
        {
          name: 'received',
          line: sumOf(linesOf(answers.get(queries.received), target)),
          metric: 'chain_machine_network_received_bytes_total',
        },
        {
          name: 'sent',
          line: sumOf(linesOf(answers.get(queries.sent), target)),
          metric: 'chain_machine_network_sent_bytes_total',
        },
      ],
      target,
    ),
  ].filter((cell) => cell !== undefined);
  const filesystems = filesystemShares(gauge);
  if (cells.length === 0 && filesystems.length === 0) return undefined;
  return { target, cells, cores: coreShares(gauge), filesystems };
}

type Gauge = (name: string) => Line[];

function cpuCell(gauge: Gauge, target: WireTarget): CellContent | undefined {
  const [line] = gauge('chain_machine_cpu_usage_ratio');
  if (line === undefined) return undefined;
  const expression = `chain_machine_cpu_usage_ratio${selectorOf(target)}`;
  return { title: 'Processor', unit: 'ratio', lines: [{ name: 'all cores', line }], maximum: 1, expression };
}

function memoryCell(gauge: Gauge, target: WireTarget): CellContent | undefined {
  const [used] = gauge('chain_machine_memory_used_bytes');
  if (used === undefined) return undefined;
  const total = gauge('chain_machine_memory_total_bytes')[0]?.reading.value;
  const content: CellContent = {
    title: 'Memory',
    unit: 'bytes',
    lines: [{ name: 'used', line: used }],
    expression: `chain_machine_memory_used_bytes${selectorOf(target)}`,
  };
  return total === undefined ? content : { ...content, maximum: total, note: `of ${formatText(total, 'bytes')}` };
}

function flowCell(
  title: string,
  flows: readonly { name: string; line: Line | undefined; metric: string }[],
  target: WireTarget,
): CellContent | undefined {
  const lines: CellLine[] = flows.flatMap(({ name, line }) => (line === undefined ? [] : [{ name, line }]));
  const [first] = flows;
  if (lines.length === 0 || first === undefined) return undefined;
  return { title, unit: 'bytesPerSecond', lines, expression: `rate(${first.metric}${selectorOf(target)}[1m])` };
}

function coreShares(gauge: Gauge): Share[] {
  return gauge('chain_machine_cpu_core_usage_ratio').map(({ labels, reading }) => ({
    name: labels['core'] ?? '',
    ratio: reading.value,
    isCurrent: reading.isCurrent,
  }));
}

function filesystemShares(gauge: Gauge): Share[] {
  const available = new Map(
    gauge('chain_machine_filesystem_available_bytes').map(({ labels, reading }) => [labels['mount'], reading.value]),
  );
  return gauge('chain_machine_filesystem_usage_ratio').map(({ labels, reading }) => {
    const free = available.get(labels['mount']);
    const share = { name: labels['mount'] ?? '', ratio: reading.value, isCurrent: reading.isCurrent };
    return free === undefined ? share : { ...share, note: `${formatText(free, 'bytes')} free` };
  });
}
