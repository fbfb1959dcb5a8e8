import assert from 'node:assert/strict';
import { it } from 'node:test';
import { compressSnappy } from '../../encoding/compress-snappy.ts';
import { BodyBuffer } from './body-buffer.ts';
import { PushReceiver } from './push-receiver.ts';
import { CollectingAppender } from './testing/collecting-appender.ts';
import { encodeWrite1, labelMessages } from './testing/official-proto.ts';

const NOW_MS = 1_700_000_000_000;

it('gives the same memory again once it is given back, and keeps none that is large', () => {
  const buffers = new BodyBuffer();
  const first = buffers.take(100);
  const second = buffers.take(100);
  assert.notEqual(first.buffer, second.buffer);
  buffers.giveBack(first);
  assert.equal(buffers.take(100), first);
  assert.notEqual(buffers.take(100), first);
  const large = buffers.take(64 * 1024 * 1024);
  buffers.giveBack(large);
  assert.notEqual(buffers.take(100), large);
  buffers.giveBack(first);
  assert.ok(buffers.take(first.length + 1).length > first.length);
});

it('pushes side by side do not read what the others unpack', async () => {
  const appender = new CollectingAppender();
  const receiver = new PushReceiver({ appender, clock: { nowMs: () => NOW_MS } });
  const push = (name: string, series: number) => {
    const timeseries = Array.from({ length: series }, (_, at) => ({
      labels: labelMessages([
        ['__name__', name],
        ['at', `${at}`],
      ]),
      samples: [{ value: at, timestamp: NOW_MS }],
    }));
    const body = compressSnappy(encodeWrite1({ timeseries })).slice();
    return receiver.push({ protocol: 'remote-write-1', encoding: 'snappy', body, receivedMs: NOW_MS });
  };
  // From here on there is memory to take.
  await push('first', 4000);
  // Long enough to be decoded in several slices.
  const names = ['a', 'b', 'c', 'd'];
  for (const { outcome, samples } of await Promise.all(names.map((name) => push(name, 4000)))) {
    assert.deepEqual({ outcome, samples }, { outcome: 'stored', samples: 4000 });
  }
  assert.equal(appender.samples.size, 5 * 4000);
});
