// Actors of the node: what they handle and how fast, what waits for them, and how they come, go and recover. Rates and
// throughput are the rate of the counters.

import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { ACTORS_METRICS } from './table/actors.ts';

type Table = typeof ACTORS_METRICS;

export type ActorFailureReason = Table['messagesFailed']['labels']['reason'][number];
export type ActorRestartReason = Table['restarts']['labels']['reason'][number];
export type ActorStopReason = Table['stopped']['labels']['reason'][number];
export type DeadLetterReason = Table['deadLetters']['labels']['reason'][number];

interface OfActor {
  /** The kind of actor, such as `ChainActor`; at most 64 different ones are told apart. */
  readonly actor: string;
}

export interface ActorMessage extends OfActor {
  /** From taking the message out of the mailbox to being done with it. */
  readonly latencySeconds: number;
}

export interface ActorMessageFailed extends OfActor {
  readonly reason: ActorFailureReason;
}

export interface ActorMailbox extends OfActor {
  /** Messages waiting, of all instances. */
  readonly count: number;
}

export interface ActorRestarted extends OfActor {
  readonly reason: ActorRestartReason;
  /** From the failure to taking messages again. */
  readonly recoverySeconds?: number | undefined;
}

export interface ActorSpawned extends OfActor {
  readonly durationSeconds?: number | undefined;
}

export interface ActorStopped extends OfActor {
  readonly reason: ActorStopReason;
  readonly durationSeconds?: number | undefined;
}

export interface DeadLetter {
  readonly reason: DeadLetterReason;
  /** To whom it was sent; for events alone, as it may be anybody. */
  readonly actor?: string | undefined;
}

export type ActorsEvents = {
  'actors.message_handled': ActorMessage;
  'actors.message_failed': ActorMessageFailed;
  'actors.restarted': ActorRestarted;
  'actors.spawned': ActorSpawned;
  'actors.stopped': ActorStopped;
  'actors.letter_undeliverable': DeadLetter;
};

export class ActorsMetrics {
  static {
    guardRecorders(ActorsMetrics);
  }

  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<ActorsEvents>;

  constructor({ registry, events }: DomainContext<ActorsEvents>) {
    this.#instruments = makeInstruments(registry, ACTORS_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = events;
  }

  recordMessage(fields: ActorMessage): void {
    const { actor, latencySeconds } = fields;
    this.#instruments.messages.inc({ actor });
    this.#instruments.messageLatency.observe({ actor }, amountOrNaN(latencySeconds));
    this.#events.publish?.('actors.message_handled', fields);
  }

  recordMessageFailed(fields: ActorMessageFailed): void {
    const { actor, reason } = fields;
    this.#instruments.messagesFailed.inc({ actor, reason });
    this.#events.publish?.('actors.message_failed', fields);
  }

  updateMailbox({ actor, count }: ActorMailbox): void {
    this.#instruments.mailboxMessages.set({ actor }, amountOrNaN(count));
  }

  /** An instance failed and was started anew: it counts as alive all the time, and as neither spawned nor stopped. */
  recordRestart(fields: ActorRestarted): void {
    const { actor, reason, recoverySeconds } = fields;
    this.#instruments.restarts.inc({ actor, reason });
    if (recoverySeconds !== undefined) this.#handles.lifecycle.of('recover').observe(amountOrNaN(recoverySeconds));
    this.#events.publish?.('actors.restarted', fields);
  }

  /** From the first instance on, the counters of the actor are there at 0. */
  recordSpawned(fields: ActorSpawned): void {
    const { actor, durationSeconds } = fields;
    this.#startCounters(actor);
    this.#instruments.spawned.inc({ actor });
    this.#instruments.alive.inc({ actor });
    if (durationSeconds !== undefined) this.#handles.lifecycle.of('spawn').observe(amountOrNaN(durationSeconds));
    this.#events.publish?.('actors.spawned', fields);
  }

  /** An instance ended for good. */
  recordStopped(fields: ActorStopped): void {
    const { actor, reason, durationSeconds } = fields;
    this.#instruments.stopped.inc({ actor, reason });
    this.#instruments.alive.dec({ actor });
    if (durationSeconds !== undefined) this.#handles.lifecycle.of('stop').observe(amountOrNaN(durationSeconds));
    this.#events.publish?.('actors.stopped', fields);
  }

  recordDeadLetter(fields: DeadLetter): void {
    this.#handles.deadLetters.of(fields.reason).inc();
    this.#events.publish?.('actors.letter_undeliverable', fields);
  }

  /** A counter that appears with its first event hides that event from `increase`. */
  #startCounters(actor: string): void {
    const { messages, messagesFailed, restarts, stopped } = this.#instruments;
    messages.inc({ actor }, 0);
    for (const reason of ACTORS_METRICS.messagesFailed.labels.reason) messagesFailed.inc({ actor, reason }, 0);
    for (const reason of ACTORS_METRICS.restarts.labels.reason) restarts.inc({ actor, reason }, 0);
    for (const reason of ACTORS_METRICS.stopped.labels.reason) stopped.inc({ actor, reason }, 0);
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { lifecycleDuration, deadLetters } = ACTORS_METRICS;
  return {
    lifecycle: closedHandles(instruments.lifecycleDuration, lifecycleDuration.labels, 'transition'),
    deadLetters: closedHandles(instruments.deadLetters, deadLetters.labels, 'reason'),
  };
}
