import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { freePort } from '../../../monitor/src/testing/free-port.ts';
import { influx } from './influx.ts';
import { otlpHttp } from './otlp-http.ts';
import { pushgateway } from './pushgateway.ts';
import { remoteWrite } from './remote-write.ts';
import { type Decoded, decodeOtlp, decodeRemoteWriteV2 } from './testing/official-proto.ts';
import { answer, Receiver } from './testing/receiver.ts';
import { metricsOf, setUp } from './testing/set-up.ts';

const WRITTEN = 'X-Prometheus-Remote-Write-Samples-Written';

describe('remote write', () => {
  it('sends 2.0 to a receiver that knows it, and counts what that did not write', async (context) => {
    const receiver = await Receiver.start(
      context,
      answer(204, '', { [WRITTEN]: '1000' }),
      answer(400, 'bad', { [WRITTEN]: '2' }),
    );
    const { push } = setUp(context, remoteWrite({ url: receiver.url }));
    await push.flush();
    const [first] = receiver.received;
    assert.equal(first?.headers['content-type'], 'application/x-protobuf;proto=io.prometheus.write.v2.Request');
    assert.equal(first?.headers['x-prometheus-remote-write-version'], '2.0.0');
    assert.ok((decodeRemoteWriteV2(first!.body)['symbols'] as string[]).includes('chain_height'));
    assert.equal(push.statistics().dialect, 'remote write 2.0');
    await push.flush();
    const sent = (decodeRemoteWriteV2(receiver.received[1]!.body)['timeseries'] as Decoded[]).length;
    assert.equal(push.statistics().droppedSamples.rejected, sent - 2);
  });

  it('counts what a receiver of 2.0 took without writing', async (context) => {
    const receiver = await Receiver.start(context, answer(204, '', { [WRITTEN]: '1' }));
    const { push, failures } = setUp(context, remoteWrite({ url: receiver.url }));
    await push.flush();
    const sent = (decodeRemoteWriteV2(receiver.received[0]!.body)['timeseries'] as Decoded[]).length;
    assert.equal(push.statistics().droppedSamples.rejected, sent - 1);
    assert.match(failures[0]?.message ?? '', /samples were not written$/);
  });

  it('falls back to 1.0 for good where 2.0 is refused, and loses nothing of what waited', async (context) => {
    const receiver = await Receiver.start(context, answer(503), answer(415), answer(204));
    const { push } = setUp(context, remoteWrite({ url: receiver.url }));
    await push.flush();
    await push.flush();
    await push.flush();
    assert.equal(push.statistics().dialect, 'remote write 1.0');
    assert.deepEqual(
      receiver.received.map(({ headers }) => headers['x-prometheus-remote-write-version']),
      ['2.0.0', '2.0.0', '0.1.0', '0.1.0', '0.1.0'],
    );
    assert.ok(receiver.received.slice(2).every(({ body }) => metricsOf(body).has('chain_height')));
    assert.deepEqual(Object.values(push.statistics().droppedSamples), [0, 0, 0, 0, 0, 0]);
  });

  it('falls back to 1.0 where 2.0 is taken for an empty request', async (context) => {
    const receiver = await Receiver.start(context, answer(204));
    const { push } = setUp(context, remoteWrite({ url: receiver.url }));
    assert.equal(await push.flush(), true);
    assert.equal(receiver.received.length, 2);
    assert.equal(metricsOf(receiver.received[1]!.body).get('chain_height'), 42);
    assert.equal(push.statistics().requests.ok, 1);
  });
});

describe('OTLP over HTTP', () => {
  it('sends protobuf or JSON, compressed', async (context) => {
    const receiver = await Receiver.start(context, answer(200));
    const resource = { 'service.name': 'node' };
    for (const encoding of ['protobuf', 'json'] as const) {
      const { push } = setUp(context, otlpHttp({ url: `${receiver.url}/v1/metrics`, encoding, resource }));
      assert.equal(await push.flush(), true);
    }
    const [protobuf, json] = receiver.received;
    assert.equal(protobuf?.headers['content-type'], 'application/x-protobuf');
    assert.equal(protobuf?.headers['content-encoding'], 'gzip');
    assert.match(JSON.stringify(decodeOtlp(protobuf!.body)), /chain_height/);
    assert.equal(json?.headers['content-type'], 'application/json');
    assert.match(json?.body.toString() ?? '', /"name":"chain_height"/);
  });

  it('counts data points that were refused, as protobuf and as JSON', async (context) => {
    const partial = Buffer.from([0x0a, 0x06, 0x08, 0x03, 0x12, 0x02, 0x6e, 0x6f]);
    const receiver = await Receiver.start(
      context,
      (response) => response.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end(partial),
      answer(200, '{"partialSuccess":{"rejectedDataPoints":"4","errorMessage":"too old"}}', {
        'Content-Type': 'application/json',
      }),
      answer(200, 'no message at all', { 'Content-Type': 'application/x-protobuf' }),
      answer(200, '{', { 'Content-Type': 'application/json' }),
    );
    const { push, failures } = setUp(context, otlpHttp({ url: receiver.url, compression: 'none' }));
    for (let i = 0; i < 4; i++) await push.flush();
    assert.equal(push.statistics().requests.ok, 4);
    assert.equal(push.statistics().droppedSamples.rejected, 7);
    assert.deepEqual(
      failures.map(({ message }) => message),
      [
        `POST ${receiver.url}/: 3 data points were refused: no`,
        `POST ${receiver.url}/: 4 data points were refused: too old`,
      ],
    );
  });

  it('tries again only what the protocol says is worth it', async (context) => {
    const receiver = await Receiver.start(context, answer(500), answer(502));
    const { push } = setUp(context, otlpHttp({ url: receiver.url }));
    assert.equal(await push.flush(), true);
    assert.equal(push.statistics().requests.rejected, 1);
    assert.equal(await push.flush(), false);
  });
});

describe('InfluxDB', () => {
  it('takes lines at the address of its version', async (context) => {
    const receiver = await Receiver.start(context, answer(204));
    const targets = [
      influx({ url: `${receiver.url}/`, database: 'node metrics', retentionPolicy: 'week' }),
      influx({ url: receiver.url, bucket: 'b', org: 'o', token: 'secret-token' }),
    ];
    for (const target of targets) assert.equal(await setUp(context, target).push.flush(), true);
    const [one, two] = receiver.received;
    assert.equal(one?.path, '/write?db=node+metrics&precision=ns&rp=week');
    assert.match(one?.body.toString() ?? '', /^chain_height gauge=42 \d{19}$/m);
    assert.equal(two?.path, '/api/v2/write?bucket=b&org=o&precision=ns');
    assert.equal(two?.headers.authorization, 'Token secret-token');
  });
});

describe('a Pushgateway', () => {
  it('gets the whole registry as text in the group it is told', async (context) => {
    const receiver = await Receiver.start(context, answer(200));
    const grouping = { instance: 'a/b', empty: '', path: '..', zone: 'é 1' };
    const target = pushgateway({ url: `${receiver.url}/base/`, job: 'node', grouping });
    const { push } = setUp(context, target, { maxSamplesPerRequest: 1 });
    assert.equal(await push.flush(), true);
    const [request] = receiver.received;
    assert.equal(receiver.received.length, 1);
    assert.equal(request?.method, 'PUT');
    assert.equal(request?.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(
      request?.path,
      '/base/metrics/job/node/empty@base64/=/instance@base64/YS9i/path@base64/Li4/zone/%C3%A9%201',
    );
    const lines = request?.body.toString().split('\n') ?? [];
    assert.ok(lines.includes('# TYPE chain_height gauge') && lines.includes('chain_height 42'));
  });

  it('is not sent what a newer snapshot replaces', async (context) => {
    const receiver = await Receiver.start(context, answer(503), answer(503), answer(200));
    const { push, registry } = setUp(context, pushgateway({ url: receiver.url, job: 'node', method: 'POST' }));
    const view = registry.gauge({ name: 'chain_view', help: 'View.' });
    for (let i = 1; i <= 3; i++) {
      view.set(i);
      await push.flush();
    }
    assert.deepEqual(
      receiver.received.map(({ body }) => /^chain_view (\d)$/m.exec(body.toString())?.[1]),
      ['1', '2', '3'],
    );
    assert.ok(push.statistics().droppedSamples.superseded > 0);
    assert.equal(push.statistics().droppedSamples.queue_full, 0);
  });

  it('forgets the group when asked to, and says what hindered it', async (context) => {
    const receiver = await Receiver.start(context, answer(202), answer(400, 'no'));
    const target = pushgateway({ url: receiver.url, job: 'node', basicAuth: { username: 'u', password: 'p4ss' } });
    assert.equal(await target.delete(), undefined);
    assert.equal(receiver.received[0]?.method, 'DELETE');
    assert.equal(receiver.received[0]?.path, '/metrics/job/node');
    assert.equal(await target.delete(), `DELETE ${receiver.url}/metrics/job/node answered 400: no`);
    const nobody = pushgateway({ url: `http://127.0.0.1:${await freePort()}`, job: 'node' });
    assert.match((await nobody.delete()) ?? '', /had no answer \(ECONNREFUSED\)$/);
  });
});
