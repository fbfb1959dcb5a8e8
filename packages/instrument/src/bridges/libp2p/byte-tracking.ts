// Counts the bytes of a libp2p stream by standing between it and its callers. A listener for its messages would not do: the
// first one makes the stream hand out what it has kept for its real reader. Data that a reader puts back comes a second time
// and is not counted again.

import type { ByteStream, Sized, StreamEvent } from './interface.ts';

export interface ByteRecorder {
  sent(bytes: number): void;
  received(bytes: number): void;
}

const tracked = new WeakSet<ByteStream>();

/** Sent is what the stream accepted, received what it handed to a reader. A stream that is tracked already is left alone. */
export function trackBytes(stream: ByteStream, recorder: ByteRecorder): void {
  if (tracked.has(stream)) return;
  tracked.add(stream);
  const send = stream.send.bind(stream);
  const unshift = stream.unshift.bind(stream);
  const dispatchEvent = stream.dispatchEvent.bind(stream);
  let putBackBytes = 0;
  stream.send = (data: Sized): boolean => {
    // Taken before: the stream may consume the list that it is given.
    const { byteLength } = data;
    const canSendMore = send(data);
    recorder.sent(byteLength);
    return canSendMore;
  };
  stream.unshift = (data: Sized): void => {
    unshift(data);
    putBackBytes += data.byteLength;
  };
  stream.dispatchEvent = (event: StreamEvent): boolean => {
    const byteLength = messageBytes(event);
    const again = Math.min(putBackBytes, byteLength);
    putBackBytes -= again;
    if (byteLength > again) recorder.received(byteLength - again);
    return dispatchEvent(event);
  };
}

function messageBytes(event: StreamEvent): number {
  if (event.type !== 'message' || !('data' in event)) return 0;
  const { data } = event;
  if (typeof data !== 'object' || data === null || !('byteLength' in data)) return 0;
  return typeof data.byteLength === 'number' ? data.byteLength : 0;
}
