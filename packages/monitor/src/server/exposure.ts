// Whether the monitor may listen on an address. Where only this machine reaches it, always; anywhere else it demands to know
// who asks, and TLS, without which passwords and tokens travel in clear text. Whoever knows better says so explicitly.

import { ChainpulseError } from '../model/errors.ts';
import { isLoopback } from './loopback.ts';

export interface Protection {
  /** Whether requests are answered to those alone who prove who they are. */
  readonly isAuthenticating: boolean;
  readonly isEncrypted: boolean;
  /** Whether the configuration says to listen all the same. */
  readonly isInsecureAllowed: boolean;
}

const ELSE =
  'or listen on 127.0.0.1 and forward the port (ssh -L 8090:127.0.0.1:8090); --insecure listens here all the same.';

/** @throws {ChainpulseError} `server_not_loopback` */
export async function assertMayListen(host: string, protection: Protection): Promise<void> {
  const { isAuthenticating, isEncrypted, isInsecureAllowed } = protection;
  if (isInsecureAllowed || (isAuthenticating && isEncrypted) || (await isLoopback(host))) return;
  throw new ChainpulseError(
    'server_not_loopback',
    `Refused to listen on ${host}: ${whatIsMissing(protection)}, ${ELSE}`,
  );
}

function whatIsMissing({ isAuthenticating, isEncrypted }: Protection): string {
  if (isAuthenticating) {
    return 'other machines could reach it, and without TLS passwords and tokens would travel in clear text. Give it a certificate (tls_server_config in the file of --web-config)';
  }
  const missing = isEncrypted ? 'users' : 'users and TLS';
  return `other machines could reach it, and it cannot authenticate anybody. Give it ${missing} by --web-config FILE (or tokens by server.auth.tokens)`;
}
