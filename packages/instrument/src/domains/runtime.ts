// The node's program: which build it is, whether its background tasks still run, and what it logs. The process and Node.js
// are shown by `@chainpulse/instrument/runtime`, the registry by `exposeOwnMetrics`.

import { closedHandles } from './closed-handles.ts';
import { clockOf, type DomainContext, type EventSink } from './context.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { RUNTIME_METRICS } from './table/runtime.ts';

type Table = typeof RUNTIME_METRICS;

export type LogLevel = Table['logMessages']['labels']['level'][number];

export interface BuildInfo {
  readonly version: string;
  /** Of the source; `unknown` where it is not known. */
  readonly commit: string;
  /** The chain that the node serves. */
  readonly network: string;
}

export interface TaskRun {
  /** At most 64 are told apart. */
  readonly task: string;
}

export interface LogWritten {
  readonly level: LogLevel;
}

export type RuntimeEvents = {
  'runtime.task_iterated': TaskRun;
  'runtime.task_failed': TaskRun;
  'runtime.log_written': LogWritten;
};

export class RuntimeMetrics {
  static {
    guardRecorders(RuntimeMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #logMessages: ReturnType<typeof logHandles>;
  readonly #events: EventSink<RuntimeEvents>;
  readonly #nowMs: () => number;

  constructor(context: DomainContext<RuntimeEvents>) {
    this.#instruments = makeInstruments(context.registry, RUNTIME_METRICS);
    this.#logMessages = logHandles(this.#instruments);
    this.#events = context.events;
    this.#nowMs = clockOf(context);
  }

  /** Says which build this is, in the place of what was said before. */
  setBuildInfo({ version, commit, network }: BuildInfo): void {
    this.#instruments.buildInfo.set({ version, commit, network });
  }

  /** A background task finished one iteration, also one that failed: what shows that it does not hang. */
  recordTaskIteration(fields: TaskRun): void {
    const { task } = fields;
    this.#instruments.taskLastIterationTimestamp.set({ task }, this.#nowMs() / 1000);
    this.#instruments.taskFailures.inc({ task }, 0);
    this.#events.publish?.('runtime.task_iterated', fields);
  }

  /** An iteration ended with an error; besides `recordTaskIteration`. */
  recordTaskFailure(fields: TaskRun): void {
    const { task } = fields;
    this.#instruments.taskFailures.inc({ task });
    this.#events.publish?.('runtime.task_failed', fields);
  }

  recordLog(fields: LogWritten): void {
    this.#logMessages.of(fields.level).inc();
    this.#events.publish?.('runtime.log_written', fields);
  }
}

function logHandles(instruments: InstrumentsOf<Table>) {
  return closedHandles(instruments.logMessages, RUNTIME_METRICS.logMessages.labels, 'level');
}
