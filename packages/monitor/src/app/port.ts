// Whether a port can be had, found out before anything is written to disk or started.

import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Address, listenError } from '../server/listen.ts';

/** @throws {ChainpulseError} as listening would. */
export async function assertPortFree({ host, port }: Address): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    probe.listen(port, host);
    await once(probe, 'listening');
  } catch (error) {
    throw listenError(error, { host, port });
  }
  probe.close();
  await once(probe, 'close');
}
