import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError, completeConfig, parseConfigText, readConfigFile } from './read-config.ts';

function problemsOf(text: string): readonly string[] {
  try {
    parseConfigText(text, 'chainpulse.yaml');
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

test('an empty file is a whole configuration', () => {
  const config = completeConfig(parseConfigText('', 'chainpulse.yaml'));
  assert.equal(config.server.port, 8090);
  assert.equal(config.server.host, '127.0.0.1');
  assert.equal(config.storage.retention, 30 * 86_400_000);
  assert.equal(config.collection.interval, 5000);
  assert.equal(config.machine, true);
  assert.deepEqual(config.targets, []);
});

test('a full file is read with its units', () => {
  const config = completeConfig(
    parseConfigText(
      `
server: { port: 9000 }
storage: { directory: /tmp/x, retention: unlimited, durability: normal }
collection: { interval: 10s, timeout: 8s, bodyLimit: 1MiB }
machine: false
targets:
  - url: evm+http://127.0.0.1:8545
    chain: anvil
    node: one
    interval: 2s
    timeout: 1s
  - url: http://127.0.0.1:9100
    bearerTokenFile: /run/token
`,
      'chainpulse.yaml',
    ),
  );
  assert.equal(config.storage.retention, undefined);
  assert.equal(config.collection.bodyLimit, 1048576);
  assert.equal(config.targets[0]?.url.kind, 'evm');
  assert.equal(config.targets[0]?.interval, 2000);
  assert.equal(config.targets[1]?.bearerTokenFile, '/run/token');
});

test('every problem is told at once, each with its line, column and path', () => {
  const problems = problemsOf(`server:
  port: 99999
  prot: 1
storage:
  retention: soon
collection:
  interval: 5
machine: maybe
targets:
  - url: gopher://x
  - job: a
`);
  assert.equal(problems.length, 7, problems.join('\n'));
  const expected = [
    /^chainpulse\.yaml:2:3: server\.port: /,
    /^chainpulse\.yaml:3:3: server\.prot: is not known/,
    /^chainpulse\.yaml:5:3: storage\.retention: .*"soon" is no duration/,
    /^chainpulse\.yaml:7:3: collection\.interval: write a duration/,
    /^chainpulse\.yaml:8:1: machine: /,
    /^chainpulse\.yaml:10:5: targets\[0\]\.url: .*gopher/,
    /^chainpulse\.yaml:11:5: targets\[1\]\.url: write the address/,
  ];
  for (const pattern of expected)
    assert.ok(
      problems.some((problem) => pattern.test(problem)),
      `${pattern}\n${problems.join('\n')}`,
    );
});

test('broken YAML is told with its place', () => {
  assert.match(problemsOf('a: [1, 2\nb: }')[0] ?? '', /^chainpulse\.yaml:\d+:\d+: /);
  assert.match(
    problemsOf('server:\n  port: 1\n  port: 2\n')[0] ?? '',
    /^chainpulse\.yaml:3:3: Map keys must be unique/,
  );
  assert.match(problemsOf('just a word')[0] ?? '', /^chainpulse\.yaml:1:1: \(the whole file\): /);
});

test('a bomb of aliases is refused', () => {
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
  for (let letter = 1; letter < 10; letter++) {
    const before = String.fromCharCode(96 + letter);
    lines.push(
      `${String.fromCharCode(97 + letter)}: &${String.fromCharCode(97 + letter)} [${`*${before},`.repeat(10)}]`,
    );
  }
  assert.throws(() => parseConfigText(lines.join('\n'), 'bomb.yaml'), { code: 'config_invalid' });
});

test('a file that cannot be read is named', () => {
  assert.throws(() => readConfigFile('/nonexistent/chainpulse.yaml'), {
    code: 'config_invalid',
    message: /\/nonexistent\/chainpulse\.yaml: cannot be read/,
  });
});

test('a timeout longer than its interval is refused where it stands', () => {
  assert.match(
    problemsOf('collection:\n  interval: 1s\n  timeout: 2s\n')[0] ?? '',
    /:3:3: collection\.timeout: .*longer than the interval/,
  );
});

test('what is wrong between fields is told together with what is wrong in them, in the order of the file', () => {
  const problems = problemsOf(`collection: { interval: 1s, timeout: 2s }
prot: 1
targets:
  - { url: 'http://127.0.0.1:1/', timeout: 1h, bearerTokenFile: a, basicAuth: { username: x } }
  - { url: 'gopher://x', timeout: 1h }
  - { url: 'http://127.0.0.1:2/', interval: soon, timeout: 1h }
  - not an object
`);
  const expected = [
    /:1:29: collection\.timeout: .*longer than the interval/,
    /:2:1: prot: is not known/,
    /:4:35: targets\[0\]\.timeout: .*longer than the interval/,
    /:4:68: targets\[0\]\.basicAuth: give either bearerTokenFile or basicAuth/,
    /:4:68: targets\[0\]\.basicAuth\.passwordFile: is missing/,
    /:5:7: targets\[1\]\.url: .*gopher/,
    /:5:26: targets\[1\]\.timeout: .*longer than the interval/,
    /:6:35: targets\[2\]\.interval: "soon" is no duration/,
    /:7:5: targets\[3\]: write options, each as "name: value"/,
  ];
  assert.equal(problems.length, expected.length, problems.join('\n'));
  expected.forEach((pattern) => {
    assert.ok(
      problems.some((problem) => pattern.test(problem)),
      `${pattern}\n${problems.join('\n')}`,
    );
  });
  const lines = problems.map((problem) => Number(problem.split(':')[1]));
  assert.deepEqual(
    lines,
    lines.toSorted((one, other) => one - other),
  );
});

test('a problem says what to write instead', () => {
  const cases: [string, RegExp][] = [
    ['server: { port: -1 }', /server\.port: write a port from 0 to 65535/],
    ['server: { host: "" }', /server\.host: is empty/],
    ['machine: maybe', /machine: write true or false/],
    ['log: { level: loud }', /log\.level: write one of: debug, info, warn, error, silent/],
    ['collection: { sampleLimit: 0 }', /collection\.sampleLimit: write more than 0/],
    ['targets: [{ url: "http://x", chain: 1 }]', /targets\[0\]\.chain: write text; .* quotes/],
    ['targets: { url: x }', /targets: write a list/],
    ['server: *nowhere', /Unresolved alias(?!.*fewer)/],
  ];
  for (const [text, pattern] of cases) assert.match(problemsOf(text).join('\n'), pattern, text);
});

test('two targets whose series could not be told apart are refused', () => {
  const targets = (second: string) =>
    `targets:\n  - url: http://127.0.0.1:1/a\n  - url: http://127.0.0.1:1/b\n${second}`;
  assert.match(
    problemsOf(targets('')).join(),
    /:3:5: targets\[1\]\.url: has the same labels as targets\[0\]: .*node or job/,
  );
  assert.deepEqual(problemsOf(targets('    node: other\n')), []);
  assert.deepEqual(problemsOf('targets:\n  - url: http://127.0.0.1:1/a\n  - url: evm+http://127.0.0.1:1\n'), []);
});

test('tokens, users and certificates that contradict themselves are refused where they stand', () => {
  const auth = (text: string) => `server:\n  auth:\n    ${text}\n`;
  const digest = 'ab'.repeat(32);
  const target = (text: string) => `targets:\n  - ${text}\n`;
  const cases: [string, RegExp][] = [
    [
      auth('tokens: [{ name: a, scopes: [read] }]'),
      /:3:14: server\.auth\.tokens\[0\]: give either tokenFile or sha256/,
    ],
    [auth(`tokens: [{ name: a, tokenFile: f, sha256: ${digest}, scopes: [read] }]`), /give either tokenFile or sha256/],
    [auth('tokens: [{ name: a, tokenFile: f, scopes: [] }]'), /write at least one of: read, push, admin/],
    [auth('tokens: [{ name: a, tokenFile: f, scopes: [write] }]'), /write one of: read, push, admin/],
    [auth('tokens: [{ name: a, sha256: secret, scopes: [read] }]'), /64 hexadecimal digits/],
    [auth('users: [{ name: a, scopes: [read] }, { name: a, scopes: [push] }]'), /users\[1\]\.name: is there twice/],
    ['server:\n  hosts: [http://x]\n', /hosts\[0\]: write a name without scheme and port/],
    [target('{ url: http://x/, tls: { caFile: a } }'), /targets\[0\]\.tls: belongs to an https target/],
    [target('{ url: evm+https://x/, tls: { caFile: a } }'), /NODE_EXTRA_CA_CERTS/],
    [target('{ url: https://x/, tls: { certFile: a } }'), /give certFile and keyFile together/],
  ];
  for (const [text, pattern] of cases) assert.match(problemsOf(text).join('\n'), pattern, text);
  const sound = `server:\n  webConfig: web.yml\n  hosts: [monitor.example]\n  auth: { publicHealth: true, tokens: [{ name: a, sha256: ${digest}, scopes: [push] }] }\ntargets: [{ url: https://x/, tls: { caFile: a, serverName: b } }]\n`;
  assert.deepEqual(problemsOf(sound), []);
});

test('labels for everything that is sent are checked: names, values, how many', () => {
  const problemsWith = (labels: string) => problemsOf(`storage: { remote: { externalLabels: ${labels} } }`);
  const { storage } = completeConfig(
    parseConfigText('storage: { remote: { externalLabels: { site: "7", monitor: rpc-1 } } }', 'chainpulse.yaml'),
  );
  assert.deepEqual(storage.remote.externalLabels, [
    { name: 'monitor', value: 'rpc-1' },
    { name: 'site', value: '7' },
  ]);
  for (const [labels, problem] of [
    ['{ __name__: x }', /externalLabels\.__name__: names that begin with __/],
    ['{ site-name: x }', /externalLabels\.site-name: a name has letters, digits and _/],
    ['{ 1st: x }', /externalLabels\.1st: a name has letters/],
    ['{ site: "" }', /externalLabels\.site: is empty/],
    ['{ site: 7 }', /externalLabels\.site: write text; a number/],
    [`{ site: ${'x'.repeat(201)} }`, /externalLabels\.site: is longer than 200/],
    [`{ ${Array.from({ length: 33 }, (_, index) => `l${index}: x`).join()} }`, /externalLabels: at most 32 labels/],
  ] as const) {
    assert.match(problemsWith(labels).join(), problem);
  }
});
