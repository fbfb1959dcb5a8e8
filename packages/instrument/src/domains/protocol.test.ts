import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtocolMetrics } from './protocol.ts';
import { offContext, TestNode } from './testing/recorded.ts';

function makeNode() {
  const node = new TestNode();
  return { node, protocol: new ProtocolMetrics(node.context()) };
}

test('events are counted by sub-protocol and name', () => {
  const { node, protocol } = makeNode();
  protocol.recordEvent({ protocol: 'task', event: 'assigned' });
  protocol.recordEvent({ protocol: 'task', event: 'assigned', count: 4 });
  protocol.recordProtocolMetrics({ protocol: 'health', counts: { checks: 7, assigned: 2 } });
  const value = (name: string, event: string) => {
    return node.value('chain_protocol_events_total', { protocol: name, event });
  };
  assert.equal(value('task', 'assigned'), 5);
  assert.equal(value('health', 'checks'), 7);
  assert.equal(value('health', 'assigned'), 2);
  assert.equal(node.told.length, 3);
});

test('requests are counted by sub-protocol, direction and outcome', () => {
  const { node, protocol } = makeNode();
  protocol.recordRequest({ protocol: 'discovery', direction: 'outbound', outcome: 'timeout', peer: 'p1' });
  const labels = { protocol: 'discovery', direction: 'outbound', outcome: 'timeout' };
  assert.equal(node.value('chain_protocol_requests_total', labels), 1);
  assert.equal(node.value('chain_protocol_requests_total', { ...labels, outcome: 'ok' }), 0);
});

test('event names beyond the bound go to other', () => {
  const { node, protocol } = makeNode();
  for (let i = 0; i < 70; i++) protocol.recordEvent({ protocol: 'task', event: `event${i}` });
  assert.equal(node.value('chain_protocol_events_total', { protocol: 'task', event: 'other' }), 6);
  assert.equal(node.registry.droppedRecords().label_limit, 6);
});

test('wrong protocols, names and counts are dropped and counted', () => {
  const { node, protocol } = makeNode();
  protocol.recordEvent({ protocol: 'gossip' as 'task', event: 'x' });
  protocol.recordEvent({ protocol: 'task', event: '' });
  protocol.recordEvent(undefined as never);
  protocol.recordRequest({ protocol: 'task', direction: 'up' as 'inbound', outcome: 'ok' });
  protocol.recordProtocolMetrics({ protocol: 'task', counts: { x: -1, y: undefined as never } });
  protocol.recordProtocolMetrics(undefined as never);
  const { invalid_value, unknown_label } = node.registry.droppedRecords();
  assert.deepEqual({ invalid_value, unknown_label }, { invalid_value: 2, unknown_label: 4 });
});

test('a set that is switched off does nothing', () => {
  new ProtocolMetrics(offContext()).recordEvent({ protocol: 'task', event: 'x' });
});
