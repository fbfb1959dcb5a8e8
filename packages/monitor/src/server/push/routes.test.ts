// The routes that take samples, over real sockets and the real store.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { compressSnappy } from '../../../../instrument/src/encoding/snappy.ts';
import type { Engine } from '../../engine/interface.ts';
import { ChainpulseError } from '../../model/errors.ts';
import type { PushAnswer, PushRequest } from '../../sources/push/interface.ts';
import { encodeWrite1, encodeWrite2, labelMessages } from '../../sources/push/testing/official-proto.ts';
import { openRealEngine } from '../testing/real-engine.ts';
import {
  exchangeRaw,
  NOW_MS,
  scriptedEngine,
  startTestServer,
  type TestServerOptions,
} from '../testing/test-server.ts';

const WRITE_1 = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
const WRITE_2 = { ...WRITE_1, 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' };

async function start(t: TestContext, options: TestServerOptions = {}) {
  const engine = options.engine ?? (await openRealEngine(t));
  const server = await startTestServer(t, { engine, ...options });
  const post = (path: string, body: Uint8Array | string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/api/v1/${path}`, { method: 'POST', body: Buffer.from(body), headers });
  const values = async (query: string) => {
    const answer = await fetch(`${server.url}/api/v1/query?time=${NOW_MS / 1000}&query=${encodeURIComponent(query)}`);
    const { data } = (await answer.json()) as {
      data: { result: { value?: [number, string]; values?: [number, string][] }[] };
    };
    return data.result.flatMap(({ value, values: all = [value!] }) => all.map(([, text]) => text));
  };
  return { ...server, post, values };
}

function write1(name: string, value = 1, timestamp = NOW_MS): Uint8Array {
  return compressSnappy(
    encodeWrite1({ timeseries: [{ labels: labelMessages([['__name__', name]]), samples: [{ value, timestamp }] }] }),
  );
}

/** An engine whose pushes wait until they are let go. */
function slowEngine() {
  const answer: PushAnswer = {
    outcome: 'stored',
    samples: 1,
    histograms: 0,
    exemplars: 0,
    rejected: {},
    errors: [],
    errorsLeftOut: 0,
    newestTimeMs: NOW_MS,
  };
  const gate = Promise.withResolvers<void>();
  const pushed: PushRequest[] = [];
  const engine: Engine = scriptedEngine({
    push: async (request) => {
      pushed.push(request);
      await gate.promise;
      return answer;
    },
  });
  return { engine, pushed, letGo: gate.resolve };
}

describe('POST /api/v1/write', () => {
  it('stores both versions, visible to the next query, and says in 2.0 what was written', async (t) => {
    const { post, values, pushes } = await start(t);
    const one = await post('write', write1('one', 4), WRITE_1);
    assert.deepEqual(
      [one.status, await one.text(), one.headers.get('x-prometheus-remote-write-samples-written')],
      [204, '', null],
    );
    assert.deepEqual(await values('one'), ['4']);
    const message = encodeWrite2([
      {
        labels: [['__name__', 'two']],
        samples: [
          { value: 5, timestamp: NOW_MS - 1 },
          { value: 6, timestamp: NOW_MS },
        ],
      },
    ]);
    const two = await post('write', compressSnappy(message), WRITE_2);
    assert.equal(two.status, 204);
    const written = ['samples', 'histograms', 'exemplars'].map((what) =>
      two.headers.get(`x-prometheus-remote-write-${what}-written`),
    );
    assert.deepEqual(written, ['2', '0', '0']);
    assert.deepEqual(await values('two[1m]'), ['5', '6']);
    assert.deepEqual(
      pushes.map(({ kind, outcome, samples, newestTimeMs }) => ({ kind, outcome, samples, newestTimeMs })),
      [
        { kind: 'remote_write', outcome: 'ok', samples: 1, newestTimeMs: NOW_MS },
        { kind: 'remote_write', outcome: 'ok', samples: 2, newestTimeMs: NOW_MS },
      ],
    );
    assert.ok(pushes.every(({ bodyBytes, durationSeconds }) => bodyBytes > 0 && durationSeconds > 0));
  });

  it('keeps what is right and names what is not', async (t) => {
    const { post, values, pushes, log } = await start(t);
    const message = encodeWrite1({
      timeseries: [
        { labels: labelMessages([['__name__', 'ahead']]), samples: [{ value: 1, timestamp: NOW_MS + 3_600_000 }] },
        { labels: labelMessages([['__name__', 'right']]), samples: [{ value: 2, timestamp: NOW_MS }] },
      ],
    });
    const answer = await post('write', compressSnappy(message), WRITE_1);
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /^sample of series \{__name__="ahead"\}: .* too far in the future/);
    assert.deepEqual(await values('right'), ['2']);
    assert.deepEqual([pushes[0]!.outcome, pushes[0]!.rejected], ['partial', { invalid: 1 }]);
    assert.equal(log.filter((line) => line.includes('ahead')).length, 1);
  });

  it('logs what Prometheus passes over in silence', async (t) => {
    const { post, log, pushes } = await start(t);
    const message = encodeWrite1({
      timeseries: [{ labels: labelMessages([['job', 'nameless']]), samples: [{ value: 1, timestamp: NOW_MS }] }],
    });
    for (let time = 0; time < 3; time++)
      assert.equal((await post('write', compressSnappy(message), WRITE_1)).status, 204);
    assert.equal(log.filter((line) => line.includes('nameless')).length, 1);
    assert.equal(pushes[0]!.outcome, 'partial');
  });

  it('refuses a body over the bound, announced or not, and serves the next request', async (t) => {
    const { url, post } = await start(t, { pushLimits: { maxPushBodyBytes: 1000 } });
    assert.equal((await post('write', new Uint8Array(1001), WRITE_1)).status, 413);
    const streamed = httpRequest(`${url}/api/v1/write`, { method: 'POST', headers: WRITE_1 });
    for (let at = 0; at < 20; at++) streamed.write(Buffer.alloc(100));
    const [answer] = (await once(streamed.end(), 'response')) as [{ statusCode: number; resume(): void }];
    answer.resume();
    assert.equal(answer.statusCode, 413);
    assert.equal((await post('write', write1('after'), WRITE_1)).status, 204);
  });

  it('answers 503 with the words of the store when it cannot write, so that the sender keeps it', async (t) => {
    const failing = scriptedEngine({
      push: () => Promise.reject(new ChainpulseError('storage_full', 'no space left to write x.db')),
    });
    const { post, pushes } = await start(t, { engine: failing });
    const answer = await post('write', write1('lost'), WRITE_1);
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5']);
    assert.match(await answer.text(), /no space left to write x\.db/);
    assert.equal(pushes[0]!.outcome, 'failed');
  });

  it("tells no secret of an error that is nobody's", async (t) => {
    const broken = scriptedEngine({ push: () => Promise.reject(new Error('at /secret/path')) });
    const { post } = await start(t, { engine: broken });
    const answer = await post('write', write1('lost'), WRITE_1);
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret/);
  });

  it('lets so many in, lets so many wait, and sends the rest away for a while', async (t) => {
    const { engine, pushed, letGo } = slowEngine();
    const { post, pushes } = await start(t, { engine, pushLimits: { maxConcurrentPushes: 2, maxWaitingPushes: 1 } });
    const under = [
      post('write', write1('a'), WRITE_1),
      post('write', write1('b'), WRITE_1),
      post('write', write1('c'), WRITE_1),
      post('write', write1('d'), WRITE_1),
    ];
    const first = await Promise.race(under);
    assert.deepEqual([first.status, first.headers.get('retry-after')], [503, '5']);
    assert.equal(pushed.length, 2);
    letGo();
    const statuses = (await Promise.all(under)).map(({ status }) => status);
    assert.deepEqual(
      statuses.toSorted((a, b) => a - b),
      [204, 204, 204, 503],
    );
    assert.equal(pushed.length, 3);
    assert.equal(pushes.filter(({ outcome }) => outcome === 'busy').length, 1);
  });

  it('gives the place of a sender that went away to the next', async (t) => {
    const { port, post, pushes } = await start(t, { pushLimits: { maxConcurrentPushes: 1 } });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /api/v1/write HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf');
    await once(socket, 'connect');
    setTimeout(() => socket.destroy(), 50);
    assert.equal((await post('write', write1('next'), WRITE_1)).status, 204);
    assert.ok(pushes.some(({ outcome }) => outcome === 'ok'));
  });

  it('does not wait for ever for a body', async (t) => {
    const { port, post } = await start(t, { pushLimits: { bodyTimeoutMs: 50 } });
    const socket = connect(port, '127.0.0.1');
    socket.write('POST /api/v1/write HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    assert.match(answer.toString(), /^HTTP\/1\.1 408 /);
    assert.equal((await post('write', write1('next'), WRITE_1)).status, 204);
  });

  it('answers no other method', async (t) => {
    const { url, port } = await start(t);
    for (const path of ['write', 'import', 'otlp/v1/metrics']) {
      const answer = await fetch(`${url}/api/v1/${path}`);
      assert.deepEqual([answer.status, answer.headers.get('allow')], [405, 'POST']);
    }
    // Pages of other sites may not push either.
    const foreign =
      'POST /api/v1/write HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
    assert.match(await exchangeRaw(port, foreign), /^HTTP\/1\.1 403 /);
  });
});

describe('POST /api/v1/import', () => {
  interface Imported {
    readonly status: string;
    readonly error?: string;
    readonly samples: number;
    readonly lines: number;
    readonly rejected: Readonly<Record<string, number>>;
  }
  const lines = (count: number) =>
    Array.from({ length: count }, (_, at) => `imported{at="${at % 10}"} ${at} ${NOW_MS - 1_000_000 + at * 10}\n`).join(
      '',
    );

  it('takes a text of many pieces, plain, gzip and zstd, and says how much it was', async (t) => {
    const { post, values, pushes } = await start(t, { pushLimits: { importPieceBytes: 2000 } });
    const text = lines(5000);
    for (const [packed, headers] of [
      [text, {}],
      [gzipSync(text), { 'content-encoding': 'gzip' }],
      [zstdCompressSync(Buffer.from(text)), { 'content-encoding': 'zstd' }],
    ] as const) {
      const answer = await post('import', packed, { 'content-type': 'text/plain', ...headers });
      const result = (await answer.json()) as Imported;
      assert.deepEqual([answer.status, result.status, result.samples, result.lines], [200, 'success', 5000, 5000]);
      // The same samples again are there already: nothing comes twice.
      assert.deepEqual(await values('count(count_over_time(imported[1h]) == 500)'), ['10']);
    }
    assert.deepEqual(
      pushes.map(({ kind, outcome, samples }) => [kind, outcome, samples]),
      Array(3).fill(['import', 'ok', 5000]),
    );
  });

  it('takes all of a body that was packed by zstd in several frames', async (t) => {
    const { post } = await start(t);
    const text = lines(300);
    const half = text.indexOf('\n', text.length / 2) + 1;
    const frames = [text.slice(0, half), text.slice(half)].map((part) => zstdCompressSync(Buffer.from(part)));
    const answer = await post('import', Buffer.concat(frames), { 'content-encoding': 'zstd' });
    const { samples, lines: read } = (await answer.json()) as Imported;
    assert.deepEqual([answer.status, samples, read], [200, 300, 300]);
  });

  it('keeps what stands before a bad line and says how much', async (t) => {
    const { post, values } = await start(t, { pushLimits: { importPieceBytes: 1000 } });
    const answer = await post('import', `${lines(100)}imported{at="0} 1\n${lines(10)}`);
    const result = (await answer.json()) as Imported;
    assert.equal(answer.status, 400);
    assert.match(result.error!, /^line 101, column 13: .*\(100 samples before it were kept\)/);
    assert.deepEqual([result.samples, result.lines], [100, 100]);
    assert.deepEqual(await values('sum(count_over_time(imported[1h]))'), ['100']);
  });

  it('reads OpenMetrics by its type and wants its end', async (t) => {
    const { post, values } = await start(t);
    const headers = { 'content-type': 'application/openmetrics-text; version=1.0.0' };
    assert.equal((await post('import', `om_total 3 ${NOW_MS / 1000}\n# EOF\n`, headers)).status, 200);
    assert.deepEqual(await values('om_total'), ['3']);
    const cut = await post('import', `om_total 4 ${NOW_MS / 1000 - 9}\n`, headers);
    const { error, samples } = (await cut.json()) as Imported;
    assert.deepEqual([cut.status, samples], [400, 1]);
    assert.match(error!, /"# EOF" is missing/);
  });

  it('refuses types and packings that it does not know, and packings that are none', async (t) => {
    const { post } = await start(t);
    assert.equal((await post('import', 'up 1\n', { 'content-type': 'application/json' })).status, 415);
    assert.equal((await post('import', 'up 1\n', { 'content-encoding': 'br' })).status, 415);
    for (const encoding of ['gzip', 'zstd']) {
      const answer = await post('import', 'up 1\n', { 'content-encoding': encoding });
      assert.equal(answer.status, 400);
      assert.match(((await answer.json()) as Imported).error!, /cannot be unpacked/);
    }
    const long = await post('import', 'x'.repeat(3_000_000));
    assert.equal(long.status, 400);
    assert.match(((await long.json()) as Imported).error!, /a line is longer/);
  });

  it('reads no further than the store has come', async (t) => {
    const { engine, pushed, letGo } = slowEngine();
    const { url } = await start(t, { engine, pushLimits: { importPieceBytes: 1000 } });
    const sending = httpRequest(`${url}/api/v1/import`, { method: 'POST', headers: { 'content-type': 'text/plain' } });
    sending.on('error', () => {});
    const text = lines(1000);
    let sent = 0;
    while (sent < 200_000_000 && sending.write(text)) sent += text.length;
    // What is written waits in the sockets: the sender is told to wait long before it has sent all.
    assert.ok(sent < 200_000_000);
    while (pushed.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(pushed.length, 1);
    letGo();
    const [answer] = (await once(sending.end(), 'response')) as [{ statusCode: number; resume(): void }];
    answer.resume();
    assert.equal(answer.statusCode, 200);
    assert.ok(pushed.length > 1);
  });

  it('leaves the places of writes alone, however long imports take', async (t) => {
    const { port, post } = await start(t, { pushLimits: { maxConcurrentPushes: 1, maxConcurrentImports: 1 } });
    const endless =
      'POST /api/v1/import HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\na 1\n\r\n';
    const sockets = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    for (const socket of sockets) {
      socket.write(endless);
      await once(socket, 'connect');
    }
    assert.equal((await post('write', write1('beside'), WRITE_1)).status, 204);
    for (const socket of sockets) socket.destroy();
    // The one that waited has left too.
    assert.equal((await post('import', 'after 1\n')).status, 200);
  });

  it('ends an import whose sender is silent, and keeps what came', async (t) => {
    const { port, values } = await start(t, { pushLimits: { importIdleMs: 100, importPieceBytes: 64 } });
    const socket = connect(port, '127.0.0.1');
    const body = `silent 7 ${NOW_MS}\n${'#'.repeat(60)}\n`;
    socket.write(`POST /api/v1/import HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n${body}`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    assert.match(answer.toString(), /^HTTP\/1\.1 408 [\s\S]*"samples":1/);
    assert.deepEqual(await values('silent'), ['7']);
  });

  it('says how much was kept when the store cannot go on', async (t) => {
    const real = await openRealEngine(t);
    let pieces = 0;
    const failing: Engine = {
      ...real,
      push: (request) =>
        ++pieces > 2 ? Promise.reject(new ChainpulseError('storage_full', 'no space left')) : real.push(request),
    };
    const { post } = await start(t, { engine: failing, pushLimits: { importPieceBytes: 1000 } });
    const answer = await post('import', lines(200));
    const result = (await answer.json()) as Imported;
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '5']);
    assert.match(result.error!, /no space left/);
    assert.ok(result.samples > 0 && result.samples === result.lines);
  });
});

describe('POST /api/v1/otlp/v1/metrics', () => {
  const request = (value: number, timeMs = NOW_MS, temporality = 2) => ({
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'node' } }] },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'requests',
                sum: {
                  aggregationTemporality: temporality,
                  isMonotonic: true,
                  dataPoints: [{ asInt: String(value), timeUnixNano: `${timeMs}000000` }],
                },
              },
              { name: 'load', gauge: { dataPoints: [{ asDouble: 0.5, timeUnixNano: `${NOW_MS}000000` }] } },
            ],
          },
        ],
      },
    ],
  });
  const JSON_TYPE = { 'content-type': 'application/json' };

  it('stores JSON, packed or not, visible to the next query', async (t) => {
    const { post, values, pushes } = await start(t);
    const plain = await post('otlp/v1/metrics', JSON.stringify(request(3, NOW_MS - 1)), JSON_TYPE);
    assert.deepEqual(
      [plain.status, plain.headers.get('content-type'), await plain.json()],
      [200, 'application/json', {}],
    );
    const packed = gzipSync(JSON.stringify(request(4)));
    assert.equal((await post('otlp/v1/metrics', packed, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status, 200);
    assert.deepEqual(await values('requests_total{job="node"}[1m]'), ['3', '4']);
    assert.deepEqual(
      pushes.map(({ kind, outcome }) => [kind, outcome]),
      Array(2).fill(['otlp', 'ok']),
    );
  });

  it('answers protobuf in protobuf', async (t) => {
    const { post } = await start(t);
    const answer = await post('otlp/v1/metrics', '', { 'content-type': 'application/x-protobuf' });
    assert.deepEqual(
      [answer.status, answer.headers.get('content-type'), (await answer.bytes()).length],
      [200, 'application/x-protobuf', 0],
    );
    const broken = await post('otlp/v1/metrics', Uint8Array.of(0x0a, 5, 1), {
      'content-type': 'application/x-protobuf',
    });
    assert.equal(broken.status, 400);
    // google.rpc.Status: the code INVALID_ARGUMENT, and the message.
    const status = Buffer.from(await broken.bytes());
    assert.deepEqual([...status.subarray(0, 3)], [0x08, 3, 0x12]);
    assert.match(status.toString(), /at byte \d+/);
  });

  it('keeps what is right of a request and says how much was not, and why', async (t) => {
    const { post, values } = await start(t);
    const answer = await post('otlp/v1/metrics', JSON.stringify(request(3, NOW_MS, 1)), JSON_TYPE);
    assert.equal(answer.status, 200);
    const { partialSuccess } = (await answer.json()) as {
      partialSuccess: { rejectedDataPoints: string; errorMessage: string };
    };
    assert.equal(partialSuccess.rejectedDataPoints, '1');
    assert.match(partialSuccess.errorMessage, /requests.*delta/i);
    assert.deepEqual(await values('load'), ['0.5']);
  });

  it('refuses what it does not know with a status', async (t) => {
    const { post } = await start(t);
    assert.equal((await post('otlp/v1/metrics', 'up 1', { 'content-type': 'text/plain' })).status, 415);
    const packed = await post('otlp/v1/metrics', '{}', { ...JSON_TYPE, 'content-encoding': 'br' });
    assert.deepEqual([packed.status, ((await packed.json()) as { code: number }).code], [415, 3]);
    const broken = await post('otlp/v1/metrics', '{', JSON_TYPE);
    assert.deepEqual([broken.status, ((await broken.json()) as { code: number }).code], [400, 3]);
    const bomb = await post('otlp/v1/metrics', gzipSync('x').subarray(0, 10), {
      ...JSON_TYPE,
      'content-encoding': 'gzip',
    });
    assert.equal(bomb.status, 400);
  });
});
