// Debian's promtool as a client: what it asks of Prometheus 3 and of our server that hold the same, in each format that it prints, with
// the same text, the same complaints and the same exit code. Its 2.42 has no check of health and readiness; those paths are asked directly.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { NOW_MS } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { skipWithout } from '../testing/server-process.ts';
import { ask } from './both-sides.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, writeTo } from './prometheus-3.ts';
import { startBoth } from './servers.ts';
import { sweptSeries } from './sweep/samples.ts';

const PROMTOOL = '/usr/bin/promtool';
const SKIP = skipWithout([{ path: PROMTOOL, debianPackage: 'prometheus' }]) || SKIP_WITHOUT_PROMETHEUS_3;
const NOW = NOW_MS / 1000;
const AT = `--time=${NOW}`;
const RANGE = [`--start=${NOW - 40}`, `--end=${NOW}`];
/** Stands for the address of the server. */
const SERVER = 'SERVER';
/** Commands that find nothing, and those alone, may print nothing. */
const FINDS_NOTHING = /^(--match=)?nothing$|^not a name$|^--end=1$/;

const INSTANT: readonly string[] = [
  'steps',
  'steps[1m]',
  'sort(odd)',
  'topk(3, odd)',
  'nothing',
  '1e21',
  '(-Inf)',
  '"a<b>"',
  'rate(steps[1m])',
  '{"dotted.name"}',
  'sum(',
  'steps + on(nothing) group_left odd',
  'odd * on(nothing) odd',
  '{}',
  '',
];
const RANGES: readonly string[] = ['steps', 'odd', 'vector(1)', 'nothing', 'sum(', 'steps[1m]', '"a"'];
const MATCHERS: readonly (readonly string[])[] = [
  ['--match=steps'],
  ['--match=steps', '--match=odd{case="1"}'],
  ['--match={"dotted.name"}'],
  ['--match=nothing'],
  ['--match={}'],
  ['--match=sum(steps)'],
  ['--match=steps{'],
  [],
];
const LABELS: readonly string[] = ['__name__', 'case', 'word', 'a.b', 'nothing', 'not a name'];

const COMMANDS: readonly (readonly string[])[] = [
  ...['promql', 'json'].flatMap((format) => [
    ...INSTANT.map((expression) => ['query', 'instant', `--format=${format}`, AT, SERVER, expression]),
    ...RANGES.map((expression) => ['query', 'range', `--format=${format}`, ...RANGE, '--step=4s', SERVER, expression]),
    ...MATCHERS.map((matchers) => ['query', 'series', `--format=${format}`, ...matchers, ...RANGE, SERVER]),
    ...LABELS.map((name) => ['query', 'labels', `--format=${format}`, ...RANGE, SERVER, name]),
  ]),
  ['query', 'instant', '--time=2023-11-14T22:13:20.5Z', SERVER, 'time()'],
  ['query', 'instant', '--time=-1.5', SERVER, 'time()'],
  ['query', 'instant', '--time=x', SERVER, 'time()'],
  ['query', 'range', '--start=1', '--end=0', '--step=1s', SERVER, 'time()'],
  ['query', 'range', '--start=0', '--end=11001', '--step=1s', SERVER, 'time()'],
  ['query', 'range', '--start=0', '--end=3', '--step=500ms', SERVER, 'time()'],
  ['query', 'range', '--start=-2', '--end=3', '--step=0s', SERVER, 'time()'],
  ['query', 'range', ...RANGE, '--step=4s', '--header=X-A=b', SERVER, 'steps'],
  ['query', 'series', '--match=steps', '--start=0', '--end=1', SERVER],
  ['query', 'series', '--match=steps', ...RANGE, SERVER],
  ['query', 'labels', '--start=0', '--end=1', SERVER, 'case'],
  ['query', 'labels', '--match=steps', ...RANGE, SERVER, '__name__'],
  ['query', 'labels', '--match=steps', '--match=odd', ...RANGE, SERVER, '__name__'],
];

test('promtool prints the same of both', { skip: SKIP }, async (t) => {
  const { theirs, ours } = await startBoth(t);
  for (const address of [theirs, ours]) await writeTo(address, sweptSeries());
  const mismatches: string[] = [];
  const empty: (readonly string[])[] = [];
  for (const command of COMMANDS) {
    const [expected, actual] = await Promise.all([run(command, theirs), run(command, ours)]);
    if (expected.exitCode === 0 && /^(\[\])?\s*$/.test(expected.stdout)) empty.push(command);
    if (JSON.stringify(expected) === JSON.stringify(actual)) continue;
    mismatches.push(`${command.join(' ')}\n${JSON.stringify(expected)}\n${JSON.stringify(actual)}`);
  }
  assert.deepEqual(mismatches, []);
  assert.deepEqual(
    empty,
    COMMANDS.filter((command) => command.some((argument) => FINDS_NOTHING.test(argument))),
  );
  for (const path of ['/-/healthy', '/-/ready']) {
    const answers = await Promise.all([theirs, ours].map((address) => ask(address, path)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200],
      path,
    );
  }
});

interface Printed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: readonly string[], address: string): Promise<Printed> {
  const args = command.map((argument) => (argument === SERVER ? address : argument));
  return new Promise((resolve) => {
    execFile(PROMTOOL, args, (error, stdout, stderr) => {
      const code = error?.code ?? 0;
      const printed = [stdout, stderr].map((text) => text.replaceAll(address, SERVER));
      resolve({ exitCode: typeof code === 'number' ? code : -1, stdout: printed[0]!, stderr: printed[1]! });
    });
  });
}
