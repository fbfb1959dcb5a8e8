// Network interfaces from /proc/net/dev and open sockets from /proc/net/sockstat and /proc/net/protocols. Interfaces that
// exist only inside this machine (loopback, bridges, the ends of containers' cables) are left out: what passes through
// them to the outside is counted at the outer interface already.
// Source: https://docs.kernel.org/networking/statistics.html

import type { InterfaceReading, SocketProtocol } from './machine-reading.ts';

export const MAX_INTERFACES = 32;
const INNER = /^(?:lo\d*|veth.*|docker\d+|br-.*|virbr.*|ifb\d+|dummy\d+|cni.*|cali.*|flannel.*|kube-.*|lxc.*|tunl0)$/;

export function parseNetDev(text: string): readonly InterfaceReading[] {
  const interfaces: InterfaceReading[] = [];
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const device = line.slice(0, Math.max(0, colon)).trim();
    const columns = line
      .slice(colon + 1)
      .trim()
      .split(/ +/)
      .map(Number);
    if (device === '' || columns.length < 16 || columns.some(Number.isNaN) || INNER.test(device)) continue;
    const at = (index: number): number => columns[index]!;
    interfaces.push({
      device,
      receivedBytes: at(0),
      receivedPackets: at(1),
      // Faulty and dropped: the finer columns are parts of these two.
      receivedLostPackets: at(2) + at(3),
      sentBytes: at(8),
      sentPackets: at(9),
      sentLostPackets: at(10) + at(11),
    });
    if (interfaces.length === MAX_INTERFACES) break;
  }
  return interfaces;
}

export interface SocketFiles {
  readonly sockstat: string | undefined;
  readonly sockstat6: string | undefined;
  readonly protocols: string | undefined;
}

/** A protocol that the files do not mention is left out. */
export function parseSockets(files: SocketFiles): Readonly<Partial<Record<SocketProtocol, number>>> {
  const sockets: Partial<Record<SocketProtocol, number>> = {};
  const tcp = sumOf([inUse(files.sockstat, 'TCP'), inUse(files.sockstat6, 'TCP6')]);
  const udp = sumOf([inUse(files.sockstat, 'UDP'), inUse(files.sockstat6, 'UDP6')]);
  const unix = sumOf([protocolSockets(files.protocols, 'UNIX'), protocolSockets(files.protocols, 'UNIX-STREAM')]);
  if (tcp !== undefined) sockets.tcp = tcp;
  if (udp !== undefined) sockets.udp = udp;
  if (unix !== undefined) sockets.unix = unix;
  return sockets;
}

function inUse(text: string | undefined, protocol: string): number | undefined {
  const count = new RegExp(`^${protocol}: inuse (\\d+)`, 'm').exec(text ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
}

function protocolSockets(text: string | undefined, protocol: string): number | undefined {
  const count = new RegExp(`^${protocol} +\\d+ +(\\d+) `, 'm').exec(text ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
}

function sumOf(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  return known.length === 0 ? undefined : known.reduce((sum, count) => sum + count, 0);
}
