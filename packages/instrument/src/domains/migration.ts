// A migration of the node in phases 0 (not started) to 10: which phase it is in, how far, how long each took, and what went
// wrong. Durations are taken from the injected clock.

import { closedHandles } from './closed-handles.ts';
import { clockOf, type DomainContext, type EventSink } from './context.ts';
import { ratioOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { MIGRATION_METRICS } from './table/migration.ts';

type Table = typeof MIGRATION_METRICS;

export type MigrationErrorType = Table['errors']['labels']['type'][number];
type PhaseLabel = Table['errors']['labels']['phase'][number];

export interface MigrationPhase {
  /** 0 to 10. */
  readonly phase: number;
  /** 0 to 1; default 0 when the phase changes. A migration that ends in this phase says 1, or it looks stalled. */
  readonly progressRatio?: number | undefined;
}

export interface MigrationProgress {
  /** Of the current phase, 0 to 1. */
  readonly progressRatio: number;
}

export interface MigrationError {
  /** Default: the current phase. */
  readonly phase?: number | undefined;
  readonly type: MigrationErrorType;
}

export interface MigrationRollback {
  /** The one that is rolled back; default: the current phase. */
  readonly phase?: number | undefined;
}

export interface MigrationCheckpoint {
  /** For events alone. */
  readonly height?: number | undefined;
}

export type MigrationEvents = {
  'migration.failed': MigrationError;
  'migration.rolled_back': MigrationRollback;
  'migration.checkpoint_made': MigrationCheckpoint;
};

const PHASES: readonly PhaseLabel[] = MIGRATION_METRICS.phaseDuration.labels.phase;

export class MigrationMetrics {
  static {
    guardRecorders(MigrationMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<MigrationEvents>;
  readonly #nowMs: () => number;
  /** Undefined before the node first told it. */
  #phase: number | undefined;
  #phaseBeganMs = 0;
  #progressRatio = 0;

  constructor(context: DomainContext<MigrationEvents>) {
    this.#instruments = makeInstruments(context.registry, MIGRATION_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
    this.#nowMs = clockOf(context);
  }

  /** Says which phase the migration is in. A higher one completes the phase before; a lower one, after a rollback, does not. */
  updatePhase({ phase, progressRatio }: MigrationPhase): void {
    if (labelOf(phase) === undefined) {
      this.#instruments.phase.set(Number.NaN);
      return;
    }
    if (phase !== this.#phase) this.#enter(phase);
    if (progressRatio !== undefined) this.#progress(progressRatio);
  }

  updateProgress({ progressRatio }: MigrationProgress): void {
    this.#progress(progressRatio);
  }

  recordError(fields: MigrationError): void {
    this.#handles.errors.of(this.#labelOf(fields.phase)).of(fields.type).inc();
    this.#events.publish?.('migration.failed', fields);
  }

  recordRollback(fields: MigrationRollback): void {
    this.#handles.rollbacks.of(this.#labelOf(fields.phase)).inc();
    this.#events.publish?.('migration.rolled_back', fields);
  }

  /** The migration can be taken up again from here. */
  recordCheckpoint(fields: MigrationCheckpoint): void {
    this.#instruments.lastCheckpointTimestamp.set(this.#nowMs() / 1000);
    this.#events.publish?.('migration.checkpoint_made', fields);
  }

  #enter(phase: number): void {
    const nowMs = this.#nowMs();
    const before = this.#phase;
    if (before !== undefined && phase > before) {
      const seconds = Math.max(0, nowMs - this.#phaseBeganMs) / 1000;
      this.#handles.phaseDuration.of(this.#labelOf(before)).observe(seconds);
    }
    if (before === undefined || phase > before) this.#instruments.lastProgressTimestamp.set(nowMs / 1000);
    this.#phase = phase;
    this.#phaseBeganMs = nowMs;
    this.#progressRatio = 0;
    this.#instruments.phase.set(phase);
    this.#instruments.progress.set(0);
  }

  #progress(given: number): void {
    const progressRatio = ratioOrNaN(given);
    this.#instruments.progress.set(progressRatio);
    if (progressRatio > this.#progressRatio) this.#instruments.lastProgressTimestamp.set(this.#nowMs() / 1000);
    if (!Number.isNaN(progressRatio)) this.#progressRatio = progressRatio;
  }

  /** Before the first phase a migration has not started, which is phase 0. */
  #labelOf(phase = this.#phase ?? 0): PhaseLabel {
    return labelOf(phase) as PhaseLabel;
  }
}

/** What is no phase has no label, and a record without one is dropped and counted. */
function labelOf(phase: unknown): PhaseLabel | undefined {
  return Number.isInteger(phase) ? PHASES[phase as number] : undefined;
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { errors, rollbacks, phaseDuration } = MIGRATION_METRICS;
  return {
    errors: closedHandles(instruments.errors, errors.labels, 'phase', 'type'),
    rollbacks: closedHandles(instruments.rollbacks, rollbacks.labels, 'phase'),
    phaseDuration: closedHandles(instruments.phaseDuration, phaseDuration.labels, 'phase'),
  };
}
