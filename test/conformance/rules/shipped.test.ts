// The shipped rule files and their unit tests: as the tables say, and accepted and passed here and by Prometheus' promtool.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RULE_TEST_PARTS } from '../../../packages/monitor/src/app/rule-tests.ts';
import { COMPONENTS } from '../../../packages/monitor/src/rules/shipped/alert-definition.ts';
import { SHIPPED_ALERTS } from '../../../packages/monitor/src/rules/shipped/shipped-alerts.ts';
import { shippedFiles } from '../../../packages/monitor/src/rules/shipped/testing/shipped-files.ts';
import { SHIPPED_TESTS } from '../../../packages/monitor/src/rules/shipped/testing/shipped-tests.ts';
import { reportOf } from '../../../packages/monitor/src/rules/unit-test/report.ts';
import { runTestFile } from '../../../packages/monitor/src/rules/unit-test/run-test-file.ts';
import { DEBIAN_PROMTOOL, PROMTOOL_3, runPromtool } from './promtool-binaries.ts';

const FOLDER = fileURLToPath(new URL('../../../packages/monitor/rules/shipped', import.meta.url));
/** Nothing ends it. */
const ENDLESS = ['Watchdog'];

test('the shipped files are what the tables of alerts and of their tests say', async () => {
  const files = await shippedFiles();
  for (const [name, text] of files) {
    const path = join(FOLDER, name);
    if (process.env['UPDATE_DOCS'] === '1') {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    assert.equal(readFileSync(path, 'utf8'), text, 'run UPDATE_DOCS=1 node scripts/test.ts test/conformance/rules');
  }
  const there = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
  assert.deepEqual(there.toSorted(), files.map(([name]) => name).toSorted());
});

test('every shipped alert has a test in which it fires, clears and stays quiet', () => {
  for (const { name, component } of SHIPPED_ALERTS) {
    const found = SHIPPED_TESTS[component].filter(({ alert }) => alert === name);
    assert.equal(found.length, 1, `${name} has one row among the tests of ${component}`);
    const isEndless = ENDLESS.includes(name);
    assert.equal(found[0]!.clearAt === undefined, isEndless, `${name} clears`);
    assert.equal(found[0]!.calm === undefined, isEndless, `${name} stays quiet while all is well`);
  }
});

test('all unit tests of the shipped alerts pass here', async () => {
  const results = [];
  for (const path of testPaths()) results.push(await runTestFile(path, RULE_TEST_PARTS));
  const report = reportOf(results, 'text');
  assert.match(report, /all pass\n$/, report);
  assert.equal(
    results.flatMap(({ tests }) => tests).length,
    2 * SHIPPED_ALERTS.length - ENDLESS.length,
    'one that fires and clears and one that is quiet, an alert',
  );
});

for (const promtool of [DEBIAN_PROMTOOL, PROMTOOL_3]) {
  test(`${promtool.name} accepts the shipped files and passes their tests`, { skip: promtool.skip }, () => {
    const rules = COMPONENTS.map((component) => join(FOLDER, `${component}.yaml`));
    const checked = runPromtool(promtool, ['check', 'rules', '--lint-fatal', ...rules]);
    assert.ok(checked.passes, checked.said);
    const tested = runPromtool(promtool, ['test', 'rules', ...testPaths()]);
    assert.ok(tested.passes, tested.said);
  });
}

function testPaths(): readonly string[] {
  return COMPONENTS.map((component) => join(FOLDER, 'tests', `${component}.test.yaml`));
}
