// Unit tests of rules give the verdict that promtool gives, on files that pass and files that fail.

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { RULE_TEST_PARTS } from '../../../packages/monitor/src/app/rule-tests.ts';
import { hasPassed } from '../../../packages/monitor/src/rules/unit-test/interface.ts';
import { reportOf } from '../../../packages/monitor/src/rules/unit-test/report.ts';
import { runTestFile } from '../../../packages/monitor/src/rules/unit-test/run-test-file.ts';
import { DEBIAN_PROMTOOL, PROMTOOL_3, runPromtool } from './promtool-binaries.ts';
import { CASES, type PromtoolCase, RULES } from './promtool-cases.ts';

async function withFile(
  { rules = RULES, text }: PromtoolCase,
  look: (path: string) => void | Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'chainpulse-unit-test-'));
  try {
    await writeFile(join(folder, 'rules.yaml'), rules);
    const path = join(folder, 'cases.test.yaml');
    await writeFile(path, text);
    await look(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

for (const each of CASES) {
  test(`${each.passes ? 'passes' : 'fails'}: ${each.name}`, async () => {
    await withFile(each, async (path) => {
      const result = await runTestFile(path, RULE_TEST_PARTS);
      assert.equal(hasPassed(result), each.passes, reportOf([result], 'text'));
    });
  });
}

for (const promtool of [DEBIAN_PROMTOOL, PROMTOOL_3]) {
  test(`${promtool.name} gives the same verdicts`, { skip: promtool.skip }, async () => {
    const differing: string[] = [];
    for (const each of CASES) {
      if (each.isNew === true && promtool === DEBIAN_PROMTOOL) continue;
      await withFile(each, (path) => {
        const { passes, said } = runPromtool(promtool, ['test', 'rules', path]);
        if (passes !== each.passes) differing.push(`${each.name}\n${said}`);
      });
    }
    assert.deepEqual(differing, []);
  });
}
