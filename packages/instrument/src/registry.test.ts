import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { bounded, exposeOwnMetrics, InstrumentError, type InstrumentErrorCode, Registry, renderText } from './index.ts';

function refused(code: InstrumentErrorCode, message: RegExp, make: () => unknown): void {
  assert.throws(make, (error) => {
    assert.ok(error instanceof InstrumentError);
    assert.equal(error.code, code);
    assert.match(error.message, message);
    return true;
  });
}

const help = 'Help.';

describe('names', () => {
  it('that Prometheus cannot read are refused', () => {
    const registry = new Registry();
    for (const name of ['', '1st', 'a-b', 'a b', 'é', 'a{', 'a\n']) {
      refused('name_invalid', /use letters, digits/, () => registry.gauge({ name, help }));
    }
    refused('name_invalid', /no metric name/, () => registry.gauge({ name: 5 as unknown as string, help }));
    refused('name_reserved', /starts with __/, () => registry.gauge({ name: '__name', help }));
  });

  it('of a counter end in _total, and of nothing else', () => {
    const registry = new Registry();
    refused('name_invalid', /call it "votes_total"/, () => registry.counter({ name: 'votes', help }));
    refused('name_invalid', /for counters/, () => registry.gauge({ name: 'votes_total', help }));
    refused('name_invalid', /call it "build_info"/, () => registry.info({ name: 'build', help, labels: { a: ['b'] } }));
  });

  it('are taken once, with those that a histogram shows', () => {
    const registry = new Registry();
    registry.histogram({ name: 'latency', help, buckets: [1] });
    refused('name_duplicate', /registered already/, () => registry.gauge({ name: 'latency', help }));
    refused('name_duplicate', /latency_count/, () => registry.gauge({ name: 'latency_count', help }));
    registry.gauge({ name: 'size_sum', help });
    refused('name_duplicate', /would show size_sum/, () => registry.histogram({ name: 'size', help, buckets: [1] }));
  });

  it('that were refused for another reason can still be used', () => {
    const registry = new Registry();
    refused('buckets_invalid', /no buckets/, () => registry.histogram({ name: 'latency', help, buckets: [] }));
    refused('help_missing', /no help/, () => registry.histogram({ name: 'latency', help: ' ', buckets: [1] }));
    registry.histogram({ name: 'latency', help, buckets: [1] });
  });

  it('that were refused leave no finding behind', () => {
    const registry = new Registry();
    registry.gauge({ name: 'height', help });
    for (let i = 0; i < 3; i++) {
      refused('name_duplicate', /already/, () => registry.gauge({ name: 'height', help: 'x', unit: 'ms' }));
    }
    assert.deepEqual(registry.lintFindings, []);
  });
});

describe('options of a caller without a compiler', () => {
  it('are refused with a code like all others', () => {
    const registry = new Registry();
    for (const labels of [null, 5, 'text']) {
      const options = { name: 'height', help, labels: labels as never };
      refused('label_values_invalid', /labels of height/, () => registry.gauge(options));
      refused('label_values_invalid', /labels of height/, () => registry.stateSet(options));
    }
    const labels = { version: bounded(1) };
    refused('label_values_invalid', /labels/, () => registry.info({ name: 'x_info', help, labels: null as never }));
    refused('option_invalid', /by of/, () => registry.info({ name: 'x_info', help, labels, by: 5 as never }));
    refused('unit_invalid', /unit 5/, () => registry.gauge({ name: 'height', help, unit: 5 as never }));
  });
});

describe('the merge of a gauge', () => {
  it('is one of four', () => {
    const registry = new Registry();
    refused('option_invalid', /avg/, () => registry.gauge({ name: 'height', help, merge: 'avg' as never }));
  });
});

describe('units', () => {
  it('are words', () => {
    const registry = new Registry();
    refused('unit_invalid', /base unit/, () => registry.gauge({ name: 'a', help, unit: 'per second' }));
    registry.gauge({ name: 'a', help, unit: 'ratio' });
  });
});

describe('labels', () => {
  it('with names that Prometheus cannot read, keeps for itself or sets itself are refused', () => {
    const registry = new Registry();
    const withLabel = (label: string) => () => registry.gauge({ name: 'a', help, labels: { [label]: ['x'] } });
    for (const label of ['', '1st', 'a-b', 'a:b', 'é']) refused('label_name_invalid', /label name/, withLabel(label));
    for (const label of ['__name__', '__x']) refused('label_name_reserved', /starts with __/, withLabel(label));
    for (const label of ['job', 'instance', 'chain', 'node']) {
      refused('label_name_reserved', /whoever collects/, withLabel(label));
    }
    refused('label_name_reserved', /histogram's own/, () =>
      registry.histogram({ name: 'h', help, buckets: [1], labels: { le: ['x'] } }),
    );
    registry.gauge({ name: 'a', help, labels: { le: ['x'] } });
  });

  it('with closed values that are none, empty or twice are refused', () => {
    const registry = new Registry();
    const withValues = (values: unknown) => () =>
      registry.gauge({ name: 'a', help, labels: { x: values as string[] } });
    refused('label_values_invalid', /has no values/, withValues([]));
    refused('label_values_invalid', /has no values/, withValues('abc'));
    refused('label_values_invalid', /has no values/, withValues(null));
    refused('label_values_invalid', /non-empty/, withValues(['a', '']));
    refused('label_values_invalid', /non-empty/, withValues([1]));
    refused('label_values_invalid', /"a" twice/, withValues(['a', 'a']));
    refused('label_values_invalid', /Unicode/, withValues(['\ud800']));
    refused('label_values_invalid', /too long/, withValues(['x'.repeat(1025)]));
  });

  it('with a bound outside 1 to 10,000 are refused', () => {
    const registry = new Registry();
    for (const bound of [0, -1, 1.5, 10_001, Number.NaN, Number.POSITIVE_INFINITY, '5']) {
      refused('label_bound_invalid', /from 1 to 10000/, () =>
        registry.gauge({ name: 'a', help, labels: { x: bounded(bound as number) } }),
      );
    }
  });

  it('that are too many, or have too many combinations to be numbered, are refused', () => {
    const registry = new Registry();
    const many = Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`l${i}`, ['x']]));
    refused('labels_too_many', /more than 16/, () => registry.gauge({ name: 'a', help, labels: many }));
    const wide = Object.fromEntries(['a', 'b', 'c', 'd'].map((label) => [label, bounded(10_000)]));
    refused('labels_too_many', /lower its bounds/, () => registry.gauge({ name: 'a', help, labels: wide }));
  });
});

describe('buckets', () => {
  it('that are not finite, not ascending, too many or none are refused', () => {
    const registry = new Registry();
    const withBuckets = (buckets: unknown) => () =>
      registry.histogram({ name: 'h', help, buckets: buckets as number[] });
    refused('buckets_invalid', /at least one/, withBuckets([]));
    refused('buckets_invalid', /at least one/, withBuckets(undefined));
    refused('buckets_invalid', /\+Inf is always there/, withBuckets([1, Number.POSITIVE_INFINITY]));
    refused('buckets_invalid', /finite/, withBuckets([Number.NaN]));
    refused('buckets_invalid', /finite/, withBuckets(['1']));
    refused('buckets_invalid', /sort them/, withBuckets([2, 1]));
    refused('buckets_invalid', /each once/, withBuckets([1, 1]));
    refused('buckets_invalid', /more than 256/, withBuckets(Array.from({ length: 257 }, (_, i) => i)));
    registry.histogram({ name: 'h', help, buckets: Array.from({ length: 256 }, (_, i) => i) }).observe(300);
    assert.match(renderText(registry), /^h_bucket\{le="255"\} 0\nh_bucket\{le="\+Inf"\} 1$/m);
  });
});

describe('the limit of series', () => {
  it('is a whole number above 0', () => {
    for (const maxSeries of [0, -5, 1.5, Number.NaN]) {
      refused('option_invalid', /above 0/, () => new Registry({ maxSeries }));
    }
  });

  it('refuses an instrument whose closed combinations do not fit, and nothing is left of it', () => {
    const registry = new Registry({ maxSeries: 10 });
    registry.gauge({ name: 'a', help });
    const labels = { x: ['1', '2'], y: ['1', '2', '3', '4', '5'] };
    refused('series_limit', /10 series at once, and 9 of 10 are left/, () =>
      registry.gauge({ name: 'b', help, labels }),
    );
    refused('series_limit', /12 series/, () =>
      registry.histogram({ name: 'b', help, buckets: [1], labels: { x: ['1', '2', '3'] } }),
    );
    assert.equal(registry.seriesCount(), 1);
    registry.gauge({ name: 'b', help, labels: { x: labels.x } });
    assert.equal(registry.seriesCount(), 3);
  });

  it('drops and counts records to new series of a bounded label, until one is removed', () => {
    const registry = new Registry({ maxSeries: 2 });
    const peers = registry.counter({ name: 'peers_total', help, labels: { peer: bounded(100) } });
    for (const peer of ['a', 'b', 'c', 'c']) peers.inc({ peer });
    peers.handle({ peer: 'd' }).inc();
    assert.equal(registry.droppedRecords().series_limit, 3);
    assert.equal(registry.seriesCount(), 2);
    peers.inc({ peer: 'a' });
    peers.remove({ peer: 'b' });
    peers.inc({ peer: 'c' }, 5);
    assert.equal(registry.droppedRecords().series_limit, 3);
    assert.match(renderText(registry), /^peers_total\{peer="a"\} 2\npeers_total\{peer="c"\} 5$/m);
  });
});

describe('recording', () => {
  it('never throws, whatever it is given, and counts whatever it does not take', () => {
    const anyLabels = fc.oneof(
      fc.anything({ withBigInt: true, withNullPrototype: true }),
      fc.record({ x: fc.anything() }),
    );
    fc.assert(
      fc.property(anyLabels, fc.anything({ withBigInt: true }), (anything, anyValue) => {
        const registry = new Registry();
        const labels = { x: bounded(3), y: ['1'] } as const;
        const counter = registry.counter({ name: 'c_total', help, labels });
        const gauge = registry.gauge({ name: 'g', help, labels });
        const histogram = registry.histogram({ name: 'h', help, labels, buckets: [1] });
        const info = registry.info({ name: 'i_info', help, labels });
        const value = anyValue as number;
        for (const given of [anything, { ...(anything as object), y: '1' }] as { x: string; y: '1' }[]) {
          counter.inc(given, value);
          counter.mirrorTotal(given, value);
          counter.handle(given).inc(value);
          gauge.set(given, value);
          gauge.inc(given, value);
          gauge.dec(given, value);
          gauge.handle(given).set(value);
          histogram.observe(given, value);
          histogram.handle(given).observe(value);
          info.set(given);
        }
        // The first object has no y (fast-check's keys are not that lucky with the value "1" as well).
        const { unknown_label, invalid_value } = registry.droppedRecords();
        assert.ok(unknown_label + invalid_value >= 10);
        assert.equal(registry.droppedRecords().internal, 0);
        renderText(registry);
        for (const remover of [counter, gauge, histogram]) remover.remove(anything as { x: string; y: '1' });
      }),
    );
  });
});

describe('a visit', () => {
  it('shows metrics by name, whatever the order in which they were made', () => {
    const registry = new Registry();
    for (const name of ['b', 'a_total', 'c']) {
      if (name.endsWith('_total')) registry.counter({ name, help });
      else registry.gauge({ name, help, unit: 'ratio' }).set(1);
    }
    const seen: string[] = [];
    registry.visit({
      family: ({ name, type, unit, help: text }) => seen.push(`${name} ${type} ${unit} ${text}`),
      sample: (name, labels, value) => seen.push(`${name} ${JSON.stringify(labels)} ${value}`),
    });
    assert.deepEqual(seen, [
      'a_total counter  Help.',
      'a_total [] 0',
      'b gauge ratio Help.',
      'b [] 1',
      'c gauge ratio Help.',
      'c [] 1',
    ]);
  });

  it('names every series by an identifier that stays, buckets included', () => {
    const registry = new Registry();
    registry.counter({ name: 'a_total', help, labels: { x: ['1', '2'] } });
    const late = registry.gauge({ name: 'b', help, labels: { y: bounded(3) } });
    registry.histogram({ name: 'c', help, buckets: [1], labels: { z: ['1', '2'] } });
    const idsOf = (): Map<string, number> => {
      const ids = new Map<string, number>();
      registry.visit({
        family: () => {},
        sample: (name, labels, _value, seriesId) => ids.set(name + JSON.stringify(labels), seriesId),
      });
      return ids;
    };
    const first = idsOf();
    assert.equal(first.size, 10);
    assert.equal(new Set(first.values()).size, 10);
    late.set({ y: 'new' }, 1);
    const second = idsOf();
    assert.equal(second.size, 11);
    assert.equal(new Set(second.values()).size, 11);
    for (const [series, id] of first) assert.equal(second.get(series), id);
  });
});

describe('onCollect', () => {
  it('is called once before each visit and rendering, until it is ended', () => {
    const registry = new Registry();
    const gauge = registry.gauge({ name: 'calls', help });
    let calls = 0;
    const end = registry.onCollect(() => gauge.set(++calls));
    assert.match(renderText(registry), /^calls 1$/m);
    registry.visit({ family: () => {}, sample: (_name, _labels, value) => assert.equal(value, 2) });
    end();
    assert.match(renderText(registry), /^calls 2$/m);
  });

  it('may fail, which is counted, and the others are called', () => {
    const registry = new Registry();
    const gauge = registry.gauge({ name: 'calls', help });
    registry.onCollect(() => {
      throw new Error('the source is gone');
    });
    registry.onCollect(() => gauge.set(1));
    assert.match(renderText(registry), /^calls 1$/m);
    assert.equal(registry.droppedRecords().internal, 1);
  });

  it('may render itself without end', () => {
    const registry = new Registry();
    const gauge = registry.gauge({ name: 'page_bytes', help });
    registry.onCollect(() => gauge.set(renderText(registry).length));
    // The inner page has the description and no sample yet.
    assert.match(renderText(registry), /^page_bytes 48$/m);
  });

  it('is bounded', () => {
    const registry = new Registry();
    for (let i = 0; i < 1000; i++) registry.onCollect(() => {});
    refused('collector_limit', /1000/, () => registry.onCollect(() => {}));
  });
});

describe('the registry about itself', () => {
  it('shows what it holds and what it dropped, and tells the same to the program', () => {
    const registry = new Registry();
    exposeOwnMetrics(registry);
    const votes = registry.counter({ name: 'votes_total', help, labels: { type: ['a'] } });
    votes.inc({ type: 'b' } as never);
    votes.inc({ type: 'a' }, -1);
    const page = renderText(registry);
    assert.match(page, /^chain_runtime_instrument_series 7$/m);
    assert.match(page, /^chain_runtime_instrument_dropped_records_total\{reason="unknown_label"\} 1$/m);
    assert.match(page, /^chain_runtime_instrument_dropped_records_total\{reason="invalid_value"\} 1$/m);
    assert.match(page, /^chain_runtime_instrument_dropped_records_total\{reason="internal"\} 0$/m);
    assert.deepEqual(registry.droppedRecords(), {
      series_limit: 0,
      label_limit: 0,
      invalid_value: 1,
      unknown_label: 1,
      internal: 0,
    });
  });
});

describe('what a program without types gives', () => {
  const registry = new Registry();
  const optionInvalid = (message: RegExp, make: () => unknown) => refused('option_invalid', message, make);

  it('is refused with what it is called here', () => {
    const labelNames = { name: 'votes_total', help, labelNames: ['type'] };
    optionInvalid(/labels: \{ peer: bounded/, () => registry.counter(labelNames));
    optionInvalid(/registry that made it/, () => registry.gauge({ name: 'x', help, registers: [] } as never));
    for (const options of [undefined, null, 'votes_total', 7]) {
      optionInvalid(/give name and help/, () => registry.counter(options as never));
      optionInvalid(/give name and help/, () => registry.gauge(options as never));
      optionInvalid(/give name and help/, () => registry.histogram(options as never));
      optionInvalid(/give name and help/, () => registry.exponentialHistogram(options as never));
      optionInvalid(/give name and help/, () => registry.info(options as never));
      optionInvalid(/give name and help/, () => registry.stateSet(options as never));
    }
    assert.equal(registry.seriesCount(), 0);
  });

  it('is refused when it is no source', () => {
    for (const source of [undefined, {}, { getMetricsAsJSON: () => [] }]) {
      optionInvalid(/promClientSource/, () => registry.attach(source as never));
    }
  });
});
