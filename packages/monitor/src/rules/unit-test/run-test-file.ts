// A file of tests with the rule files that it names. A rule file with a problem fails all its tests, as in promtool: what is
// tested is what is deployed.

import { globSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { type RuleLanguages, readRuleFile } from '../definition/read-rule-file.ts';
import type { RuleGroup } from '../interface.ts';
import type { TestFile, TestFileResult, TestResult } from './interface.ts';
import { UNIT_TEST_LIMITS } from './limits.ts';
import { readTestFile } from './read-test-file.ts';
import { runTest, type UnitTestParts } from './run-test.ts';

export interface TestFileParts extends UnitTestParts {
  readonly languages: RuleLanguages;
}

export interface TestFileOptions {
  /** Only tests whose name has a match. */
  readonly only?: RegExp;
}

/** Never rejects because of what stands in the file: that is a problem of the result. */
export async function runTestFile(
  path: string,
  parts: TestFileParts,
  { only }: TestFileOptions = {},
): Promise<TestFileResult> {
  const problems: string[] = [];
  const warnings: string[] = [];
  const tests: TestResult[] = [];
  const file = readTestFile(readText(path, problems), path);
  for (const { line, column, message } of file.problems) problems.push(`${path}:${line}:${column}: ${message}`);
  const groups = problems.length === 0 ? groupsOf(file, parts.languages, problems, warnings) : [];
  if (problems.length === 0) {
    const ordered = inOrder(groups, file.groupOrder);
    for (const test of file.tests) {
      if (only === undefined || only.test(test.name)) tests.push(await runTest(test, ordered, file, parts));
    }
  }
  return { path, problems, warnings, tests };
}

function groupsOf(
  { path, ruleFiles }: TestFile,
  languages: RuleLanguages,
  problems: string[],
  warnings: string[],
): readonly RuleGroup[] {
  const paths = new Set<string>();
  for (const pattern of ruleFiles) {
    const whole = isAbsolute(pattern) ? pattern : join(dirname(path), pattern);
    const found = globSync(whole).toSorted();
    if (found.length === 0) warnings.push(`no file matches ${whole}`);
    for (const each of found) paths.add(each);
  }
  if (paths.size > UNIT_TEST_LIMITS.maxFiles) {
    problems.push(`${path}: rule_files names more than ${UNIT_TEST_LIMITS.maxFiles} files`);
    return [];
  }
  return [...paths].flatMap((rulePath) => {
    const file = readRuleFile(readText(rulePath, problems), rulePath, languages);
    for (const { line, column, message } of file.problems) problems.push(`${rulePath}:${line}:${column}: ${message}`);
    return file.groups;
  });
}

/** '' where it cannot be read. */
function readText(path: string, problems: string[]): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    problems.push(`${path}: cannot be read: ${(error as Error).message}`);
    return '';
  }
}

/** Groups that no place was given to come with the first. */
function inOrder(groups: readonly RuleGroup[], order: readonly string[]): readonly RuleGroup[] {
  const placeOf = ({ name }: RuleGroup) => Math.max(0, order.indexOf(name));
  return groups.toSorted((one, other) => placeOf(one) - placeOf(other));
}
