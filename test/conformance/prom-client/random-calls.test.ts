// Any sequence of calls gives the same text and JSON from prom-client and from the drop-in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Client, DROP_IN, REAL, shown } from './clients.ts';

// Neither `:` nor `,` in them: prom-client takes some label sets for one another then.
const labelValue = fc.oneof(fc.constantFrom('a', 'b', 'c', 'quote"', 'back\\slash', 'line\nfeed', 'ü€😀'), fc.nat(3));
const labels = fc.record({ x: labelValue, y: labelValue }, { requiredKeys: [] });
const fullLabels = fc.record({ x: labelValue, y: labelValue });
const observed = fc.oneof(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), fc.integer({ min: -5, max: 20 }));
const amount = fc.oneof(fc.double({ noNaN: true, min: 0, max: 1e6 }), fc.nat(5));
const gauged = fc.oneof(fc.double(), fc.integer());

const operation = fc.oneof(
  fc.record({ on: fc.constant('counter' as const), labels, value: fc.option(amount, { nil: undefined }) }),
  fc.record({ on: fc.constant('counterChild' as const), labels: fullLabels, value: amount }),
  fc.record({ on: fc.constant('gaugeSet' as const), labels, value: gauged }),
  fc.record({ on: fc.constant('gaugeInc' as const), labels, value: observed }),
  fc.record({ on: fc.constant('gaugeDec' as const), labels, value: observed }),
  fc.record({ on: fc.constant('gaugeChild' as const), labels: fullLabels, value: gauged }),
  fc.record({ on: fc.constant('histogram' as const), labels, value: observed }),
  fc.record({ on: fc.constant('histogramChild' as const), labels: fullLabels, value: observed }),
  fc.record({ on: fc.constant('zero' as const), labels, value: fc.constant(0) }),
  fc.record({ on: fc.constant('summary' as const), labels, value: observed }),
  fc.record({ on: fc.constant('remove' as const), labels: fullLabels, value: fc.nat(3) }),
  fc.record({ on: fc.constant('reset' as const), labels, value: fc.nat(20) }),
  fc.record({ on: fc.constant('unregister' as const), labels, value: fc.nat(30) }),
);

type Operation = typeof operation extends fc.Arbitrary<infer O> ? O : never;

async function run(client: Client, operations: readonly Operation[], isOpenMetrics: boolean): Promise<unknown> {
  const register = new client.Registry();
  if (isOpenMetrics) register.setContentType(client.openMetricsContentType as never);
  const config = { help: 'Some help.', labelNames: ['x', 'y'], registers: [register] };
  const counter = new client.Counter({ ...config, name: 'c_total' });
  const gauge = new client.Gauge({ ...config, name: 'g' });
  const histogram = new client.Histogram({ ...config, name: 'h', buckets: [0, 1, 5, 1000] });
  const summary = new client.Summary({ ...config, name: 's', percentiles: [0, 0.01, 0.5, 0.99, 1] });
  const all = [counter, gauge, histogram, summary];
  for (const { on, labels: set, value } of operations) {
    const pair = [String(set.x), String(set.y)];
    if (on === 'counter') counter.inc(set, value);
    else if (on === 'counterChild') counter.labels(...pair).inc(value);
    else if (on === 'gaugeSet') gauge.set(set, value);
    else if (on === 'gaugeInc') gauge.inc(set, value);
    else if (on === 'gaugeDec') gauge.dec(set, value);
    else if (on === 'gaugeChild') gauge.labels(...pair).set(value);
    else if (on === 'histogram') histogram.observe(set, value);
    else if (on === 'histogramChild') histogram.labels(...pair).observe(value);
    else if (on === 'zero') histogram.zero(set);
    else if (on === 'summary') summary.observe(set, value);
    else if (on === 'remove') all[value]!.remove(...pair);
    else if (on === 'reset') all[value]?.reset();
    else if (value < all.length) register.removeSingleMetric(['c_total', 'g', 'h', 's'][value]!);
  }
  return shown(register);
}

test('any sequence of calls is shown as prom-client shows it', async () => {
  const property = fc.asyncProperty(
    fc.array(operation, { maxLength: 90 }),
    fc.boolean(),
    async (operations, isOpen) => {
      assert.deepEqual(await run(DROP_IN, operations, isOpen), await run(REAL, operations, isOpen));
    },
  );
  await fc.assert(property, { numRuns: 1000 });
});
