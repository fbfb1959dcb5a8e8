// The example of the guide: its files, the command, and what it prints.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const GUIDE = readFileSync(join(ROOT, 'docs/guide/rules.md'), 'utf8');
const FILE = /```yaml (?<path>\S+)\n(?<text>.*?)```\n/gs;
const RUN = /```sh\nchainpulse (?<command>rules test [^\n]+)\n```\n\n```text\n(?<output>.*?)```\n/s;

test('the tests of the guide print what it shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-rules-guide-'));
  try {
    for (const { groups } of GUIDE.matchAll(FILE)) {
      const path = join(folder, groups!['path']!);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, groups!['text']!);
    }
    const { command = '', output } = RUN.exec(GUIDE)?.groups ?? {};
    const { status, stdout, stderr } = chainpulse(command.split(' '), folder);
    assert.equal(stdout, output, stderr);
    assert.equal(status, 1);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('without anything to test, usage is what is wrong', () => {
  const { status, stderr } = chainpulse(['rules', 'test', 'nothing/*.yaml'], ROOT);
  assert.equal(status, 2);
  assert.match(stderr, /there is no file of tests/);
});

test('what is exported without a configuration are the shipped alerts, and nothing is wrong with them', () => {
  const { status, stdout, stderr } = chainpulse(['rules', 'export', '-'], tmpdir());
  assert.equal(stderr, '');
  assert.equal(status, 0);
  assert.match(stdout, /alert: NodeDown/);
  assert.match(stdout, /runbook_url: http:\/\/127\.0\.0\.1:8090\/runbooks\/NodeDown/);
});

test('rules of a dashboard are accepted as a rule file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-rules-dashboard-'));
  try {
    const steps = [
      { color: 'green', value: null },
      { color: 'red', value: 3 },
    ];
    const fieldConfig = { defaults: { thresholds: { mode: 'absolute', steps } } };
    const panel = { title: 'Errors', type: 'stat', targets: [{ refId: 'A', expr: 'errors' }], fieldConfig };
    writeFileSync(join(folder, 'board.json'), JSON.stringify({ title: 'Board', panels: [panel] }));
    const made = chainpulse(['rules', 'from-dashboard', 'board.json', '-o', 'rules.yaml'], folder);
    assert.equal(made.status, 0, made.stderr);
    const tests = `rule_files: [rules.yaml]
tests:
  - input_series: [{ series: errors, values: '4x10' }]
    alert_rule_test:
      - eval_time: 5m
        alertname: Errors
        exp_alerts: [{ exp_labels: { severity: critical }, exp_annotations: { summary: "Errors is 4, at or above 3" } }]
`;
    writeFileSync(join(folder, 'rules.test.yaml'), tests);
    const tested = chainpulse(['rules', 'test', '.', '--format', 'json'], folder);
    assert.equal(tested.status, 0, tested.stdout);
    assert.equal((JSON.parse(tested.stdout) as { passed: boolean }).passed, true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function chainpulse(args: readonly string[], cwd: string) {
  const main = join(ROOT, 'packages/monitor/src/cli/main.ts');
  return spawnSync(process.execPath, ['--conditions=@chainpulse/source', main, ...args], { cwd, encoding: 'utf8' });
}
