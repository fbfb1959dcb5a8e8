// The metrics of the domain set `protocol`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { metric } from '../metric-definition.ts';

export const PROTOCOL_METRICS = {
  events: metric({
    name: 'chain_protocol_events_total',
    type: 'counter',
    unit: 'events',
    help: 'Events that a peer-to-peer sub-protocol counted.',
    labels: { protocol: ['task', 'discovery', 'resource', 'health'], event: bounded(64) },
    recordedBy:
      'protocol.recordEvent({ protocol, event, count }); protocol.recordProtocolMetrics({ protocol, counts })',
    aliases: {
      p2p: 'protocol_task_<event>_total [protocol=task] (protocol.task.<event>) ; protocol_discovery_<event>_total [protocol=discovery] (protocol.discovery.<event>) ; protocol_resource_<event>_total [protocol=resource] (protocol.resource.<event>) ; protocol_health_<event>_total [protocol=health] (protocol.health.<event>)',
    },
  }),
  requests: metric({
    name: 'chain_protocol_requests_total',
    type: 'counter',
    unit: 'requests',
    help: 'Requests of a peer-to-peer sub-protocol that ended.',
    labels: {
      protocol: ['task', 'discovery', 'resource', 'health'],
      direction: ['inbound', 'outbound'],
      outcome: ['ok', 'error', 'timeout'],
    },
    recordedBy: 'protocol.recordRequest({ protocol, direction, outcome, peer })',
  }),
} as const;
