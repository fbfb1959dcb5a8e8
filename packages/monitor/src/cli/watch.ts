// `chainpulse watch`: the monitor.

import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Command } from 'commander';
import { completeConfig, readConfigFile } from '../config/read-config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { settingsWithoutEffect } from '../config/without-effect.ts';
import { addMonitorOptions, type MonitorOptions, withOptions } from './monitor-options.ts';
import { announce, runUntilStopped } from './run-monitor.ts';

const DEFAULT_FILE = 'chainpulse.yaml';

interface WatchOptions extends MonitorOptions {
  readonly config?: string;
}

export function watchCommand(): Command {
  const command = new Command('watch')
    .description('Watch nodes: collect, keep history, serve the page and the API.')
    .argument('[target...]', 'what to watch; without one, this machine')
    .option('-c, --config <file>', `configuration file (default ${DEFAULT_FILE}, when it exists)`);
  return addMonitorOptions(command, { data: 'chainpulse-data', logLevel: 'info' })
    .addHelpText(
      'after',
      `
Targets:
  http://127.0.0.1:9090/metrics          a Prometheus or OpenMetrics endpoint (https too)
  evm+http://127.0.0.1:8545              an Ethereum-compatible node, over its JSON-RPC
  replay:FILE.rec.zst                    a recording, played as if it happened now
  replay:FILE.rec.zst?speed=10           … ten times as fast
  replay:FILE.rec.zst?time=original      … with the time of the recording

Every 5 s each target is asked once; labels, intervals, limits and credentials of single targets go into the
configuration file. The page, PromQL API and health answer on http://127.0.0.1:8090.

Examples:
  $ chainpulse watch http://127.0.0.1:9090/metrics evm+http://127.0.0.1:8545
  $ chainpulse watch --config chainpulse.yaml --retention 90d
  $ chainpulse watch 'replay:incident.rec.zst?speed=10' --data /tmp/incident
`,
    )
    .action(watch);
}

async function watch(targets: readonly string[], options: WatchOptions): Promise<void> {
  const input = withTargets(readInput(options.config), targets);
  const given = withOptions(input, options);
  const config = completeConfig(given);
  const warnings = settingsWithoutEffect(given, config);
  // The whole monitor: the other commands need neither it nor the memory that it takes.
  const { startMonitor } = await import('../app/start-monitor.ts');
  await runUntilStopped(async (onFailure) => {
    const rulesSource = {
      directory: options.config === undefined ? process.cwd() : dirname(resolve(options.config)),
      readConfig: () => completeConfig(withOptions(withTargets(readInput(options.config), targets), options)),
    };
    const monitor = await startMonitor(config, { onFailure, warnings, rulesSource });
    announce(monitor);
    return monitor;
  });
}

function readInput(path: string | undefined): ConfigInput {
  if (path !== undefined) return readConfigFile(path);
  return existsSync(DEFAULT_FILE) ? readConfigFile(DEFAULT_FILE) : {};
}

function withTargets(config: ConfigInput, addresses: readonly string[]): ConfigInput {
  return { ...config, targets: [...(config.targets ?? []), ...addresses.map((url) => ({ url }))] };
}
