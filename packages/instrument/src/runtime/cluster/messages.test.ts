import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Registry, renderOpenMetrics } from '../../index.ts';
import { answer, familiesOf } from './messages.ts';

it('what JSON has no word for comes through: infinities, and buckets without an exemplar', () => {
  const worker = new Registry({ nowMs: () => 1000 });
  worker.gauge({ name: 'highest', help: 'Measured.' }).set(Number.POSITIVE_INFINITY);
  const latency = worker.histogram({ name: 'latency', help: 'Measured.', buckets: [1, 2] });
  latency.observeWithExemplar(1.5, { trace_id: 'a' });
  const primary = new Registry({ nowMs: () => 1000 });
  const families = familiesOf(JSON.parse(JSON.stringify(answer(1, worker.snapshot().families))));
  primary.histogram({ name: 'latency', help: 'Measured.', buckets: [1, 2] });
  primary.attach({ families: () => families });
  const page = new TextDecoder().decode(renderOpenMetrics(primary.snapshot()));
  assert.match(page, /^highest \+Inf$/m);
  assert.match(page, /^latency_bucket\{le="2.0"\} 1 # \{trace_id="a"\} 1\.5 1$/m);
  assert.match(page, /^latency_bucket\{le="1.0"\} 0$/m);
});
