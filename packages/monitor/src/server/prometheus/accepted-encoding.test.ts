import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { acceptedPacking } from './accepted-encoding.ts';

test('the first packing that the client lists and does not refuse is taken', () => {
  const cases: [string | undefined, string | undefined][] = [
    [undefined, undefined],
    ['', undefined],
    ['gzip', 'gzip'],
    ['GZIP;q=0.5', 'gzip'],
    ['br, zstd, gzip', 'zstd'],
    ['deflate, gzip', 'deflate'],
    ['gzip;q=0, deflate;q=0.0, zstd;q=0.001', 'zstd'],
    ['identity, *', undefined],
    [','.repeat(10_000), undefined],
  ];
  for (const [header, name] of cases) assert.equal(acceptedPacking(header)?.name, name, header);
});

test('what is packed unpacks to what it was', () => {
  const bytes = Buffer.from('{"status":"success"}');
  assert.deepEqual(gunzipSync(acceptedPacking('gzip')!.pack(bytes)), bytes);
  assert.deepEqual(inflateSync(acceptedPacking('deflate')!.pack(bytes)), bytes);
  assert.deepEqual(zstdDecompressSync(acceptedPacking('zstd')!.pack(bytes)), bytes);
});
