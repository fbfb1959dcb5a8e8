// The options that `watch` and `demo` share, and how they go on top of the configuration file.

import type { Command } from 'commander';
import type { ConfigInput } from '../config/schema.ts';

export interface MonitorOptions {
  readonly host?: string;
  readonly port?: string;
  readonly data?: string;
  readonly retention?: string;
  /** false with --no-machine. */
  readonly machine: boolean;
  readonly logLevel?: string;
  readonly webConfig?: string;
  readonly insecure?: boolean;
  readonly enableAdminApi?: boolean;
}

export interface Defaults {
  readonly data: string;
  readonly logLevel: string;
}

export function addMonitorOptions(command: Command, defaults: Defaults): Command {
  return command
    .option('--host <address>', 'address to listen on; any but loopback demands users and TLS (default 127.0.0.1)')
    .option('--port <number>', 'port of the page and the API; 0 takes a free one (default 8090)')
    .option('--web-config <file>', "users and TLS, in the format of Prometheus' web configuration")
    .option('--insecure', 'listen on any address all the same, without users and TLS')
    .option('--enable-admin-api', 'let the API delete series and take snapshots')
    .option('--data <folder>', `where the history is kept (default ${defaults.data})`)
    .option('--retention <duration>', 'how long history is kept, such as 30d, or unlimited (default 30d)')
    .option('--no-machine', "leave this machine's and the monitor's own metrics out of the store")
    .option(
      '--log-level <level>',
      `debug, info, warn, error or silent (default ${defaults.logLevel}); the log goes to stderr`,
    );
}

/** The configuration with what the command line says on top. Validation is the schema's. */
export function withOptions(config: ConfigInput, options: MonitorOptions): ConfigInput {
  return {
    ...config,
    server: {
      ...config.server,
      ...(options.host !== undefined && { host: options.host }),
      ...(options.port !== undefined && { port: /^\d+$/.test(options.port) ? Number(options.port) : Number.NaN }),
      ...(options.webConfig !== undefined && { webConfig: options.webConfig }),
      ...(options.insecure === true && { insecure: true }),
      ...(options.enableAdminApi === true && { adminApi: true }),
    },
    storage: {
      ...config.storage,
      ...(options.data !== undefined && { directory: options.data }),
      ...(options.retention !== undefined && { retention: options.retention }),
    },
    log: {
      ...config.log,
      // The schema says which levels there are.
      ...(options.logLevel !== undefined && { level: options.logLevel as 'info' }),
    },
    ...(!options.machine && { machine: false }),
  };
}
