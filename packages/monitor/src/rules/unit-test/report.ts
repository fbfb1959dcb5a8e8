// What came of tests, for people, programs and CI.

import { durationText } from '../../promql/go-text.ts';
import { hasPassed, type TestFailure, type TestFileResult, type TestResult } from './interface.ts';

export const REPORT_FORMATS = ['text', 'json', 'junit'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

const INDENT = '      ';

export function reportOf(results: readonly TestFileResult[], format: ReportFormat): string {
  switch (format) {
    case 'text':
      return textReport(results);
    case 'json':
      return `${JSON.stringify({ passed: results.every(hasPassed), files: results.map(jsonOf) }, undefined, 2)}\n`;
    case 'junit':
      return junitReport(results);
  }
}

function textReport(results: readonly TestFileResult[]): string {
  const lines = results.flatMap(fileLines);
  const tests = results.flatMap((result) => result.tests);
  const failed = tests.filter(({ failures }) => failures.length > 0).length;
  const unread = results.filter(({ problems }) => problems.length > 0).length;
  const parts = [
    `${counted(tests.length, 'test')} of ${counted(results.length, 'file')}`,
    failed === 0 ? (unread === 0 ? 'all pass' : '') : `${failed} failed`,
    unread === 0 ? '' : `${counted(unread, 'file')} could not be tested`,
  ];
  return `${[...lines, parts.filter((part) => part !== '').join(', ')].join('\n')}\n`;
}

function fileLines(result: TestFileResult): readonly string[] {
  const { path, problems, warnings, tests } = result;
  const failed = tests.filter(({ failures }) => failures.length > 0);
  const count =
    failed.length === 0 ? counted(tests.length, 'test') : `${failed.length} of ${counted(tests.length, 'test')}`;
  return [
    `${hasPassed(result) ? 'ok    ' : 'FAILED'}  ${path}  ${problems.length === 0 ? count : 'not tested'}`,
    ...warnings.map((warning) => `    warning: ${warning}`),
    ...problems.map((problem) => `    ${problem}`),
    ...failed.flatMap((test) => test.failures.map((failure) => failureText(path, test, failure))),
  ];
}

function failureText(path: string, { name }: TestResult, failure: TestFailure): string {
  const { place, subject, timeMs, message, expected, got } = failure;
  const time = timeMs === undefined ? '' : `, time: ${durationText(timeMs)}`;
  const head = `    ${path}:${place.line}:${place.column}: name: ${name}, ${subject}${time}`;
  if (message !== undefined) return `${head}\n${indented(message)}`;
  return `${head}\n${indented(`exp: ${expected}`)}\n${indented(`got: ${got}`)}`;
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => INDENT + line)
    .join('\n');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function jsonOf(result: TestFileResult): object {
  const { path, problems, warnings, tests } = result;
  const written = tests.map(({ name, place, durationMs, failures }) => ({
    name,
    line: place.line,
    passed: failures.length === 0,
    durationSeconds: durationMs / 1000,
    failures: failures.map(({ place: at, timeMs, ...rest }) => ({
      line: at.line,
      column: at.column,
      ...(timeMs === undefined ? {} : { timeSeconds: timeMs / 1000 }),
      ...rest,
    })),
  }));
  return { path, passed: hasPassed(result), problems, warnings, tests: written };
}

/** https://github.com/testmoapp/junitxml */
function junitReport(results: readonly TestFileResult[]): string {
  const suites = results.map(({ path, problems, tests }) => {
    const failures = tests.filter((test) => test.failures.length > 0).length;
    const cases = tests.flatMap(({ name, durationMs, failures: failed }) => [
      `    <testcase name="${escaped(name)}" classname="${escaped(path)}" time="${(durationMs / 1000).toFixed(3)}">`,
      ...failed.map((failure) => {
        const text = failureText(path, { name } as TestResult, failure);
        return `      <failure message="${escaped(failure.subject)}">${escaped(text)}</failure>`;
      }),
      '    </testcase>',
    ]);
    const errors = problems.map(
      (problem) =>
        `    <testcase name="${escaped(path)}"><error message="not tested">${escaped(problem)}</error></testcase>`,
    );
    const counts = `tests="${tests.length + errors.length}" failures="${failures}" errors="${errors.length}"`;
    return [`  <testsuite name="${escaped(path)}" ${counts}>`, ...errors, ...cases, '  </testsuite>'].join('\n');
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('\n')}\n</testsuites>\n`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text
    .replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!)
    .replaceAll(/[^\t\n\r -￿]|[￾￿]/gu, (character) => (character > '￿' ? character : '�'));
}
