// Ends an answer whose reader takes nothing any more. An answer of any length may take its time, as long as something of it
// is taken now and then; time in which there is nothing to take is not the reader's.

import type { ServerResponse } from 'node:http';

const LOOKS_PER_LIMIT = 4;

/** Until the answer is closed. */
export function disconnectWhenStalled(answer: ServerResponse, limitMs: number): void {
  const { socket } = answer;
  if (socket === null) return;
  let takenBytes = takenOf(socket);
  let stalledLooks = 0;
  const timer = setInterval(() => {
    const taken = takenOf(socket);
    stalledLooks = taken > takenBytes || socket.writableLength === 0 ? 0 : stalledLooks + 1;
    takenBytes = taken;
    if (stalledLooks >= LOOKS_PER_LIMIT) answer.destroy();
  }, limitMs / LOOKS_PER_LIMIT);
  timer.unref();
  answer.once('close', () => clearInterval(timer));
}

/** What the system has taken from the socket: `bytesWritten` counts what still waits in it. */
function takenOf(socket: NonNullable<ServerResponse['socket']>): number {
  return socket.bytesWritten - socket.writableLength;
}
