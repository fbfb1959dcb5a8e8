import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressSnappy } from '../../../encoding/compress-snappy.ts';
import { ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import { uncompressSnappy } from '../../../encoding/uncompress-snappy.ts';
import { labelsFromRecord } from '../../../model/labels.ts';
import type { SelectRequest, SeriesSamples } from '../../../storage/interface.ts';
import { scriptedEngine, startTestServer } from '../../testing/test-server.ts';
import { crc32c } from './crc32c.ts';

const SAMPLES = 0;
const CHUNKS = 1;

/** One question: everything from 1 s to 2 s whose `a` is `b`. */
function requestBody(accepted: readonly number[], matcherType = 0, value = 'b', queries = 1): Buffer {
  const matcher = new ProtobufWriter();
  matcher.varint(8);
  matcher.varint(matcherType);
  matcher.varint(18);
  matcher.text('a');
  matcher.varint(26);
  matcher.text(value);
  const query = new ProtobufWriter();
  query.varint(8);
  query.int64(1000);
  query.varint(16);
  query.int64(2000);
  query.varint(26);
  query.varint(matcher.length);
  query.bytes(matcher.written());
  const request = new ProtobufWriter();
  for (let index = 0; index < queries; index++) {
    request.varint(10);
    request.varint(query.length);
    request.bytes(query.written());
  }
  for (const kind of accepted) {
    request.varint(16);
    request.varint(kind);
  }
  return Buffer.from(compressSnappy(request.written()));
}

const series = (a: string): SeriesSamples => ({
  labels: labelsFromRecord({ a }),
  timestampsMs: Float64Array.of(1000, 2000),
  values: Float64Array.of(1, 2),
});

function answering(found: readonly SeriesSamples[]) {
  const asked: SelectRequest[] = [];
  const engine = scriptedEngine({
    select: async function* (request) {
      asked.push(request);
      yield* found;
    },
  });
  return { engine, asked };
}

const post = (url: string, body: Buffer) => fetch(`${url}/api/v1/read`, { method: 'POST', body: new Uint8Array(body) });

test('samples come as one packed message', async (t) => {
  const { engine, asked } = answering([series('b')]);
  const { url } = await startTestServer(t, { engine });
  const response = await post(url, requestBody([]));
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'application/x-protobuf');
  assert.equal(response.headers.get('content-encoding'), 'snappy');
  const message = Buffer.from(uncompressSnappy(new Uint8Array(await response.arrayBuffer()), 1000));
  const sample = (value: string, time: string) => `120c09${value}10${time}`;
  const labels = '0a060a0161120162';
  const content = `${labels}${sample('000000000000f03f', 'e807')}${sample('0000000000000040', 'd00f')}`;
  assert.equal(message.toString('hex'), `0a260a24${content}`);
  const [request] = asked;
  assert.deepEqual(
    { ...request, warn: undefined },
    { matchers: [{ name: 'a', operator: '=', value: 'b' }], minTimeMs: 1000, maxTimeMs: 2000, warn: undefined },
  );
});

test('chunks come as frames with their checksums, in the order of the labels', async (t) => {
  const { engine } = answering([series('é'), series('b'), series('B')]);
  const { url } = await startTestServer(t, { engine });
  const response = await post(url, requestBody([7, CHUNKS, SAMPLES]));
  const type = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse';
  assert.equal(response.headers.get('content-type'), type);
  const bytes = Buffer.from(await response.arrayBuffer());
  const found: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes[at]!;
    const message = bytes.subarray(at + 5, at + 5 + length);
    assert.equal(bytes.readUInt32BE(at + 1), crc32c(message));
    // Series, label, its name `a`, and then the value with its length.
    found.push(message.subarray(9, 9 + message[8]!).toString('utf8'));
    at += 5 + length;
  }
  assert.deepEqual(found, ['B', 'b', 'é']);
});

test('what cannot be read or answered is refused in text', async (t) => {
  const { engine } = answering([series('b')]);
  const { url } = await startTestServer(t, { engine, limits: { maxReadSamples: 1, maxReadQueries: 2 } });
  const cases: [Buffer, RegExp][] = [
    [Buffer.from('no Snappy'), /^the body is no Snappy block/],
    [Buffer.from(compressSnappy(Buffer.from([0xff]))), /^the body is no such protobuf message/],
    [requestBody([5]), /^server does not support any of the requested response types: 5; supported: /],
    [requestBody([], 9), /^invalid matcher type/],
    [requestBody([], 2, '('), /missing closing \)/],
    [requestBody([], 0, 'b', 3), /^more than 2 questions/],
    [requestBody([]), /^exceeded sample limit \(1\)/],
  ];
  for (const [body, expected] of cases) {
    const response = await post(url, body);
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.match(await response.text(), expected);
  }
});
