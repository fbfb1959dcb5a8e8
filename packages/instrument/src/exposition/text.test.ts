import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import fc from 'fast-check';
import { bounded, exposeOwnMetrics, Registry, renderText, renderTextBytes, TEXT_CONTENT_TYPE } from '../index.ts';

/** What a scraper reads: the samples by name and labels, and the descriptions, by the rules of the format's page. */
function parsed(page: string): { samples: Map<string, number>; descriptions: string[] } {
  const samples = new Map<string, number>();
  const descriptions: string[] = [];
  assert.ok(page === '' || page.endsWith('\n'));
  for (const line of page.split('\n').slice(0, -1)) {
    if (line.startsWith('#')) {
      assert.match(line, /^# (HELP|TYPE) [a-zA-Z_:][a-zA-Z0-9_:]* .+$/);
      descriptions.push(line);
      continue;
    }
    const match = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\]|\\["\\n])*",?)+)\})? (\S+)$/su.exec(
      line,
    );
    assert.ok(match, `no sample: ${line}`);
    const [, name, labelText = '', valueText = ''] = match;
    const labels: [string, string][] = [];
    for (const [, label = '', value = ''] of labelText.matchAll(/(\w+)="((?:[^"\\]|\\["\\n])*)"/gsu)) {
      labels.push([label, value.replaceAll(/\\(["\\n])/g, (_, char: string) => (char === 'n' ? '\n' : char))]);
    }
    const key = JSON.stringify([name, ...labels]);
    assert.ok(!samples.has(key), `twice: ${line}`);
    samples.set(key, valueText === '+Inf' ? Infinity : valueText === '-Inf' ? -Infinity : Number(valueText));
  }
  return { samples, descriptions };
}

it('escapes help and label values, and describes each metric once before its samples', () => {
  const registry = new Registry();
  const files = registry.gauge({ name: 'files', help: 'A \\ path\nand "more" – é.', labels: { path: bounded(9) } });
  files.set({ path: 'C:\\new\n"dir"{,} é 🦀' }, 2);
  registry.counter({ name: 'blocks_total', help: 'Blocks.' });
  assert.equal(
    renderText(registry),
    [
      '# HELP blocks_total Blocks.',
      '# TYPE blocks_total counter',
      'blocks_total 0',
      '# HELP files A \\\\ path\\nand "more" – é.',
      '# TYPE files gauge',
      'files{path="C:\\\\new\\n\\"dir\\"{,} é 🦀"} 2',
      '',
    ].join('\n'),
  );
});

it('gives the same page as a string and as bytes, and nothing for an empty registry', () => {
  const registry = new Registry();
  assert.equal(renderText(registry), '');
  assert.equal(renderTextBytes(registry).length, 0);
  registry.gauge({ name: 'a', help: 'Ä.' }).set(1);
  assert.deepEqual(Buffer.from(renderTextBytes(registry)).toString('utf8'), renderText(registry));
  assert.equal(TEXT_CONTENT_TYPE, 'text/plain; version=0.0.4; charset=utf-8');
});

it('hands out bytes that later renderings do not touch', () => {
  const registry = new Registry();
  const gauge = registry.gauge({ name: 'a', help: 'A.' });
  gauge.set(1);
  const first = renderTextBytes(registry);
  gauge.set(2);
  renderTextBytes(registry);
  assert.match(Buffer.from(first).toString(), /^a 1$/m);
});

it('shows exact totals of any sequence of records, and the page reads back to the bit', () => {
  type Action =
    | { do: 'inc'; type: 'a' | 'b' | 'c'; peer: string; amount: number }
    | { do: 'set'; peer: string; value: number }
    | { do: 'observe'; type: 'a' | 'b' | 'c'; value: number }
    | { do: 'remove'; peer: string }
    | { do: 'render' };
  const type = fc.constantFrom('a', 'b', 'c');
  const peer = fc.oneof(
    fc.constantFrom('p', 'q"', '\\', '\n', 'other'),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
  );
  const whole = fc.nat(1_000_000);
  const action: fc.Arbitrary<Action> = fc.oneof(
    fc.record({ do: fc.constant('inc' as const), type, peer, amount: whole }),
    fc.record({ do: fc.constant('set' as const), peer, value: fc.double({ noNaN: true }) }),
    fc.record({ do: fc.constant('observe' as const), type, value: whole }),
    fc.record({ do: fc.constant('remove' as const), peer }),
    fc.record({ do: fc.constant('render' as const) }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const registry = new Registry();
      const types = ['a', 'b', 'c'] as const;
      const counter = registry.counter({ name: 'c_total', help: 'C.', labels: { type: types, peer: bounded(500) } });
      const gauge = registry.gauge({ name: 'g', help: 'G.', labels: { peer: bounded(500) } });
      const bounds = [10, 1000, 100_000];
      const histogram = registry.histogram({ name: 'h', help: 'H.', labels: { type: types }, buckets: bounds });
      const expected = new Map<string, number>();
      const add = (key: unknown[], amount: number): void => {
        const text = JSON.stringify(key);
        expected.set(text, (expected.get(text) ?? 0) + amount);
      };
      for (const t of types) {
        for (const le of [...bounds, '+Inf']) add(['h_bucket', ['le', String(le)], ['type', t]], 0);
        for (const suffix of ['sum', 'count']) add([`h_${suffix}`, ['type', t]], 0);
      }
      for (const [i, action] of actions.entries()) {
        if (action.do === 'inc') {
          // Half of them by handle: both ways must lead to the same series.
          if (i % 2 === 0) counter.inc({ type: action.type, peer: action.peer }, action.amount);
          else counter.handle({ type: action.type, peer: action.peer }).inc(action.amount);
          add(['c_total', ['peer', action.peer], ['type', action.type]], action.amount);
        } else if (action.do === 'set') {
          gauge.set({ peer: action.peer }, action.value);
          expected.set(JSON.stringify(['g', ['peer', action.peer]]), action.value === 0 ? 0 : action.value);
        } else if (action.do === 'observe') {
          histogram.observe({ type: action.type }, action.value);
          for (const bound of bounds) {
            if (action.value <= bound) add(['h_bucket', ['le', String(bound)], ['type', action.type]], 1);
          }
          add(['h_bucket', ['le', '+Inf'], ['type', action.type]], 1);
          add(['h_sum', ['type', action.type]], action.value);
          add(['h_count', ['type', action.type]], 1);
        } else if (action.do === 'remove') {
          gauge.remove({ peer: action.peer });
          expected.delete(JSON.stringify(['g', ['peer', action.peer]]));
        } else {
          renderText(registry);
        }
      }
      const { samples } = parsed(renderText(registry));
      assert.deepEqual(samples, expected);
      assert.deepEqual(Object.values(registry.droppedRecords()), [0, 0, 0, 0, 0]);
    }),
  );
});

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

it('gives promtool nothing to complain about', { skip: hasPromtool ? false : 'promtool is not installed' }, () => {
  const registry = new Registry();
  exposeOwnMetrics(registry);
  registry.counter({ name: 'chain_blocks_proposed_total', help: 'Blocks \\ "proposed"\nhere.' }).inc();
  const peers = registry.gauge({ name: 'chain_peers_score_ratio', help: 'Score.', labels: { peer: bounded(9) } });
  for (const peer of ['"', '\\', '\n', 'é🦀', 'a b{}=,']) peers.set({ peer }, -0.5);
  peers.set({ peer: 'inf' }, Number.POSITIVE_INFINITY);
  const latency = registry.histogram({
    name: 'chain_storage_operation_duration_seconds',
    help: 'Duration.',
    labels: { operation: ['read', 'write'] },
    buckets: [1e-7, 0.001, 1, 1e21],
  });
  latency.observe({ operation: 'read' }, 0.01);
  registry
    .info({ name: 'chain_consensus_info', help: 'Algorithm.', labels: { version: bounded(1) } })
    .set({ version: '2' });
  const promtool = spawnSync('promtool', ['check', 'metrics'], { input: renderTextBytes(registry), encoding: 'utf8' });
  assert.equal(promtool.stderr + promtool.stdout, '');
  assert.equal(promtool.status, 0);
});
