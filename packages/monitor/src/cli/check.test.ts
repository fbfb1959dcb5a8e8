import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

const MAIN = join(import.meta.dirname, 'main.ts');
const ALYS = join(import.meta.dirname, '../check/testdata/alys');

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** In a process of its own: the exit code is part of what is promised. */
async function check(...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, ['--conditions=@chainpulse/source', MAIN, 'check', ...args]);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on('close', resolve);
  return { code: await promise, output, errors };
}

describe('chainpulse check', () => {
  let folder = '';
  let page = '';
  const server = createServer((request, response) => {
    if (request.url === '/metrics') response.setHeader('content-type', 'text/plain; version=0.0.4').end(page);
    else response.writeHead(404).end();
  });
  let address = '';

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'chainpulse-check-'));
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  });

  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  const file = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const rule = (expr: string): string =>
    `groups:\n  - name: node\n    rules:\n      - alert: Planted\n        expr: ${expr}\n        labels: { severity: warning }\n`;

  test('says first what came of it, then each finding with its place and mend', async () => {
    const path = file('state.yml', rule('chain_sync_state{state="broken"} == 1'));
    const { code, output } = await check(path);
    assert.equal(code, 1);
    const [first, , finding, mend] = output.split('\n');
    assert.match(first ?? '', /^1 rule in 1 file read against \d+ metrics of the registry .*: 1 can never fire$/);
    assert.ok(finding?.startsWith(`${path}:5:15: error: unknown-label-value: Planted: `), finding);
    assert.match(mend ?? '', /^ {2}mend: .*failed/);
  });

  test('is content with a sound rule', async () => {
    const { code, output } = await check(file('sound.yml', rule('chain_sync_state{state="failed"} == 1')));
    assert.equal(code, 0, output);
    assert.match(output, /: nothing is wrong\n$/);
  });

  test('checks against a page: what it does not show is an error, a label that a target may get is none', async () => {
    page = '# TYPE requests counter\nrequests_total{status="200"} 5\n# TYPE queue gauge\nqueue 3\n';
    const wrong = await check(file('page.yml', rule('rate(request_total[5m]) > 1')), '--against', address);
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /unknown-metric: .*\n {2}mend: Did you mean requests_total/);
    const right = await check(
      file('right.yml', rule('sum by (region) (rate(requests_total{status=~"5.."}[5m])) > 1')),
      '--against',
      address,
    );
    assert.equal(right.code, 0, right.output);
    const gauge = await check(file('gauge.yml', rule('rate(queue[5m]) > 1')), '--against', address);
    assert.match(gauge.output, /rate-on-gauge/);
  });

  test('says nothing is missing when the source does not answer', async () => {
    const { code, output } = await check(
      file('silent.yml', rule('rate(anything_total[5m]) > 1')),
      '--against',
      'http://127.0.0.1:1/metrics',
    );
    assert.equal(code, 0, output);
    assert.match(output, /note: http:\/\/127\.0\.0\.1:1\/metrics tells nothing of what it emits/);
  });

  test('finds what is wrong with the rules and the dashboard of the alys profile', async () => {
    const { code, output } = await check(ALYS, '--profile', 'alys', '--format', 'json');
    assert.equal(code, 1);
    const { findings } = JSON.parse(output) as { findings: readonly { code: string; subject: string }[] };
    assert.deepEqual(findings.map((finding) => `${finding.subject} ${finding.code}`).toSorted(), [
      'Actors quantile-without-buckets',
      'Actors unknown-metric',
      'MigrationStalled rate-on-gauge',
      'MigrationStalled stalled-when-finished',
      'MigrationStalled unknown-label',
    ]);
  });

  test('writes SARIF whose results name rules that it describes', async () => {
    const { code, output } = await check(
      file('sarif.yml', rule('chain_machine_cpu_usage_ratio > 90')),
      '--format',
      'sarif',
    );
    assert.equal(code, 1);
    const { version, runs } = JSON.parse(output) as Sarif;
    assert.equal(version, '2.1.0');
    const [run] = runs;
    const [result] = run?.results ?? [];
    assert.equal(result?.ruleId, 'impossible-threshold');
    assert.equal(run?.tool.driver.rules[result?.ruleIndex ?? -1]?.id, 'impossible-threshold');
    assert.equal(result?.level, 'error');
    assert.deepEqual(result?.locations[0]?.physicalLocation.region, { startLine: 5, startColumn: 15 });
    assert.match(result?.locations[0]?.physicalLocation.artifactLocation.uri ?? '', /^file:\/\/\/.*sarif\.yml$/);
  });

  test('leaves out what is ignored', async () => {
    const path = file('ignored.yml', rule('chain_machine_cpu_usage_ratio > 90'));
    assert.equal((await check(path, '--ignore', 'impossible-threshold')).code, 0);
  });

  test('refuses wrong usage with 2', async () => {
    for (const args of [
      [join(folder, 'none.yml')],
      ['--ignore', 'no-such-trap'],
      ['--profile', 'nobody'],
      ['--format', 'xml'],
      ['--against', join(folder, 'none.rec.zst')],
    ]) {
      const { code, errors } = await check(...args);
      assert.equal(code, 2, `${args.join(' ')}: ${errors}`);
      assert.ok(errors.length > 0);
    }
  });

  test('reads the rule files that a prometheus.yml names, with its intervals', async () => {
    file('named.yml', rule('rate(chain_transactions_processed_total[20s]) < 1'));
    const path = file(
      'prometheus.yml',
      'global:\n  scrape_interval: 30s\nrule_files: [named.yml, none.yml]\nscrape_configs: []\n',
    );
    const { code, output } = await check(path);
    assert.equal(code, 1);
    assert.match(output, /window-too-short: .*never holds two/);
    assert.match(output, /rule_files names none\.yml, and there is no such file/);
  });

  test('reads the configuration of the monitor', async () => {
    const wrong = await check(file('wrong.yaml', 'targets: []\nrules:\n  evaluationInterval: soon\n'));
    assert.equal(wrong.code, 1);
    assert.match(wrong.output, /wrong\.yaml:3:\d+: error: invalid-file/);
    const right = await check(
      file(
        'right.yaml',
        'targets:\n  - url: http://127.0.0.1:9100/metrics\nrules:\n  disabled: [RuleEvaluationsMissed]\n',
      ),
    );
    assert.equal(right.code, 0, right.output);
  });
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number; readonly startColumn: number };
        };
      }[];
    }[];
  }[];
}
