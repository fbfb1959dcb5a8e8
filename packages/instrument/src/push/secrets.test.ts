import assert from 'node:assert/strict';
import { it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { freePort } from '../../../monitor/src/testing/free-port.ts';
import { Registry } from '../registry.ts';
import { type EndpointOptions, endpointOf } from './endpoint.ts';
import { influx } from './influx.ts';
import { otlpHttp } from './otlp-http.ts';
import type { PushTarget } from './push-target.ts';
import { startPush } from './pusher.ts';
import { pushgateway } from './pushgateway.ts';
import { remoteWrite } from './remote-write.ts';
import { answer, type Behaviour, type Received, Receiver } from './testing/receiver.ts';

const PASSWORD = 'pa55"word é/%';
const TOKEN = 'tok3n-0123456789';
const QUERY = 'qu3ry+secret';
const HEADER = 'h3ader-secret';
const SECRETS = [PASSWORD, TOKEN, QUERY, HEADER, Buffer.from(`user:${PASSWORD}`).toString('base64')];
const FORMS = SECRETS.flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)]);

function assertNoSecret(text: string): void {
  for (const form of FORMS) assert.ok(!text.includes(form), `${form} in ${text}`);
}

/** Everything secret about a request, in each form that it may be repeated in. */
function secretsIn({ headers }: Received): readonly string[] {
  const authorization = headers.authorization ?? '';
  return FORMS.filter((_, i) => {
    const secret = SECRETS[Math.floor(i / 3)]!;
    if (secret === QUERY || secret === HEADER) return true;
    return authorization.startsWith('Basic') ? secret !== TOKEN : secret === TOKEN;
  });
}

/** Repeats all that it was sent, as text, as JSON and in a redirect. */
const ECHOES: readonly Behaviour[] = [
  (response, { path, headers }) => response.writeHead(400).end(`${path} ${Object.values(headers).join(' ')}`),
  (response, { path, headers }) => response.writeHead(403).end(JSON.stringify({ headers, path })),
  (response, received) => response.writeHead(403).end(secretsIn(received).join(' ')),
  (response, { headers }) => response.writeHead(500).end(`${headers.authorization} `.repeat(2000)),
  (response, { path }) => response.writeHead(302, { Location: `http://user:pa55@127.0.0.1${path}` }).end(path),
];

function targetsAt(url: string): readonly PushTarget[] {
  const withQuery = `${url}?secret=${encodeURIComponent(QUERY)}`;
  const headers = { 'X-Key': HEADER };
  const basicAuth = { username: 'user', password: PASSWORD };
  const withUser = withQuery.replace('://', `://user:${encodeURIComponent(PASSWORD)}@`);
  return [
    remoteWrite({ url: withQuery, headers, basicAuth }),
    remoteWrite({ url: withUser, headers, version: 1 }),
    otlpHttp({ url: withQuery, headers, bearerToken: TOKEN }),
    influx({ url: withQuery, headers, database: 'd', basicAuth }),
    influx({ url: withQuery, headers, bucket: 'b', org: 'o', token: TOKEN }),
    pushgateway({ url: withUser, headers, job: 'j' }),
  ];
}

async function messagesOf(context: TestContext, to: PushTarget): Promise<string> {
  const messages: string[] = [];
  const onError = ({ message }: { message: string }) => messages.push(message);
  const push = startPush({ registry: new Registry(), to, onError });
  context.after(() => push.stop({ deadlineMs: 0 }));
  await push.flush();
  assert.ok(messages.length > 0);
  return JSON.stringify([messages, push.statistics()]);
}

it('shows no credential of any target, whatever the receiver repeats', async (context) => {
  for (const echo of ECHOES) {
    const receiver = await Receiver.start(context, echo);
    for (const target of targetsAt(`${receiver.url}/write`)) assertNoSecret(await messagesOf(context, target));
    assert.ok(
      receiver.received.every(({ headers }) => headers['x-key'] === HEADER && headers.authorization !== undefined),
    );
  }
});

it('shows no credential of any target when nobody answers', async (context) => {
  const port = await freePort();
  for (const target of targetsAt(`http://127.0.0.1:${port}/write`)) assertNoSecret(await messagesOf(context, target));
});

it('shows no half of a credential where the answer is cut', async (context) => {
  const token = 'abcdefghij'.repeat(300);
  for (const filler of [0, 16_384 - 1500]) {
    const receiver = await Receiver.start(context, (response) =>
      response.writeHead(400).end(' '.repeat(filler) + token.repeat(10)),
    );
    const messages = await messagesOf(context, otlpHttp({ url: receiver.url, bearerToken: token }));
    assert.ok(!messages.includes('abcdefghij'), messages.slice(0, 300));
  }
});

it('shows no credential of any target that is printed, nor of its push', () => {
  for (const target of targetsAt('http://127.0.0.1:1/write')) {
    const push = startPush({ registry: new Registry(), to: target });
    for (const object of [target, target.endpoint, push, { target, push }]) {
      assertNoSecret(inspect(object, { depth: null, showHidden: true, getters: false }));
      assertNoSecret(JSON.stringify(object));
      assertNoSecret(JSON.stringify({ ...object }));
    }
    void push.stop({ deadlineMs: 0 });
  }
});

it('sends the credentials as they were given', async (context) => {
  const receiver = await Receiver.start(context, answer(200));
  for (const target of targetsAt(receiver.url)) {
    await startPush({ registry: new Registry(), to: target }).stop();
  }
  const basic = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;
  assert.deepEqual(
    [...new Set(receiver.received.map(({ headers }) => headers.authorization))],
    [basic, `Bearer ${TOKEN}`, `Token ${TOKEN}`],
  );
  assert.ok(receiver.received.every(({ path }) => path.includes('secret=qu3ry')));
});

it('refuses what is no endpoint, without repeating it', () => {
  const secret = 'v3ry-secret';
  const wrong: readonly EndpointOptions[] = [
    { url: secret },
    { url: `ftp://${secret}@host` },
    { url: `http://user:${secret}@[` },
    { url: 'http://host', headers: { 'X Key': secret } },
    { url: 'http://host', headers: { 'X-Key': `${secret}\n` } },
    { url: 'http://host', headers: { Host: secret } },
    { url: 'http://host', bearerToken: `${secret}\r\n` },
    { url: `http://u:${secret}@host`, bearerToken: secret },
    { url: 'http://host', headers: { Authorization: secret }, basicAuth: { username: 'u', password: secret } },
  ];
  for (const options of wrong) {
    assert.throws(
      () => endpointOf(options),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'option_invalid');
        assert.ok(!`${error.message}${error.stack}${String(error.cause)}`.includes(secret), error.message);
        return true;
      },
    );
  }
});

it('refuses targets that are told nonsense', () => {
  const url = 'http://host';
  const nonsense: readonly (() => unknown)[] = [
    () => remoteWrite({ url, version: 3 as 2 }),
    () => remoteWrite({ url, labels: { '0': 'x' } }),
    () => remoteWrite({ url, labels: { __name__: 'x' } }),
    () => remoteWrite({ url, labels: { job: 1 as unknown as string } }),
    () => remoteWrite({ url, exponentialAs: 'other' as 'native' }),
    () => otlpHttp({ url, encoding: 'xml' as 'json' }),
    () => otlpHttp({ url, compression: 'zip' as 'gzip' }),
    () => influx({ url, database: '' }),
    () => influx({ url, bucket: 'b', org: 'o', token: '' }),
    () => pushgateway({ url, job: '' }),
    () => pushgateway({ url, job: 'j', grouping: { 'a-b': 'x' } }),
    () => pushgateway({ url, job: 'j', method: 'GET' as 'PUT' }),
  ];
  for (const make of nonsense) assert.throws(make, { code: 'option_invalid' });
});
