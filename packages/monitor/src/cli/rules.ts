// `chainpulse rules`: alerting and recording rules before they run: their unit tests, their files for Prometheus, and rules from the
// thresholds of a dashboard.

import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { completeConfig, readConfigFile } from '../config/read-config.ts';
import type { Config } from '../config/schema.ts';
import { parseDurationMs } from '../model/duration.ts';
import { ChainpulseError } from '../model/errors.ts';
import type { RuleFile } from '../rules/interface.ts';
import { UNIT_TEST_LIMITS } from '../rules/unit-test/limits.ts';
import { REPORT_FORMATS, type ReportFormat } from '../rules/unit-test/report.ts';
import { UsageError } from './usage-error.ts';

const DEFAULT_CONFIG = 'chainpulse.yaml';
const YAML_FILES = '**/*.{yaml,yml}';
/** A file of tests, whatever its name is. */
const HAS_TESTS = /^tests\s*:/m;
const STANDARD_OUTPUT = '-';

export function rulesCommand(): Command {
  return new Command('rules')
    .description('Test rules, write them for Prometheus, make them from a dashboard.')
    .addCommand(testCommand())
    .addCommand(exportCommand())
    .addCommand(dashboardCommand());
}

interface TestOptions {
  readonly format: ReportFormat;
  readonly run?: string;
}

function testCommand(): Command {
  return new Command('test')
    .description("Run unit tests of rules, in the format of Prometheus' promtool.")
    .argument('<files...>', 'files of tests, folders that have some, or patterns')
    .addOption(new Option('--format <format>', 'how to report').choices(REPORT_FORMATS).default('text'))
    .option('--run <pattern>', 'only tests whose name matches this regular expression')
    .addHelpText(
      'after',
      `
Exit codes: 0 all pass, 1 some fail or cannot be tested, 2 there is nothing to test.
The format: https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/

Examples:
  $ chainpulse rules test rules/tests
  $ chainpulse rules test 'rules/**/*.test.yaml' --format junit > rules.xml
`,
    )
    .action(test);
}

async function test(patterns: readonly string[], { format, run }: TestOptions): Promise<void> {
  const paths = testFiles(patterns);
  const only = run === undefined ? undefined : patternOf(run);
  const { RULE_TEST_PARTS } = await import('../app/rule-tests.ts');
  const { runTestFile } = await import('../rules/unit-test/run-test-file.ts');
  const { reportOf } = await import('../rules/unit-test/report.ts');
  const { hasPassed } = await import('../rules/unit-test/interface.ts');
  const results = [];
  for (const path of paths) {
    results.push(await runTestFile(path, RULE_TEST_PARTS, only === undefined ? {} : { only }));
  }
  process.stdout.write(reportOf(results, format));
  process.exitCode = results.every(hasPassed) ? 0 : 1;
}

/** @throws {UsageError} when there are none. */
function testFiles(patterns: readonly string[]): readonly string[] {
  const paths = new Set<string>();
  for (const pattern of patterns) {
    const found = existsSync(pattern) ? filesAt(pattern) : globSync(pattern).toSorted().flatMap(filesAt);
    if (found.length === 0) throw new UsageError(`${pattern}: there is no file of tests, that is, YAML with "tests:"`);
    for (const path of found) paths.add(path);
  }
  if (paths.size > UNIT_TEST_LIMITS.maxFiles) {
    throw new UsageError(`these are more than ${UNIT_TEST_LIMITS.maxFiles} files: run them in parts`);
  }
  return [...paths];
}

/** A file is meant whatever it holds; of a folder, those that hold tests. */
function filesAt(path: string): readonly string[] {
  if (!statSync(path).isDirectory()) return [path];
  return globSync(YAML_FILES, { cwd: path, exclude: ['**/node_modules/**'] })
    .toSorted()
    .map((name) => join(path, name))
    .filter((file) => HAS_TESTS.test(readFileSync(file, 'utf8')));
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new UsageError(`--run: ${(error as Error).message}`);
  }
}

interface ExportOptions {
  readonly config?: string;
  readonly runbookUrl?: string;
  readonly shipped: boolean;
}

function exportCommand(): Command {
  return new Command('export')
    .description('Write the rules that a configuration asks for as files that Prometheus takes.')
    .argument('<folder>', `where to write them; ${STANDARD_OUTPUT} for one file on stdout`)
    .option('-c, --config <file>', `configuration file (default ${DEFAULT_CONFIG}, when it exists)`)
    .option('--runbook-url <address>', 'where the runbooks of shipped alerts are; the name of the alert follows')
    .option('--no-shipped', 'leave out the shipped alerts')
    .addOption(new Option('--for <system>', 'what is to take them').choices(['prometheus']).default('prometheus'))
    .addOption(new Option('--format <format>', 'how to write them').choices(['yaml']).default('yaml'))
    .addHelpText(
      'after',
      `
Shipped alerts are written with the thresholds and chains of the configuration. For targets with an adapter the
folder "relabel" has what belongs into their scrape_configs. What Prometheus 2.42 would refuse is told on stderr.
Exit codes: 0 written, 1 written without groups that are wrong, 2 wrong usage or configuration.

Examples:
  $ chainpulse rules export /etc/prometheus/rules --config chainpulse.yaml
  $ chainpulse rules export - --no-shipped
`,
    )
    .action(exportRules);
}

async function exportRules(folder: string, options: ExportOptions): Promise<void> {
  const { config, directory } = readConfig(options);
  const { rulesForPrometheus } = await import('../app/exported-rules.ts');
  const { exportedAsOne, exportedFiles } = await import('../rules/export/exported-files.ts');
  const { files, relabelConfigs } = rulesForPrometheus({ config, directory, runbookUrl: options.runbookUrl });
  const isStream = folder === STANDARD_OUTPUT;
  const { files: written, warnings } = isStream ? exportedAsOne(files) : exportedFiles(files);
  if (isStream) process.stdout.write(written.map(({ text }) => text).join(''));
  else {
    writeAll(folder, written);
    if (relabelConfigs.length > 0) {
      writeAll(
        join(folder, 'relabel'),
        relabelConfigs.map(([adapter, text]) => ({ name: `${adapter}.yaml`, text })),
      );
    }
    process.stderr.write(`${written.length} rule files written to ${folder}\n`);
  }
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  if (tellProblems(files)) process.exitCode = 1;
}

function writeAll(folder: string, files: readonly { readonly name: string; readonly text: string }[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of files) writeFileSync(join(folder, name), text);
  } catch (error) {
    throw new ChainpulseError('rules_unwritable', `${folder} cannot be written: ${(error as Error).message}`);
  }
}

function tellProblems(files: readonly RuleFile[]): boolean {
  const problems = files.flatMap((file) => file.problems);
  for (const { path, line, column, group, message } of problems) {
    const what = group === undefined ? 'the file' : `group "${group}"`;
    process.stderr.write(`${path}:${line}:${column}: ${message} (${what} is left out)\n`);
  }
  return problems.length > 0;
}

function readConfig({ config: path, shipped }: ExportOptions): { readonly config: Config; readonly directory: string } {
  const file = path ?? (existsSync(DEFAULT_CONFIG) ? DEFAULT_CONFIG : undefined);
  const input = file === undefined ? {} : readConfigFile(file);
  const rules = shipped ? input.rules : { ...input.rules, shipped: false };
  const config = completeConfig(rules === undefined ? input : { ...input, rules });
  return { config, directory: file === undefined ? process.cwd() : dirname(resolve(file)) };
}

interface DashboardOptions {
  readonly for: string;
  readonly output: string;
}

function dashboardCommand(): Command {
  return new Command('from-dashboard')
    .description("Make alert rules from the thresholds of a Grafana dashboard's panels.")
    .argument('<file>', 'a dashboard as Grafana exports it, JSON')
    .option('--for <duration>', 'how long a value must be beyond a threshold', '5m')
    .option('-o, --output <file>', 'where to write the rule file', STANDARD_OUTPUT)
    .addHelpText(
      'after',
      `
Red becomes severity critical, orange and yellow warning; the colours say on which side of a value it is bad. Panels
that become no rule are told with the reason, on stderr and in the file.

Example:
  $ chainpulse rules from-dashboard dashboard.json --for 10m -o rules/dashboard.yaml
`,
    )
    .action(fromDashboard);
}

async function fromDashboard(path: string, options: DashboardOptions): Promise<void> {
  const forMs = parseDurationMs(options.for);
  if (forMs === undefined) throw new UsageError(`--for "${options.for}" is no duration: write for example 5m`);
  const { readDashboard } = await import('../rules/export/dashboard/read-dashboard.ts');
  const { dashboardRules } = await import('../rules/export/dashboard/dashboard-rules.ts');
  const { text, rules, refused } = dashboardRules(readDashboard(readText(path), path), { forMs });
  for (const each of refused) process.stderr.write(`no rule from ${each}\n`);
  if (text === undefined) {
    throw new ChainpulseError('dashboard_without_rules', `${path}: no panel has thresholds that make a rule.`);
  }
  if (options.output === STANDARD_OUTPUT) process.stdout.write(text);
  else {
    writeAll(dirname(options.output), [{ name: basename(options.output), text }]);
    process.stderr.write(`${rules} rules written to ${options.output}\n`);
  }
}

/** @throws {UsageError} */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
