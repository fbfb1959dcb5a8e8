// `npm run check`: format, lint, types, dependency directions and dead code. Every check runs, also after one failed, so
// that one run tells everything.

import { spawnSync } from 'node:child_process';

interface Check {
  readonly name: string;
  readonly command: readonly string[];
  /** Looks at the output of a command that exited with 0; a sentence when it is not to be trusted. */
  readonly distrust?: (output: string) => string | undefined;
}

const CHECKS: readonly Check[] = [
  { name: 'lock file', command: [process.execPath, 'scripts/lock-file.ts', '--check'] },
  { name: 'format and lint', command: ['biome', 'check', '.'] },
  { name: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
  { name: 'types of the page', command: ['tsc', '-p', 'packages/console/tsconfig.json'] },
  {
    name: 'typed lint',
    command: ['oxlint', '--type-aware', '--deny-warnings', 'packages', 'bench', 'test', 'scripts'],
  },
  {
    name: 'dependency directions',
    command: ['depcruise', '--config', '.dependency-cruiser.mjs', 'packages'],
    distrust: sawNoModules,
  },
  { name: 'dead code', command: ['knip'] },
];

/** Without a parser that knows TypeScript, dependency-cruiser sees no module and finds nothing wrong. */
function sawNoModules(output: string): string | undefined {
  const modules = Number(/\((\d+) modules/.exec(output)?.[1] ?? 0);
  return modules > 50 ? undefined : `it saw only ${modules} modules`;
}

let failures = 0;
for (const { name, command, distrust } of CHECKS) {
  const [program = '', ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  const why = status === 0 ? distrust?.(stdout) : `exit ${status}`;
  if (why === undefined) {
    console.log(`ok      ${name}`);
    continue;
  }
  failures++;
  console.log(`FAILED  ${name} (${why}): ${command.join(' ')}\n${stdout}${stderr}`);
}
process.exitCode = failures === 0 ? 0 : 1;
