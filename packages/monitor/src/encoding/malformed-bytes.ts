// Bytes that came from outside and are not what they should be. Messages continue a subject that the reader of the bytes knows:
// "the answer …", "the body …".

export class MalformedBytes extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MalformedBytes';
  }
}

/** They say themselves that unpacked they are over the bound; nothing was reserved for them. */
export class OversizedBytes extends Error {
  readonly sizeBytes: number;
  readonly maxBytes: number;

  constructor(sizeBytes: number, maxBytes: number) {
    super(`holds ${sizeBytes} bytes when unpacked, and the limit is ${maxBytes}`);
    this.name = 'OversizedBytes';
    this.sizeBytes = sizeBytes;
    this.maxBytes = maxBytes;
  }
}
