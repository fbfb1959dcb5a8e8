// The metrics of the domain set `network`. How to add one: docs/guide/add-a-metric.md.

import { MESSAGE_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const NETWORK_METRICS = {
  messagesSent: metric({
    name: 'chain_network_messages_sent_total',
    type: 'counter',
    unit: 'messages',
    help: 'Messages handed to the transport for a peer.',
    labels: { type: ['proposal', 'vote', 'block', 'transaction', 'sync', 'discovery', 'ping', 'other'] },
    recordedBy: 'network.recordMessageSent({ type, peer, sizeBytes })',
    aliases: { hotstuff2: 'hotstuff2_messages_sent_total (messages_sent)', aureon: 'messages_sent_total{type}' },
  }),
  messagesReceived: metric({
    name: 'chain_network_messages_received_total',
    type: 'counter',
    unit: 'messages',
    help: 'Messages received from peers.',
    labels: { type: ['proposal', 'vote', 'block', 'transaction', 'sync', 'discovery', 'ping', 'other'] },
    recordedBy: 'network.recordMessageReceived({ type, peer, sizeBytes })',
    aliases: {
      hotstuff2: 'hotstuff2_messages_received_total (messages_received)',
      aureon: 'messages_received_total{type}',
    },
  }),
  messagesUndelivered: metric({
    name: 'chain_network_messages_undelivered_total',
    type: 'counter',
    unit: 'messages',
    help: 'Messages counted as sent of which the transport reported a loss.',
    labels: { reason: ['queue_full', 'timeout', 'disconnected', 'too_large', 'encoding', 'other'] },
    recordedBy: 'network.recordMessageUndelivered({ reason, type, peer })',
  }),
  messageDelivery: metric({
    name: 'chain_network_message_delivery_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the sent messages without a known loss.',
    formula:
      'max(0, 1 - delta of chain_network_messages_undelivered_total / delta of chain_network_messages_sent_total) over the window; absent while nothing was sent',
    recordedBy: 'network collector',
    aliases: { hotstuff2: 'hotstuff2_message_delivery_rate (message_delivery_rate)' },
  }),
  messagesInvalid: metric({
    name: 'chain_network_messages_invalid_total',
    type: 'counter',
    unit: 'messages',
    help: 'Received messages that were dropped unprocessed.',
    labels: { reason: ['decode', 'signature', 'duplicate', 'stale', 'protocol', 'other'] },
    recordedBy: 'network.recordMessageInvalid({ reason, type, peer, sizeBytes })',
  }),
  messageProcessingDuration: metric({
    name: 'chain_network_message_processing_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to handle one received message.',
    labels: { type: ['proposal', 'vote', 'block', 'transaction', 'sync', 'discovery', 'ping', 'other'] },
    buckets: MESSAGE_SECONDS,
    recordedBy: 'network.recordMessageProcessingTime({ type, durationSeconds })',
    aliases: { hotstuff2: 'hotstuff2_message_processing_time_seconds (message_processing_time)' },
  }),
  messageQueueMessages: metric({
    name: 'chain_network_message_queue_messages',
    type: 'gauge',
    unit: 'messages',
    help: 'Messages waiting in the network queues.',
    labels: { direction: ['inbound', 'outbound'] },
    merge: 'sum',
    recordedBy: 'network.updateQueueSize({ direction, count })',
    aliases: { hotstuff2: 'hotstuff2_message_queue_size (message_queue_size)' },
  }),
  sent: metric({
    name: 'chain_network_sent_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes sent to peers.',
    recordedBy:
      'network.recordMessageSent({ type, peer, sizeBytes }); network.recordBytes({ sentBytes, receivedBytes }); network.recordNetworkMetrics({ sentBytes, receivedBytes })',
    aliases: {
      hotstuff2: 'hotstuff2_bytes_sent_total (bytes_sent)',
      p2p: 'network_bytes_sent_total (network.bytes_sent)',
    },
  }),
  received: metric({
    name: 'chain_network_received_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes received from peers.',
    recordedBy:
      'network.recordMessageReceived({ type, peer, sizeBytes }); network.recordBytes({ sentBytes, receivedBytes }); network.recordNetworkMetrics({ sentBytes, receivedBytes })',
    aliases: {
      hotstuff2: 'hotstuff2_bytes_received_total (bytes_received)',
      p2p: 'network_bytes_received_total (network.bytes_received)',
    },
  }),
  redundant: metric({
    name: 'chain_network_redundant_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Received bytes of messages that were duplicate, stale or invalid.',
    recordedBy: 'network.recordMessageInvalid({ reason, type, peer, sizeBytes })',
  }),
  bandwidthCapacityBytesPerSecond: metric({
    name: 'chain_network_bandwidth_capacity_bytes_per_second',
    type: 'gauge',
    unit: 'bytes_per_second',
    help: 'Bandwidth that the operator configured, or that the interface reports, for this node.',
    recordedBy: 'network.setBandwidthCapacity({ bytesPerSecond })',
  }),
  bandwidthUtilization: metric({
    name: 'chain_network_bandwidth_utilization_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the bandwidth capacity in use.',
    formula:
      'delta of (chain_network_sent_bytes_total + chain_network_received_bytes_total) / window seconds / chain_network_bandwidth_capacity_bytes_per_second; absent while the capacity is unknown',
    recordedBy: 'network collector',
    aliases: { hotstuff2: 'hotstuff2_bandwidth_utilization (bandwidth_utilization)' },
  }),
  connections: metric({
    name: 'chain_network_connections',
    type: 'gauge',
    unit: 'connections',
    help: 'Open transport connections to peers; one peer may hold several.',
    labels: { direction: ['inbound', 'outbound'] },
    merge: 'sum',
    recordedBy:
      'network.updateConnections({ inboundCount, outboundCount }); network.recordNetworkMetrics({ inboundConnections, outboundConnections })',
    aliases: {
      p2p: 'network_active_connections (network.active_connections)',
      arthachain: 'arthachain_network_p2p_connections (network.p2p_connections)',
    },
  }),
  connectionAttempts: metric({
    name: 'chain_network_connection_attempts_total',
    type: 'counter',
    unit: 'attempts',
    help: 'Outgoing connection attempts started.',
    recordedBy: 'network.recordConnectionAttempt({ peer }); network.recordNetworkMetrics({ connectionAttempts })',
    aliases: { p2p: 'network_connection_attempts_total (network.connection_attempts)' },
  }),
  connectionFailures: metric({
    name: 'chain_network_connection_failures_total',
    type: 'counter',
    unit: 'failures',
    help: 'Connections that failed before they were usable.',
    labels: { reason: ['timeout', 'refused', 'unreachable', 'handshake', 'wrong_chain', 'dns', 'limit', 'other'] },
    recordedBy:
      'network.recordConnectionFailure({ reason, peer }); network.recordNetworkMetrics({ connectionFailures })',
    aliases: {
      hotstuff2: 'hotstuff2_connection_failures_total (connection_failures)',
      p2p: 'network_connection_failures_total (network.connection_failures)',
    },
  }),
  connectionLatency: metric({
    name: 'chain_network_connection_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to establish a connection, handshake included.',
    buckets: MESSAGE_SECONDS,
    recordedBy:
      'network.recordConnectionEstablished({ latencySeconds, peer }); network.recordNetworkMetrics({ connectionLatencySeconds })',
    aliases: { p2p: 'network_connection_latency_seconds (network.connection_latency)' },
  }),
  partitions: metric({
    name: 'chain_network_partitions_total',
    type: 'counter',
    unit: 'partitions',
    help: 'Network partitions detected.',
    recordedBy: 'network.recordNetworkPartition({ affectedPeers })',
    aliases: { hotstuff2: 'hotstuff2_network_partitions_total (network_partitions)' },
  }),
} as const;
