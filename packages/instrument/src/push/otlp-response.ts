// What an OTLP receiver says it has refused of a request that it took: `ExportMetricsServiceResponse.partial_success`, in
// JSON or protobuf. Anything that cannot be read counts as nothing refused: the status has said that the request was taken.
// Source: opentelemetry.io/docs/specs/otlp/#partial-success-1

export interface PartialSuccess {
  readonly rejected: number;
  readonly message: string;
}

const NOTHING: PartialSuccess = { rejected: 0, message: '' };

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

export function readPartialSuccess(body: Uint8Array, contentType: string): PartialSuccess {
  try {
    return contentType.includes('json') ? fromJson(new TextDecoder().decode(body)) : fromProtobuf(body);
  } catch {
    return NOTHING;
  }
}

function fromJson(text: string): PartialSuccess {
  const { partialSuccess } = JSON.parse(text) as {
    partialSuccess?: { rejectedDataPoints?: string | number; errorMessage?: unknown };
  };
  return checked(Number(partialSuccess?.rejectedDataPoints ?? 0), partialSuccess?.errorMessage);
}

function fromProtobuf(body: Uint8Array): PartialSuccess {
  const partial = fieldsOf(body).get(1);
  if (!(partial instanceof Uint8Array)) return NOTHING;
  const fields = fieldsOf(partial);
  const message = fields.get(2);
  const text = message instanceof Uint8Array ? new TextDecoder().decode(message) : '';
  const rejected = fields.get(1);
  return checked(typeof rejected === 'number' ? rejected : 0, text);
}

function checked(rejected: number, message: unknown): PartialSuccess {
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: typeof message === 'string' ? message : '',
  };
}

/** The last value of each field; fixed ones are skipped. @throws {RangeError} for what is no message */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, number | Uint8Array> {
  const fields = new Map<number, number | Uint8Array>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 63) throw new RangeError('This varint has no end.');
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === VARINT) fields.set(field, varint());
    else if (wireType === LENGTH_DELIMITED) {
      const size = varint();
      if (size > bytes.length - at) throw new RangeError('This message ends too early.');
      fields.set(field, bytes.subarray(at, (at += size)));
    } else if (wireType === FIXED64) at += 8;
    else if (wireType === FIXED32) at += 4;
    else throw new RangeError('This is no message.');
  }
  return fields;
}
