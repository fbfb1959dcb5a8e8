// `chainpulse demo`: a real node under steady traffic and the monitor together, in one command.

import { join } from 'node:path';
import { Command, Option } from 'commander';
import { assertPortFree } from '../app/port.ts';
import { startMonitor } from '../app/start-monitor.ts';
import { completeConfig } from '../config/read-config.ts';
import { startDemoNode } from '../demo/demo-node.ts';
import { addMonitorOptions, type MonitorOptions, withOptions } from './monitor-options.ts';
import { announce, runUntilStopped } from './run-monitor.ts';

const DEFAULT_DATA = 'chainpulse-data/demo';
const INTERVAL = '2s';

export function demoCommand(): Command {
  const command = new Command('demo').description(
    'Start a real node with traffic, and the monitor watching it and this machine.',
  );
  return addMonitorOptions(command, DEFAULT_DATA)
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
  const input = withOptions({ storage: { directory: DEFAULT_DATA }, log: { level: 'warn' } }, options);
  const settled = completeConfig(input);
  await assertPortFree(settled.server);
  await runUntilStopped(async (onFailure) => {
    const node = await startDemoNode({ stateDirectory: join(settled.storage.directory, 'anvil') });
    try {
      const target = {
        url: `evm+${node.url}`,
        job: 'demo',
        chain: 'anvil',
        node: 'anvil-1',
        interval: INTERVAL,
        timeout: INTERVAL,
      };
      const monitor = await startMonitor(completeConfig({ ...input, targets: [target] }), { onFailure });
      announce(monitor);
      process.stdout.write(`
The node is anvil, pid ${node.pid}. To see an outage:    kill ${node.pid}
To start it again, in another terminal:
  ${node.restartCommand}
`);
      return {
        stop: async () => {
          await monitor.stop();
          await node.stop();
        },
      };
    } catch (error) {
      await node.stop();
      throw error;
    }
  });
}
