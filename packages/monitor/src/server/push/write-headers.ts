// What the headers of a remote write say: which of the two messages it is, and that it is packed as it must be. The rules
// and words are those of Prometheus 3, which takes a missing header for the default. More lenient on purpose: spaces around a
// semicolon mean nothing, as RFC 9110 has it. Prometheus refuses one before it, and passes over `proto` behind one, so that it
// reads 2.0 as an empty 1.0 and loses the samples with a 204.
// Source: prometheus.io/docs/specs/prw/remote_write_spec_2_0, test/conformance/push-receivers

import type { IncomingHttpHeaders } from 'node:http';
import type { PushProtocol } from '../../sources/push/interface.ts';
import { PushFailure } from './push-failure.ts';

const MEDIA_TYPE = 'application/x-protobuf';

const PROTOCOLS: Readonly<Record<string, PushProtocol>> = {
  'prometheus.WriteRequest': 'remote-write-1',
  'io.prometheus.write.v2.Request': 'remote-write-2',
};

/** @throws {PushFailure} 415 */
export function writeProtocolOf(headers: IncomingHttpHeaders): PushProtocol {
  const protocol = protocolOf(headers['content-type'] ?? '');
  const encoding = headers['content-encoding'] ?? '';
  if (encoding !== '' && encoding !== 'snappy') {
    throw unsupported(`${encoding} encoding (compression) is not accepted by this server; only snappy is acceptable`);
  }
  return protocol;
}

function protocolOf(contentType: string): PushProtocol {
  if (contentType === '') return 'remote-write-1';
  const [mediaType = '', ...parameters] = contentType.split(';').map((part) => part.trim());
  if (mediaType !== MEDIA_TYPE) {
    throw unsupported(`expected ${MEDIA_TYPE} as the first (media) part, got ${contentType} content-type`);
  }
  for (const parameter of parameters) {
    const [key = '', value, ...more] = parameter.split('=');
    if (value === undefined || more.length > 0) {
      throw unsupported(
        `as per https://www.rfc-editor.org/rfc/rfc9110#parameter expected parameters to be key-values, ` +
          `got ${parameter} in ${contentType} content-type`,
      );
    }
    if (key.trim() !== 'proto') continue;
    const protocol = Object.hasOwn(PROTOCOLS, value.trim()) ? PROTOCOLS[value.trim()] : undefined;
    if (protocol !== undefined) return protocol;
    throw unsupported(
      `got ${contentType} content type; unknown type for remote write protobuf message ${value.trim()}, ` +
        `supported: ${Object.keys(PROTOCOLS).join(', ')}`,
    );
  }
  return 'remote-write-1';
}

function unsupported(message: string): PushFailure {
  return new PushFailure(415, 'media_type_unsupported', message);
}
