// Each question against every contender, on the same data in the same run: times and their ratios to ours, CPU time, memory, and
// whether the answers are the same. Prometheus 3 says what is right, and where it is missing Prometheus 2.

import { type BenchTable, printTable } from '../table.ts';
import { difference } from './answers.ts';
import type { Contender } from './contenders.ts';
import { type Measured, measureQuestion } from './measuring.ts';
import { QUESTIONS, type Question } from './questions.ts';
import { ROUNDS } from './settings.ts';
import type { Started, Stores } from './stores.ts';

type Row = readonly [question: Question, measured: ReadonlyMap<Contender, Measured>];

const ORDER_OF_TRUST: readonly Contender['id'][] = ['prometheus-3', 'prometheus', 'victoria-metrics', 'chainpulse'];

export async function benchQuestions(stores: Stores): Promise<BenchTable[]> {
  return stores.withAll(async (started) => {
    const rows: Row[] = [];
    for (const question of QUESTIONS) {
      rows.push([question, await measureQuestion(started, question)]);
    }
    printTable(questionTable());
    return [timeTable(started, rows), costTable(started, rows), answerTable(started, rows)];
  });
}

/** In one column, as text stands left in the first alone. */
function questionTable(): BenchTable {
  const width = Math.max(...QUESTIONS.map(({ name }) => name.length));
  return {
    title: 'The questions',
    columns: [`${''.padEnd(width)}  expression`],
    rows: QUESTIONS.map(({ name, expression }) => [`${name.padEnd(width)}  ${expression}`]),
  };
}

function timeTable(started: readonly Started[], rows: readonly Row[]): BenchTable {
  const [ours, ...others] = started.map(({ contender }) => contender);
  const lines = rows.map(([question, measured]) => {
    const own = measured.get(ours!)!;
    const goal =
      question.goalMs === undefined ? '' : `${own.medianMs < question.goalMs ? 'within' : 'MISSES'} ${question.goalMs}`;
    return [
      question.name,
      milliseconds(own),
      ...others.map((other) => milliseconds(measured.get(other)!)),
      ...others.map((other) => ratioText(measured.get(other)!.medianMs / own.medianMs)),
      goal,
    ];
  });
  const means = others.map((other) => geometricMean(rows.map(([, measured]) => ratioOf(measured, ours!, other))));
  const blanks = started.map(() => '');
  return {
    title: 'Milliseconds until the last byte of the answer, and how many times ours the others take',
    note: `Over HTTP, whole processes; the median of ${ROUNDS} rounds, contenders in turn. Above 1 we are ahead. The mean is over questions that both answered.`,
    columns: [
      '',
      ...started.map(({ contender }) => contender.name),
      ...others.map(({ name }) => `× ${name}`),
      'goal ms',
    ],
    rows: [
      ...lines,
      ['geometric mean', ...blanks, ...means.map(({ mean }) => ratioText(mean)), ''],
      ['over so many questions', ...blanks, ...means.map(({ count }) => `${count}`), ''],
    ],
  };
}

function costTable(started: readonly Started[], rows: readonly Row[]): BenchTable {
  const contenders = started.map(({ contender }) => contender);
  const lines = rows.map(([question, measured]) => {
    const of = (contender: Contender) => measured.get(contender)!;
    return [
      question.name,
      ...contenders.map((contender) => fixed(of(contender).cpuMs, 1)),
      ...contenders.map((contender) => fixed(of(contender).peakBytes / 2 ** 20, 0)),
    ];
  });
  const peaks = started.map(({ server }) => fixed(server.usage().residentPeakBytes / 2 ** 20, 0));
  return {
    title: 'CPU milliseconds a question, and the most resident MiB while it was answered',
    note: 'Of the whole process, by the kernel (/proc). Memory stays where the questions before have brought it; the last row is the peak of all.',
    columns: ['', ...contenders.map(({ name }) => `${name} CPU`), ...contenders.map(({ name }) => `${name} MiB`)],
    rows: [...lines, ['peak', ...contenders.map(() => ''), ...peaks]],
  };
}

function answerTable(started: readonly Started[], rows: readonly Row[]): BenchTable {
  const contenders = started.map(({ contender }) => contender);
  const trusted = ORDER_OF_TRUST.map((id) => contenders.find((contender) => contender.id === id)).find(
    (found) => found !== undefined,
  )!;
  return {
    title: `The answers, beside those of ${trusted.name}`,
    note: 'Empty: as many series and points, and all values within 1e-9. VictoriaMetrics and Prometheus 2 differ on purpose in windows.',
    columns: [
      '',
      'series',
      'points',
      'kB of ours',
      ...contenders.filter((one) => one !== trusted).map(({ name }) => name),
    ],
    rows: rows.map(([question, measured]) => {
      const expected = measured.get(trusted)!;
      const others = contenders.filter((one) => one !== trusted);
      return [
        question.name,
        `${expected.answer.series}`,
        `${expected.answer.points}`,
        fixed(measured.get(contenders[0]!)!.bytes / 1000, 1),
        ...others.map((other) => remark(measured.get(other)!, expected)),
      ];
    }),
  };
}

function remark({ answer }: Measured, expected: Measured): string {
  if (answer.error !== undefined) return `refused: ${answer.error.slice(0, 80)}`;
  return expected.answer.error === undefined ? difference(answer, expected.answer) : 'answered';
}

function milliseconds({ answer, medianMs }: Measured): string {
  return answer.error === undefined ? medianMs.toFixed(medianMs < 100 ? 2 : 0) : 'refused';
}

function ratioOf(measured: ReadonlyMap<Contender, Measured>, ours: Contender, other: Contender): number {
  return measured.get(other)!.medianMs / measured.get(ours)!.medianMs;
}

function geometricMean(ratios: readonly number[]): { readonly mean: number; readonly count: number } {
  const known = ratios.filter((ratio) => !Number.isNaN(ratio));
  const logarithms = known.reduce((sum, ratio) => sum + Math.log(ratio), 0);
  return { mean: Math.exp(logarithms / known.length), count: known.length };
}

function ratioText(ratio: number): string {
  return fixed(ratio, 2);
}

function fixed(value: number, decimals: number): string {
  return Number.isNaN(value) ? '' : value.toFixed(decimals);
}
