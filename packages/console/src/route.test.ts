import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ExplorerRoute, explorerLink, formatRoute, formatWindow, parseRoute } from './route.ts';

test('nothing and nonsense lead to the overview with its usual window', () => {
  for (const hash of ['', '#', '#/', '#/nowhere', '#/?window=7m', '#/?window=abc']) {
    assert.deepEqual(parseRoute(hash), { page: 'overview', windowS: 900 });
  }
});

test('the overview keeps its window in the address', () => {
  assert.equal(formatRoute({ page: 'overview', windowS: 3600 }), '#/?window=1h');
  assert.deepEqual(parseRoute('#/?window=1h'), { page: 'overview', windowS: 3600 });
});

test('every view of the explorer is read back from its address', () => {
  const plain = { noNullPrototype: true };
  const range = fc.oneof(
    fc.record({ kind: fc.constant('last' as const), windowS: fc.integer({ min: 1, max: 999_999 }) }, plain),
    fc
      .tuple(fc.integer({ min: 0, max: 2 ** 32 }), fc.integer({ min: 1, max: 1e6 }))
      .map(([startS, spanS]) => ({ kind: 'fixed' as const, startS, endS: startS + spanS })),
  );
  const expression = fc.string({ unit: 'grapheme' });
  const scale = fc.constantFrom('linear' as const, 'log' as const);
  const route = fc
    .record({ expression, range, isLive: fc.boolean(), scale }, plain)
    .map(
      (parts): ExplorerRoute => ({ page: 'explore', ...parts, isLive: parts.isLive && parts.range.kind === 'last' }),
    );
  fc.assert(fc.property(route, (view) => assert.deepEqual(parseRoute(formatRoute(view)), view)));
});

test('alerts, one of them, the rules and a runbook have addresses', () => {
  for (const [hash, route] of [
    ['#/alerts', { page: 'alerts', id: undefined }],
    ['#/alerts/0a1b2c3d4e5f-1700000000', { page: 'alerts', id: '0a1b2c3d4e5f-1700000000' }],
    ['#/rules', { page: 'rules' }],
    ['#/runbooks/NodeDown', { page: 'runbook', name: 'NodeDown' }],
  ] as const) {
    assert.deepEqual(parseRoute(hash), route);
    assert.equal(formatRoute(route), hash);
  }
});

test('a runbook or an alert that no name can be leads to the overview', () => {
  for (const hash of ['#/runbooks/../config', '#/runbooks/', '#/alerts/<b>', '#/alerts/']) {
    assert.equal(parseRoute(hash).page, 'overview', hash);
  }
});

test('a question mark in the expression does not end it', () => {
  const route = parseRoute(explorerLink('label_replace(up, "a", "b", "c", "x?.+")', 300));
  assert.equal(route.page === 'explore' && route.expression, 'label_replace(up, "a", "b", "c", "x?.+")');
});

test('a range that ends before it starts falls back to the last quarter of an hour', () => {
  const route = parseRoute('#/explore?from=200&to=100');
  assert.deepEqual(route.page === 'explore' && route.range, { kind: 'last', windowS: 900 });
});

test('a fixed range is never live', () => {
  const route = parseRoute('#/explore?from=100&to=200&live=1');
  assert.equal(route.page === 'explore' && route.isLive, false);
});

test('windows are named in the largest unit that divides them', () => {
  assert.equal(formatWindow(300), '5m');
  assert.equal(formatWindow(86_400), '24h');
  assert.equal(formatWindow(172_800), '2d');
  assert.equal(formatWindow(90), '90s');
});
