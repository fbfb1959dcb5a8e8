// The command line: one file a command, put together here. Exit codes: 0 done, 1 failed, 2 wrong usage or configuration.

import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/read-config.ts';
import { ChainpulseError } from '../model/errors.ts';
import { VERSION } from '../version.ts';
import { UsageError } from './usage-error.ts';

/** Only the one that is asked for is loaded: the others would make every start longer. */
const COMMANDS = new Map<string, () => Promise<Command>>([
  ['watch', async () => (await import('./watch.ts')).watchCommand()],
  ['demo', async () => (await import('./demo.ts')).demoCommand()],
  ['check', async () => (await import('./check.ts')).checkCommand()],
  ['query', async () => (await import('./query.ts')).queryCommand()],
  ['import', async () => (await import('./import.ts')).importCommand()],
  ['export', async () => (await import('./export.ts')).exportCommand()],
  ['rules', async () => (await import('./rules.ts')).rulesCommand()],
  ['hash-password', async () => (await import('./hash-password.ts')).hashPasswordCommand()],
]);

const program = new Command('chainpulse')
  .description(
    'Watches blockchain and consensus nodes: collects, keeps history, answers PromQL and draws, in one process.',
  )
  .version(VERSION, '-V, --version', 'print the version')
  .helpOption('-h, --help', 'explain the command')
  .helpCommand('help [command]', 'explain a command')
  .showHelpAfterError('(run with --help to see what is possible)')
  .configureHelp({ sortSubcommands: false, helpWidth: Math.min(process.stdout.columns ?? 100, 110) })
  .addHelpText(
    'after',
    `
Try:
  $ chainpulse demo                                  a real node and the monitor together, in one command
  $ chainpulse watch http://127.0.0.1:9090/metrics   any Prometheus endpoint
  $ chainpulse watch evm+http://127.0.0.1:8545       an Ethereum-compatible node, over JSON-RPC
  $ chainpulse query 'up'                            ask a running monitor
`,
  )
  .exitOverride();

const asked = COMMANDS.get(process.argv[2] ?? '');
for (const load of asked === undefined ? COMMANDS.values() : [asked]) {
  program.addCommand((await load()).copyInheritedSettings(program));
}

// A reader that has read enough, such as `head`, and a terminal that was closed are no failures.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    for (const problem of error.problems) process.stderr.write(`${problem}\n`);
    return 2;
  }
  if (error instanceof ChainpulseError) {
    process.stderr.write(`chainpulse: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
  process.stderr.write(`chainpulse: unexpected failure: ${error instanceof Error ? error.stack : String(error)}\n`);
  return 1;
}
