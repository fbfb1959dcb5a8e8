// The state of the chain: transitions, queries and snapshots of it, and how large it is.

import type { DomainContext, EventSink } from './context.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { STATE_METRICS } from './table/state.ts';

export interface StateTransition {
  /** For events alone. */
  readonly height?: number | undefined;
  readonly durationSeconds: number;
}

export interface StateQuery {
  readonly durationSeconds: number;
}

export interface StateSnapshot {
  /** For events alone. */
  readonly height?: number | undefined;
  readonly durationSeconds: number;
  readonly sizeBytes?: number | undefined;
}

export interface StateRootUpdate {
  /** For events alone. */
  readonly height?: number | undefined;
}

export interface StateSize {
  readonly sizeBytes: number;
}

export interface StateCount {
  readonly count: number;
}

export type StateEvents = {
  readonly 'state.transition_applied': StateTransition;
  readonly 'state.queried': StateQuery;
  readonly 'state.snapshot_made': StateSnapshot;
  readonly 'state.root_updated': StateRootUpdate;
};

export class StateMetrics {
  static {
    guardRecorders(StateMetrics);
  }

  readonly #instruments: InstrumentsOf<typeof STATE_METRICS>;
  readonly #events: EventSink<StateEvents>;

  constructor({ registry, events }: DomainContext<StateEvents>) {
    this.#instruments = makeInstruments(registry, STATE_METRICS);
    this.#events = events;
  }

  recordTransition(fields: StateTransition): void {
    this.#instruments.transitions.inc();
    this.#instruments.transitionDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('state.transition_applied', fields);
  }

  recordQuery(fields: StateQuery): void {
    this.#instruments.queries.inc();
    this.#instruments.queryDuration.observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('state.queried', fields);
  }

  /** A snapshot that was completed. */
  recordSnapshot(fields: StateSnapshot): void {
    this.#instruments.snapshots.inc();
    this.#instruments.snapshotCreationDuration.observe(amountOrNaN(fields.durationSeconds));
    if (fields.sizeBytes !== undefined) this.#instruments.snapshotSize.set(amountOrNaN(fields.sizeBytes));
    this.#events.publish?.('state.snapshot_made', fields);
  }

  recordRootUpdate(fields: StateRootUpdate): void {
    this.#instruments.rootUpdates.inc();
    this.#events.publish?.('state.root_updated', fields);
  }

  updateSize({ sizeBytes }: StateSize): void {
    this.#instruments.size.set(amountOrNaN(sizeBytes));
  }

  updateAccounts({ count }: StateCount): void {
    this.#instruments.accounts.set(amountOrNaN(count));
  }

  updateContracts({ count }: StateCount): void {
    this.#instruments.contracts.set(amountOrNaN(count));
  }
}
