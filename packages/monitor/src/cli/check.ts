// `chainpulse check`: proves that alerts can fire and clear, and that panels can fill.

import { PROFILE_NAMES, type ProfileName } from '@chainpulse/instrument';
import { Command, Option } from 'commander';
import { findEvidence } from '../check/evidence/find-evidence.ts';
import { readInputs } from '../check/files/read-inputs.ts';
import { LEVELS, type Level } from '../check/interface.ts';
import { jsonReport } from '../check/report/json.ts';
import { sarifReport } from '../check/report/sarif.ts';
import { textReport } from '../check/report/text.ts';
import { type CheckResult, namedMetrics, runCheck } from '../check/run-check.ts';
import { READING_TRAPS, TRAPS } from '../check/traps/index.ts';
import { ChainpulseError } from '../model/errors.ts';
import { readOwnConfig, shippedRules } from './checked-config.ts';
import { UsageError } from './usage-error.ts';

const REPORTS = { text: textReport, json: jsonReport, sarif: sarifReport } as const;

interface CheckOptions {
  readonly against: readonly string[];
  readonly profile: readonly ProfileName[];
  readonly format: keyof typeof REPORTS;
  readonly level: Level;
  readonly ignore: readonly string[];
}

export function checkCommand(): Command {
  const gathered = (value: string, before: readonly string[]) => [...before, value];
  return new Command('check')
    .description('Prove that alerts can fire and clear and panels can fill, against what is emitted.')
    .argument(
      '[files...]',
      'rule files, dashboards, prometheus.yml, chainpulse.yaml, folders and patterns (default: the shipped rules)',
    )
    .addOption(
      new Option(
        '--against <source>',
        'what is emitted: a target, a recording (FILE.rec.zst) or a Prometheus; may be repeated (default: the registry)',
      )
        .argParser(gathered)
        .default([], 'the registry'),
    )
    .addOption(
      new Option('--profile <name>', 'a naming profile whose names are emitted; may be repeated')
        .choices(PROFILE_NAMES)
        .argParser((value: string, before: readonly string[]) => {
          if (!PROFILE_NAMES.includes(value as ProfileName)) {
            throw new UsageError(`--profile ${value}: the profiles are ${PROFILE_NAMES.join(', ')}`);
          }
          return [...before, value];
        })
        .default([], 'none'),
    )
    .addOption(
      new Option('--format <format>', 'how to print the findings').choices(Object.keys(REPORTS)).default('text'),
    )
    .addOption(new Option('--level <level>', 'the lowest level that is told').choices(LEVELS).default('warning'))
    .addOption(
      new Option('--ignore <code>', 'a trap that is not told; may be repeated').argParser(gathered).default([], 'none'),
    )
    .addHelpText(
      'after',
      `
The exit code is 0 when nothing is found at level error, 1 when something is, 2 when the files or options cannot be read.
What each code means is in docs/reference/check.md.

Examples:
  $ chainpulse check
  $ chainpulse check rules/ dashboards/*.json --against http://127.0.0.1:9090
  $ chainpulse check prometheus.yml --against http://127.0.0.1:9100/metrics --format sarif > check.sarif
  $ chainpulse check alerts.yml --profile alys --level info --ignore severity-routing
`,
    )
    .action(check);
}

async function check(paths: readonly string[], options: CheckOptions): Promise<void> {
  const known = new Set([...READING_TRAPS, ...TRAPS].map(({ code }) => code));
  for (const code of options.ignore) {
    if (!known.has(code))
      throw new UsageError(`--ignore ${code}: there is no such trap; they are ${[...known].join(', ')}`);
  }
  const result = await usable(async () => {
    const inputs = readInputs({ paths, texts: paths.length === 0 ? shippedRules() : [], readOwnConfig });
    const sources = await findEvidence({
      against: options.against,
      profiles: options.profile,
      names: namedMetrics(inputs),
    });
    return runCheck(inputs, sources);
  });
  const told = withLevel(result, options);
  process.stdout.write(REPORTS[options.format](told));
  if (told.findings.some(({ level }) => level === 'error')) process.exitCode = 1;
}

function withLevel(result: CheckResult, { level, ignore }: CheckOptions): CheckResult {
  const lowest = LEVELS.indexOf(level);
  const findings = result.findings.filter(
    (finding) => LEVELS.indexOf(finding.level) <= lowest && !ignore.includes(finding.code),
  );
  return { ...result, findings };
}

/** What cannot be read is wrong usage. */
async function usable<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof ChainpulseError)) throw error;
    throw new UsageError(error.message);
  }
}
