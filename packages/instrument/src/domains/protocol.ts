// What the sub-protocols of a peer-to-peer node count: events under names of the node's choice, and requests.

import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { PROTOCOL_METRICS } from './table/protocol.ts';

type Table = typeof PROTOCOL_METRICS;

export type SubProtocol = Table['requests']['labels']['protocol'][number];
export type ProtocolRequestDirection = Table['requests']['labels']['direction'][number];
export type ProtocolRequestOutcome = Table['requests']['labels']['outcome'][number];

export interface ProtocolEvent {
  readonly protocol: SubProtocol;
  /** At most 64 different ones; the rest is counted as `other`. */
  readonly event: string;
  /** Default 1. */
  readonly count?: number | undefined;
}

export interface ProtocolRequest {
  readonly protocol: SubProtocol;
  readonly direction: ProtocolRequestDirection;
  readonly outcome: ProtocolRequestOutcome;
  readonly peer?: string | undefined;
}

/** What a sub-protocol counted since the last call. */
export interface ProtocolInterval {
  readonly protocol: SubProtocol;
  /** By event. */
  readonly counts: Readonly<Record<string, number>>;
}

export type ProtocolEvents = {
  'protocol.event_counted': ProtocolEvent;
  'protocol.request_ended': ProtocolRequest;
  'protocol.interval_recorded': ProtocolInterval;
};

export class ProtocolMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #requests: ReturnType<typeof requestHandlesOf>;
  readonly #events: EventSink<ProtocolEvents>;

  static {
    guardRecorders(ProtocolMetrics);
  }

  constructor(context: DomainContext<ProtocolEvents>) {
    this.#instruments = makeInstruments(context.registry, PROTOCOL_METRICS);
    this.#requests = requestHandlesOf(this.#instruments);
    this.#events = context.events;
  }

  recordEvent(fields: ProtocolEvent): void {
    // The fields are labels themselves; the instrument reads those that it has.
    const { protocol, event, count } = fields;
    this.#instruments.events.inc({ protocol, event }, count);
    this.#events.publish?.('protocol.event_counted', fields);
  }

  /** A request of a sub-protocol ended: one that this node made (`outbound`) or answered (`inbound`). */
  recordRequest(fields: ProtocolRequest): void {
    this.#requests.of(fields.protocol).of(fields.direction).of(fields.outcome).inc();
    this.#events.publish?.('protocol.request_ended', fields);
  }

  /** Takes what a sub-protocol counted for itself since the last call. */
  recordProtocolMetrics(fields: ProtocolInterval): void {
    const { protocol, counts } = fields;
    for (const [event, count] of Object.entries(counts ?? {})) {
      this.#instruments.events.inc({ protocol, event }, count ?? Number.NaN);
    }
    this.#events.publish?.('protocol.interval_recorded', fields);
  }
}

function requestHandlesOf(instruments: InstrumentsOf<Table>) {
  return closedHandles(instruments.requests, PROTOCOL_METRICS.requests.labels, 'protocol', 'direction', 'outcome');
}
