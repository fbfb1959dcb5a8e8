// What happens on the peer-to-peer network of a node: messages, bytes, queues, connections, partitions. Peers as such are in
// `peers.ts`; a peer is a field of events here, and no label.

import { closedHandles } from './closed-handles.ts';
import type { DomainContext, EventSink } from './context.ts';
import { DerivedGrowth, ratio, share, show, total } from './derive.ts';
import { amountOrNaN } from './given.ts';
import { guardRecorders } from './guarded-recorders.ts';
import { type InstrumentsOf, makeInstruments } from './metric-definition.ts';
import { NETWORK_METRICS } from './table/network.ts';

type Table = typeof NETWORK_METRICS;

export type MessageType = Table['messagesSent']['labels']['type'][number];
export type UndeliveredReason = Table['messagesUndelivered']['labels']['reason'][number];
export type InvalidMessageReason = Table['messagesInvalid']['labels']['reason'][number];
export type QueueDirection = Table['messageQueueMessages']['labels']['direction'][number];
export type ConnectionFailureReason = Table['connectionFailures']['labels']['reason'][number];

export interface MessageTransferred {
  readonly type: MessageType;
  readonly peer?: string | undefined;
  /** Counted as sent or received bytes; left out by nodes whose transport counts them (`recordBytes`). */
  readonly sizeBytes?: number | undefined;
}

export interface MessageUndelivered {
  readonly reason: UndeliveredReason;
  readonly type?: MessageType | undefined;
  readonly peer?: string | undefined;
}

export interface InvalidMessage {
  readonly reason: InvalidMessageReason;
  readonly type?: MessageType | undefined;
  readonly peer?: string | undefined;
  /** Counted as redundant bytes, in addition to the received ones. */
  readonly sizeBytes?: number | undefined;
}

export interface MessageProcessed {
  readonly type: MessageType;
  readonly durationSeconds: number;
}

export interface BytesTransferred {
  readonly sentBytes?: number | undefined;
  readonly receivedBytes?: number | undefined;
}

export interface QueueSize {
  readonly direction: QueueDirection;
  readonly count: number;
}

export interface OpenConnections {
  readonly inboundCount: number;
  readonly outboundCount: number;
}

export interface ConnectionAttempt {
  readonly peer?: string | undefined;
}

export interface ConnectionFailure {
  readonly reason: ConnectionFailureReason;
  readonly peer?: string | undefined;
}

export interface ConnectionEstablished {
  readonly peer?: string | undefined;
  /** From the first attempt to the end of the handshake. */
  readonly latencySeconds: number;
}

export interface NetworkPartition {
  /** Peers that cannot be reached any more. */
  readonly affectedPeers?: number | undefined;
}

/** What happened since the last call, for nodes that count for themselves; each field is optional. */
export interface NetworkInterval extends BytesTransferred {
  readonly inboundConnections?: number | undefined;
  readonly outboundConnections?: number | undefined;
  readonly connectionAttempts?: number | undefined;
  /** Counted with the reason `other`. */
  readonly connectionFailures?: number | undefined;
  /** Mean of the interval; one observation. */
  readonly connectionLatencySeconds?: number | undefined;
}

export type NetworkEvents = {
  'network.message_sent': MessageTransferred;
  'network.message_received': MessageTransferred;
  'network.message_undelivered': MessageUndelivered;
  'network.message_invalid': InvalidMessage;
  'network.message_processed': MessageProcessed;
  'network.bytes_transferred': BytesTransferred;
  'network.connection_attempted': ConnectionAttempt;
  'network.connection_failed': ConnectionFailure;
  'network.connection_established': ConnectionEstablished;
  'network.partitioned': NetworkPartition;
  'network.interval_recorded': NetworkInterval;
};

export class NetworkMetrics {
  readonly #instruments: InstrumentsOf<Table>;
  readonly #handles: ReturnType<typeof handlesOf>;
  readonly #events: EventSink<NetworkEvents>;

  static {
    guardRecorders(NetworkMetrics);
  }

  constructor(context: DomainContext<NetworkEvents>) {
    this.#instruments = makeInstruments(context.registry, NETWORK_METRICS);
    this.#handles = handlesOf(this.#instruments);
    this.#events = context.events;
    deriveNetwork(context, this.#instruments);
  }

  /** A message was handed to the transport for a peer. */
  recordMessageSent(fields: MessageTransferred): void {
    this.#handles.messagesSent.of(fields.type).inc();
    if (fields.sizeBytes !== undefined) this.#instruments.sent.inc(fields.sizeBytes);
    this.#events.publish?.('network.message_sent', fields);
  }

  /** A message came from a peer. */
  recordMessageReceived(fields: MessageTransferred): void {
    this.#handles.messagesReceived.of(fields.type).inc();
    if (fields.sizeBytes !== undefined) this.#instruments.received.inc(fields.sizeBytes);
    this.#events.publish?.('network.message_received', fields);
  }

  /** The transport reported that a message, which was counted as sent, did not arrive. */
  recordMessageUndelivered(fields: MessageUndelivered): void {
    this.#handles.messagesUndelivered.of(fields.reason).inc();
    this.#events.publish?.('network.message_undelivered', fields);
  }

  /** A message, which was counted as received, was dropped unprocessed. */
  recordMessageInvalid(fields: InvalidMessage): void {
    this.#handles.messagesInvalid.of(fields.reason).inc();
    if (fields.sizeBytes !== undefined) this.#instruments.redundant.inc(fields.sizeBytes);
    this.#events.publish?.('network.message_invalid', fields);
  }

  recordMessageProcessingTime(fields: MessageProcessed): void {
    this.#handles.messageProcessingDuration.of(fields.type).observe(amountOrNaN(fields.durationSeconds));
    this.#events.publish?.('network.message_processed', fields);
  }

  /** Bytes went over the transport: instead of `sizeBytes` of the messages, not in addition. */
  recordBytes(fields: BytesTransferred): void {
    this.#addBytes(fields);
    this.#events.publish?.('network.bytes_transferred', fields);
  }

  updateQueueSize({ direction, count }: QueueSize): void {
    this.#handles.messageQueueMessages.of(direction).set(amountOrNaN(count));
  }

  /** Says what the node may use, in both directions together; undefined when that is not known. */
  setBandwidthCapacity({ bytesPerSecond }: { readonly bytesPerSecond: number | undefined }): void {
    const { bandwidthCapacityBytesPerSecond } = this.#instruments;
    if (bytesPerSecond === undefined) bandwidthCapacityBytesPerSecond.clear();
    else bandwidthCapacityBytesPerSecond.set(amountOrNaN(bytesPerSecond));
  }

  /** Says how many connections are open; one peer may hold several. */
  updateConnections({ inboundCount, outboundCount }: OpenConnections): void {
    this.#handles.connections.of('inbound').set(amountOrNaN(inboundCount));
    this.#handles.connections.of('outbound').set(amountOrNaN(outboundCount));
  }

  /** This node began to connect to a peer. */
  recordConnectionAttempt(fields: ConnectionAttempt): void {
    this.#instruments.connectionAttempts.inc();
    this.#events.publish?.('network.connection_attempted', fields);
  }

  /** A connection failed before it was usable. */
  recordConnectionFailure(fields: ConnectionFailure): void {
    this.#handles.connectionFailures.of(fields.reason).inc();
    this.#events.publish?.('network.connection_failed', fields);
  }

  recordConnectionEstablished(fields: ConnectionEstablished): void {
    this.#instruments.connectionLatency.observe(amountOrNaN(fields.latencySeconds));
    this.#events.publish?.('network.connection_established', fields);
  }

  /** A part of the network cannot be reached any more. */
  recordNetworkPartition(fields: NetworkPartition): void {
    this.#instruments.partitions.inc();
    this.#events.publish?.('network.partitioned', fields);
  }

  /** Takes what a node counted for itself since the last call: instead of the single records, not in addition. */
  recordNetworkMetrics(fields: NetworkInterval): void {
    const { inboundConnections, outboundConnections, connectionAttempts, connectionFailures } = fields;
    const { connections, connectionFailures: failures } = this.#handles;
    this.#addBytes(fields);
    if (inboundConnections !== undefined) connections.of('inbound').set(amountOrNaN(inboundConnections));
    if (outboundConnections !== undefined) connections.of('outbound').set(amountOrNaN(outboundConnections));
    if (connectionAttempts !== undefined) this.#instruments.connectionAttempts.inc(connectionAttempts);
    if (connectionFailures !== undefined) failures.of('other').inc(connectionFailures);
    const { connectionLatencySeconds } = fields;
    if (connectionLatencySeconds !== undefined)
      this.#instruments.connectionLatency.observe(amountOrNaN(connectionLatencySeconds));
    this.#events.publish?.('network.interval_recorded', fields);
  }

  #addBytes({ sentBytes, receivedBytes }: BytesTransferred): void {
    if (sentBytes !== undefined) this.#instruments.sent.inc(sentBytes);
    if (receivedBytes !== undefined) this.#instruments.received.inc(receivedBytes);
  }
}

function handlesOf(instruments: InstrumentsOf<Table>) {
  const { messagesSent, messagesReceived, messagesUndelivered, messagesInvalid } = NETWORK_METRICS;
  const { messageProcessingDuration, messageQueueMessages, connections, connectionFailures } = NETWORK_METRICS;
  return {
    messagesSent: closedHandles(instruments.messagesSent, messagesSent.labels, 'type'),
    messagesReceived: closedHandles(instruments.messagesReceived, messagesReceived.labels, 'type'),
    messagesUndelivered: closedHandles(instruments.messagesUndelivered, messagesUndelivered.labels, 'reason'),
    messagesInvalid: closedHandles(instruments.messagesInvalid, messagesInvalid.labels, 'reason'),
    messageProcessingDuration: closedHandles(
      instruments.messageProcessingDuration,
      messageProcessingDuration.labels,
      'type',
    ),
    messageQueueMessages: closedHandles(instruments.messageQueueMessages, messageQueueMessages.labels, 'direction'),
    connections: closedHandles(instruments.connections, connections.labels, 'direction'),
    connectionFailures: closedHandles(instruments.connectionFailures, connectionFailures.labels, 'reason'),
  };
}

function deriveNetwork(context: DomainContext<NetworkEvents>, instruments: InstrumentsOf<Table>): void {
  const growth = new DerivedGrowth(context, {
    messages: (reader) => total(reader, NETWORK_METRICS.messagesSent.name),
    undelivered: (reader) => total(reader, NETWORK_METRICS.messagesUndelivered.name),
    sentBytes: (reader) => total(reader, NETWORK_METRICS.sent.name),
    receivedBytes: (reader) => total(reader, NETWORK_METRICS.received.name),
  });
  context.registry?.onDerive((reader) => {
    const { seconds, deltas } = growth.read(reader) ?? {};
    const lost = ratio(deltas?.undelivered, deltas?.messages);
    show(instruments.messageDelivery, share(lost === undefined ? undefined : 1 - lost));
    const bytes = (deltas?.sentBytes ?? Number.NaN) + (deltas?.receivedBytes ?? Number.NaN);
    const capacity = total(reader, NETWORK_METRICS.bandwidthCapacityBytesPerSecond.name);
    show(instruments.bandwidthUtilization, ratio(ratio(bytes, seconds), capacity));
  });
}
