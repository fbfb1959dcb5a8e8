// Where our own time goes: the engine over the store in this process, from source, without HTTP. Of each question the time of reading
// the store, of evaluating, of passing the answer to another thread and of writing it as JSON; over all of them the functions and the
// folders whose code was running. `BENCH_PROMQL_PROFILE` names a folder for a .cpuprofile of each question.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createQueryEngine } from '../../packages/monitor/src/promql/engine.ts';
import type { QueryEngine, QueryResult } from '../../packages/monitor/src/promql/interface.ts';
import { renderAnswer, renderResult } from '../../packages/monitor/src/server/prometheus/render.ts';
import type {
  Queryable,
  SelectedSamples,
  SelectRequest,
  SeriesSamples,
} from '../../packages/monitor/src/storage/interface.ts';
import { openLoading } from '../storage/in-process.ts';
import { type BenchTable, median } from '../table.ts';
import { chainpulseData } from './contenders.ts';
import { profiled, RunningTimes, type Share } from './cpu-profile.ts';
import { liveData } from './data.ts';
import { gridOf, QUESTIONS, type Question } from './questions.ts';
import { PROFILE_FOLDER } from './settings.ts';
import type { Stores } from './stores.ts';

const WARMUPS = 2;
/** A question is asked until it has taken so long, but so many times at least. */
const PROFILED_MS = 1000;
const ASKED_MIN = 3;
const FUNCTIONS_LISTED = 40;
const FUNCTIONS_OF_A_QUESTION = 3;

interface Times {
  readonly readMs: number;
  readonly evaluateMs: number;
  readonly passMs: number;
  readonly renderMs: number;
  readonly samples: number;
}

export async function benchProfile(stores: Stores): Promise<BenchTable[]> {
  return stores.withCopy({ id: 'chainpulse' }, (folder) => profileStore(chainpulseData(folder)));
}

async function profileStore(directory: string): Promise<BenchTable[]> {
  const loading = await openLoading(directory);
  const { store } = loading;
  try {
    for await (const batch of loading.batches(liveData())) await loading.append(batch);
    const reads = new Reads(store);
    const engine = createQueryEngine({ queryable: reads.queryable });
    const all = new RunningTimes();
    const rows: string[][] = [];
    for (const question of QUESTIONS)
      rows.push([question.name, ...(await profileQuestion(engine, reads, question, all))]);
    const { byFunction, byFolder } = all.summary();
    return [
      {
        title: 'The engine in this process, under a profiler: milliseconds',
        note: 'Medians. Read: in the store; evaluate: all else of the engine; pass: to another thread; render: as JSON. The functions that took most by themselves.',
        columns: ['', 'read', 'evaluate', 'pass', 'render', 'samples', 'ns a sample', 'functions'],
        rows,
      },
      sharesTable('Folders by the time of their own code, over all questions', byFolder),
      sharesTable('Functions by their own time, over all questions', byFunction.slice(0, FUNCTIONS_LISTED)),
    ];
  } finally {
    await store.close();
  }
}

async function profileQuestion(
  engine: QueryEngine,
  reads: Reads,
  question: Question,
  all: RunningTimes,
): Promise<string[]> {
  try {
    for (let warmup = 0; warmup < WARMUPS; warmup++) await timesOf(engine, reads, question);
  } catch (error) {
    return ['refused', '', '', '', '', '', error instanceof Error ? error.message : String(error)];
  }
  const times: Times[] = [];
  const profile = await profiled(async () => {
    const startMs = performance.now();
    while (times.length < ASKED_MIN || performance.now() - startMs < PROFILED_MS) {
      times.push(await timesOf(engine, reads, question));
    }
  });
  all.add(profile);
  if (PROFILE_FOLDER !== undefined) {
    mkdirSync(PROFILE_FOLDER, { recursive: true });
    writeFileSync(join(PROFILE_FOLDER, `${question.name}.cpuprofile`), JSON.stringify(profile));
  }
  const own = new RunningTimes();
  own.add(profile);
  const middle = (of: (one: Times) => number) => median(times.map(of));
  const { samples } = times[0]!;
  const engineMs = middle(({ readMs, evaluateMs }) => readMs + evaluateMs);
  return [
    middle(({ readMs }) => readMs).toFixed(2),
    middle(({ evaluateMs }) => evaluateMs).toFixed(2),
    middle(({ passMs }) => passMs).toFixed(2),
    middle(({ renderMs }) => renderMs).toFixed(2),
    `${samples}`,
    ((engineMs * 1e6) / samples).toFixed(0),
    own.summary().byFunction.slice(0, FUNCTIONS_OF_A_QUESTION).map(shareText).join(', '),
  ];
}

async function timesOf(engine: QueryEngine, reads: Reads, { span, expression }: Question): Promise<Times> {
  const { startMs, endMs, stepMs } = gridOf(span);
  reads.clear();
  const beganMs = performance.now();
  const result =
    stepMs === undefined
      ? await engine.instant({ expression, timeMs: endMs })
      : await engine.range({ expression, startMs, endMs, stepMs });
  const answeredMs = performance.now();
  const passed = structuredClone(result, { transfer: buffersOf(result) });
  const passedMs = performance.now();
  for (const piece of renderAnswer({ data: renderResult(passed) })) Buffer.from(piece);
  return {
    readMs: reads.elapsedMs,
    evaluateMs: answeredMs - beganMs - reads.elapsedMs,
    passMs: passedMs - answeredMs,
    renderMs: performance.now() - passedMs,
    samples: reads.samples,
  };
}

/** As the storage thread hands them over. */
function buffersOf(result: QueryResult): ArrayBuffer[] {
  if (result.type !== 'matrix') return [];
  const buffers = result.series.flatMap(({ timestampsMs, values }) => [timestampsMs.buffer, values.buffer]);
  return [...new Set(buffers as ArrayBuffer[])];
}

/** Counts what passes out of a store, and the time until it does. */
class Reads {
  readonly queryable: Queryable;
  elapsedMs = 0;
  samples = 0;

  constructor(store: Queryable) {
    const select = (request: SelectRequest) => this.#timed(store.select(request));
    this.queryable = new Proxy(store, {
      get: (target, name) => {
        if (name === 'select') return select;
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  }

  clear(): void {
    this.elapsedMs = 0;
    this.samples = 0;
  }

  /** Takes as the engine takes: at once what is at hand. */
  #timed(selected: SelectedSamples): SelectedSamples {
    const take = selected.take?.bind(selected);
    if (take === undefined) return selected;
    const timedTake = () => {
      const startMs = performance.now();
      const taken = take();
      if (taken instanceof Promise) return taken.then((series) => this.#counted(series, startMs));
      return this.#counted(taken, startMs);
    };
    return { take: timedTake, [Symbol.asyncIterator]: () => selected[Symbol.asyncIterator]() };
  }

  #counted(series: SeriesSamples | undefined, startMs: number): SeriesSamples | undefined {
    this.elapsedMs += performance.now() - startMs;
    this.samples += series?.values.length ?? 0;
    return series;
  }
}

function sharesTable(title: string, shares: readonly Share[]): BenchTable {
  return {
    title,
    columns: ['', '%'],
    rows: shares.filter(({ share }) => share >= 0.002).map(({ name, share }) => [name, (100 * share).toFixed(1)]),
  };
}

function shareText({ name, share }: Share): string {
  return `${(100 * share).toFixed(0)} % ${name.split('  ')[0]}`;
}
