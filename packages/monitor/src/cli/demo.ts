// `chainpulse demo`: a real node under steady traffic and the monitor together, in one command.

import { join } from 'node:path';
import { Command, Option } from 'commander';
import { completeConfig } from '../config/read-config.ts';
import type { TargetConfig } from '../config/schema.ts';
import type { DemoNode } from '../demo/demo-node.ts';
import { addMonitorOptions, type MonitorOptions, withOptions } from './monitor-options.ts';
import { announce, runUntilStopped } from './run-monitor.ts';

const DEFAULTS = { data: 'chainpulse-data/demo', logLevel: 'warn' } as const;
const INTERVAL = '2s';

export function demoCommand(): Command {
  const command = new Command('demo').description(
    'Start a real node with traffic, and the monitor watching it and this machine.',
  );
  return addMonitorOptions(command, DEFAULTS)
    .addOption(new Option('--chain <kind>', 'the node to start').choices(['evm']).default('evm'))
    .addHelpText(
      'after',
      `
The node is anvil, an Ethereum-compatible development node, on loopback with a block a second: transfers, a contract
that is deployed and called, and some transactions that fail. Its chain is kept in the data folder. Ctrl-C ends both.

To see an outage, end the node by the pid that is printed, and start it again with the command that is printed.
`,
    )
    .action(demo);
}

async function demo(options: MonitorOptions): Promise<void> {
  const input = withOptions({ storage: { directory: DEFAULTS.data }, log: { level: DEFAULTS.logLevel } }, options);
  const config = completeConfig(input);
  // The other commands need neither of them, nor the memory that they take.
  const { startMonitor } = await import('../app/start-monitor.ts');
  const { startDemoNode } = await import('../demo/demo-node.ts');
  await runUntilStopped(async (onFailure) => {
    let advice = '';
    const startNode = async () => {
      const node = await startDemoNode({ stateDirectory: join(config.storage.directory, 'anvil') });
      advice = adviceOn(node);
      return { target: targetOf(node), stop: () => node.stop() };
    };
    const monitor = await startMonitor(config, { onFailure, startNode });
    announce(monitor);
    process.stdout.write(advice);
    return monitor;
  });
}

function adviceOn({ pid, restartCommand }: DemoNode): string {
  return `
The node is anvil, pid ${pid}. To see an outage:    kill ${pid}
To start it again, in another terminal:
  ${restartCommand}
`;
}

function targetOf({ url }: DemoNode): TargetConfig {
  const target = {
    url: `evm+${url}`,
    job: 'demo',
    chain: 'anvil',
    node: 'anvil-1',
    interval: INTERVAL,
    timeout: INTERVAL,
    chainParameters: { preset: 'evm-dev' as const },
  };
  return completeConfig({ targets: [target] }).targets[0]!;
}
