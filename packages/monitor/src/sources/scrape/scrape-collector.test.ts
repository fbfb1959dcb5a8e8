import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { CollectionError, type CollectionOutcome } from '../interface.ts';
import { encodeFamilies, TYPE } from './protobuf/testing/encode-families.ts';
import { createScrapeCollector, type ScrapeCollectorOptions } from './scrape-collector.ts';
import { type CollectedSample, CollectingSink } from './testing/collecting-sink.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const ends: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(handler: Handler, options: { keepAliveTimeout?: number } = {}): Promise<URL> {
  const server: Server = createServer(options, handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`);
}

function collectorOf(url: URL, options: Partial<ScrapeCollectorOptions> = {}) {
  const collector = createScrapeCollector({ url, timeoutMs: 5000, ...options });
  ends.push(() => collector.close());
  const sink = new CollectingSink();
  return async (signal: AbortSignal = new AbortController().signal): Promise<CollectedSample[]> => {
    await collector.collect(sink, signal);
    return sink.take();
  };
}

async function assertFails(collecting: Promise<unknown>, outcome: CollectionOutcome, message: RegExp): Promise<void> {
  await assert.rejects(collecting, (error) => {
    assert.ok(error instanceof CollectionError, String(error));
    assert.equal(error.outcome, outcome, error.message);
    assert.match(error.message, message);
    return true;
  });
}

describe('the request', () => {
  test('prefers OpenMetrics, takes gzip, and tells the timeout and who asks', async () => {
    let headers: IncomingMessage['headers'] = {};
    const url = await serve((request, response) => {
      headers = request.headers;
      response.end('a 1\n');
    });
    await collectorOf(url, { timeoutMs: 4500 })();
    const qualities = (headers.accept ?? '').split(',').map((range) => Number(/q=([\d.]+)/.exec(range)?.[1]));
    assert.deepEqual(
      qualities,
      qualities.toSorted((a, b) => b - a),
    );
    assert.match(headers.accept ?? '', /^application\/openmetrics-text;version=1\.0\.0.*text\/plain;version=0\.0\.4/);
    assert.equal(headers['accept-encoding'], 'gzip');
    assert.equal(headers['x-prometheus-scrape-timeout-seconds'], '4.5');
    assert.match(headers['user-agent'] ?? '', /^chainpulse\/\d/);
    assert.equal(headers.authorization, undefined);
  });

  test('asks for protobuf before all else where native histograms are wanted', async () => {
    let accept = '';
    const url = await serve((request, response) => {
      accept = request.headers.accept ?? '';
      response.end('a 1\n');
    });
    assert.deepEqual(await collectorOf(url, { nativeHistograms: true })(), [['a{}', 1]]);
    assert.match(
      accept,
      /^application\/vnd\.google\.protobuf;proto=io\.prometheus\.client\.MetricFamily;encoding=delimited;q=0\.6,application\/openmetrics-text;version=1\.0\.0;q=0\.5,/,
    );
  });

  test('carries the credentials that are read for it anew each time, and none of the address', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('a 1\n');
    });
    url.username = 'me';
    url.password = 'secret';
    const secrets = ['Bearer one', 'Basic two', undefined];
    const collect = collectorOf(url, { readAuthorization: async () => secrets[seen.length] });
    for (const _ of secrets) await collect();
    assert.deepEqual(seen, secrets);
  });

  test('is not made when the credentials cannot be read', async () => {
    let requests = 0;
    const url = await serve((_, response) => {
      requests++;
      response.end('a 1\n');
    });
    const unreadable = new Error('The credential file cannot be read.');
    await assert.rejects(collectorOf(url, { readAuthorization: () => Promise.reject(unreadable) })(), unreadable);
    assert.equal(requests, 0);
  });

  test('the connection is kept, and made anew when the server has closed it', async () => {
    const ports = new Set<number | undefined>();
    let requests = 0;
    const url = await serve((request, response) => {
      ports.add(request.socket.remotePort);
      requests++;
      response.end('a 1\n');
      // Closed without a word, after the answer: the next request finds it dead.
      if (requests === 2) response.on('finish', () => request.socket.destroy());
    });
    const collect = collectorOf(url);
    for (let round = 0; round < 4; round++) assert.deepEqual(await collect(), [['a{}', 1]]);
    assert.equal(requests, 4);
    assert.equal(ports.size, 2);
  });
});

describe('the answer', () => {
  test('its content type decides the format', async () => {
    let contentType = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
    const url = await serve((_, response) => {
      response.setHeader('Content-Type', contentType);
      response.end('a 1 1.5\n# EOF\n');
    });
    const collect = collectorOf(url);
    assert.deepEqual(await collect(), [['a{}', 1, 1500]]);
    contentType = 'text/plain; version=0.0.4';
    await assertFails(collect(), 'parse_error', /^line 1, column 5: .*milliseconds$/);
  });

  const PROTOBUF = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
  const histogram = { sampleCount: 1, sampleSum: 2, zeroCount: 1, bucket: [{ cumulativeCount: 1, upperBound: 1 }] };
  const PAGE = encodeFamilies({ name: 'h', type: TYPE.histogram, metric: [{ histogram }] });

  test('in protobuf is taken whether it was asked for or not, with the histograms that are wanted', async () => {
    const url = await serve((_, response) => {
      response.setHeader('Content-Type', PROTOBUF);
      response.end(PAGE);
    });
    const collect = async (options: Partial<ScrapeCollectorOptions>) => {
      const collector = createScrapeCollector({ url, timeoutMs: 5000, ...options });
      ends.push(() => collector.close());
      const sink = new CollectingSink();
      await collector.collect(sink, new AbortController().signal);
      return [sink.histograms.length, sink.samples.length];
    };
    assert.deepEqual(await collect({}), [0, 4]);
    assert.deepEqual(await collect({ nativeHistograms: true }), [1, 4]);
    assert.deepEqual(await collect({ nativeHistograms: true, classicHistograms: false }), [1, 0]);
  });

  test('in protobuf that is malformed is refused by the byte, and in another encoding by its name', async () => {
    let contentType = PROTOBUF;
    const url = await serve((_, response) => {
      response.setHeader('Content-Type', contentType);
      response.end(contentType === PROTOBUF ? PAGE.subarray(0, -1) : 'name: "h"');
    });
    await assertFails(collectorOf(url)(), 'parse_error', /^byte 0: \d+ bytes are said to follow and \d+ are there$/);
    contentType = PROTOBUF.replace('delimited', 'text');
    await assertFails(collectorOf(url)(), 'parse_error', /^byte \d+: .*encoding=text.*only encoding=delimited is read/);
  });

  test('gzip is unpacked', async () => {
    const url = await serve((_, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(gzipSync(`a 1\n${'b{x="y"} 2\n'.repeat(50_000)}`));
    });
    assert.equal((await collectorOf(url)()).length, 50_001);
  });

  test('gzip that is damaged or cut off is refused', async () => {
    const packed = gzipSync('a 1\n'.repeat(10_000));
    let body = packed.subarray(0, packed.length - 12);
    const url = await serve((_, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(body);
    });
    const collect = collectorOf(url);
    await assertFails(collect(), 'http_error', /damaged gzip/);
    body = Buffer.from('a 1\n');
    await assertFails(collect(), 'http_error', /damaged gzip/);
  });

  test('a compression that was not asked for is refused', async () => {
    const url = await serve((_, response) => {
      response.setHeader('Content-Encoding', 'br');
      response.end('x');
    });
    await assertFails(collectorOf(url)(), 'http_error', /"br"; only gzip/);
  });

  test('an error status is said, with what to do', async () => {
    let status = 500;
    const url = await serve((_, response) => {
      response.statusCode = status;
      response.end('a 1\n');
    });
    const collect = collectorOf(url);
    await assertFails(collect(), 'http_error', /answered HTTP 500 Internal Server Error\.$/);
    status = 404;
    await assertFails(collect(), 'http_error', /HTTP 404 .*Check the path/);
    status = 401;
    await assertFails(collect(), 'http_error', /HTTP 401 .*credentials/);
    status = 200;
    assert.equal((await collect()).length, 1);
  });

  test('a web page instead of metrics is named as such', async () => {
    const url = await serve((_, response) => {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      response.end('<!doctype html>');
    });
    await assertFails(
      collectorOf(url)(),
      'parse_error',
      /^line 1, column 1: .*answers with text\/html: is it the page/,
    );
  });

  test('an answer that ends too early is no answer', async () => {
    const url = await serve((request, response) => {
      response.setHeader('Content-Length', '100');
      response.write('a 1\n');
      setImmediate(() => request.socket.destroy());
    });
    await assertFails(collectorOf(url)(), 'other', /in the middle of its answer/);
  });
});

describe('limits', () => {
  test('a body over the limit is refused by its announced length, by its bytes, and by its unpacked bytes', async () => {
    let mode = 'announced';
    const url = await serve((_, response) => {
      const text = 'a 1\n'.repeat(3000);
      if (mode === 'announced') response.end(text);
      else if (mode === 'chunked') {
        response.write(text.slice(0, 6000));
        response.end(text.slice(6000));
      } else {
        response.setHeader('Content-Encoding', 'gzip');
        response.end(gzipSync(text));
      }
    });
    const collect = collectorOf(url, { bodyLimitBytes: 11_999 });
    for (mode of ['announced', 'chunked', 'gzip']) {
      await assertFails(collect(), 'too_large', /larger than 11999 bytes: raise the target's bodyLimit/);
    }
    assert.equal((await collectorOf(url, { bodyLimitBytes: 12_000 })()).length, 3000);
  });

  test('of a gzip bomb no more is unpacked than the limit, and memory stays flat', async () => {
    const bomb = gzipSync(Buffer.alloc(512 * 1024 * 1024), { level: 9 });
    const url = await serve((_, response) => {
      response.setHeader('Content-Encoding', 'gzip');
      response.end(bomb);
    });
    const collect = collectorOf(url, { bodyLimitBytes: 4 * 1024 * 1024 });
    const beforeBytes = process.memoryUsage().rss;
    for (let round = 0; round < 20; round++) await assertFails(collect(), 'too_large', /larger than/);
    assert.ok(process.memoryUsage().rss - beforeBytes < 128 * 1024 * 1024);
  });

  test('too many samples are refused', async () => {
    const url = await serve((_, response) => void response.end('a 1\n'.repeat(11)));
    await assertFails(collectorOf(url, { sampleLimit: 10 })(), 'too_large', /more than 10 samples.*sampleLimit/);
  });
});

describe('redirects', () => {
  test('are followed, and credentials stay with the origin they are for', async () => {
    const seen: (string | undefined)[] = [];
    const other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.end('a 1\n');
    });
    const url = await serve((request, response) => {
      seen.push(request.headers.authorization);
      response.statusCode = 302;
      response.setHeader('Location', request.url === '/metrics' ? '/elsewhere' : other.href);
      response.end();
    });
    assert.deepEqual(await collectorOf(url, { readAuthorization: async () => 'Bearer secret' })(), [['a{}', 1]]);
    assert.deepEqual(seen, ['Bearer secret', 'Bearer secret', undefined]);
  });

  test('without end, or to another protocol, are refused', async () => {
    let location = '/metrics';
    const url = await serve((_, response) => {
      response.statusCode = 301;
      response.setHeader('Location', location);
      response.end();
    });
    await assertFails(collectorOf(url)(), 'http_error', /redirects more than 5 times/);
    location = 'file:///etc/passwd';
    await assertFails(collectorOf(url)(), 'http_error', /neither http nor https/);
  });
});

describe('a target that does not answer', () => {
  test('whose port is closed refuses the connection', async () => {
    const url = await serve(() => {});
    for (const end of ends.splice(0)) await end();
    await assertFails(collectorOf(url)(), 'refused', /^Connection refused by 127\.0\.0\.1:\d+: is the node running/);
  });

  test('whose name does not exist', async () => {
    const url = new URL('http://no-such-host.invalid/metrics');
    await assertFails(collectorOf(url)(), 'other', /no-such-host\.invalid cannot be resolved/);
  });

  test('that speaks something else', async () => {
    const url = await serve((request) => void request.socket.end('SSH-2.0-OpenSSH\r\n'));
    await assertFails(collectorOf(url)(), 'other', /The request to 127\.0\.0\.1:\d+ failed/);
  });

  test('is let go when the signal says so, before the headers and within the body', async () => {
    let isBodyBegun = false;
    const url = await serve((_, response) => {
      if (isBodyBegun) response.write('a 1\n');
    });
    const collect = collectorOf(url);
    for (isBodyBegun of [false, true]) {
      const abort = new AbortController();
      const collecting = collect(abort.signal);
      setTimeout(() => abort.abort(new CollectionError('timeout', 'enough')), 50);
      await assertFails(collecting, 'timeout', /enough/);
    }
  });

  test('never has its credentials in a message', async () => {
    const url = await serve((_, response) => {
      response.statusCode = 403;
      response.end();
    });
    const withUser = new URL(url);
    withUser.username = 'alice';
    withUser.password = 'hunter2';
    withUser.search = '?token=hunter2';
    await assert.rejects(collectorOf(withUser)(), (error: Error) => {
      assert.doesNotMatch(error.message, /alice|hunter2/);
      return true;
    });
  });
});

test('after close no connection is left open', async () => {
  const closed = Promise.withResolvers<void>();
  const url = await serve(
    (request, response) => {
      request.socket.on('close', () => closed.resolve());
      response.end('a 1\n');
    },
    { keepAliveTimeout: 3_600_000 },
  );
  const collector = createScrapeCollector({ url, timeoutMs: 5000 });
  await collector.collect(new CollectingSink(), new AbortController().signal);
  await collector.close();
  await closed.promise;
});
