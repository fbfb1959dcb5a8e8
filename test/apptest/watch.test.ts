// The monitor as its users run it: a target that goes and comes back, history that survives kill -9, Ctrl-C.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { BINARY, MonitorProcess, runChainpulse, until } from './monitor-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'chainpulse-watch-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function serve(
  body: () => string,
  port = 0,
): Promise<{ server: Server; port: number; close: () => Promise<unknown> }> {
  const server = createServer((_, response) => response.end(body()));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    return closed;
  };
  return { server, port: (server.address() as AddressInfo).port, close };
}

test('a target that stops is down with its reason, and comes back by itself', async () => {
  const body = () => '# TYPE things_total counter\nthings_total 7\n';
  const target = await serve(body);
  await using monitor = await MonitorProcess.start([
    'watch',
    `http://127.0.0.1:${target.port}/metrics`,
    '--data',
    join(folder, 'down'),
  ]);
  await until(
    () => monitor.value(`up{instance="127.0.0.1:${target.port}"}`),
    (up) => up === 1,
  );
  assert.equal(await monitor.value('things_total'), 7);
  assert.equal((await monitor.health()).status, 200);

  await target.close();
  const critical = await until(
    () => monitor.health(),
    ({ status }) => status === 503,
  );
  assert.match(critical.summary, new RegExp(`127\\.0\\.0\\.1:${target.port}.*refused`, 'i'));
  assert.equal(await monitor.value(`up{instance="127.0.0.1:${target.port}"}`), 0);
  assert.equal(await monitor.value('things_total'), undefined, 'a stale series has no value');

  const again = await serve(body, target.port);
  await until(
    () => monitor.health(),
    ({ status }) => status === 200,
  );
  assert.equal(await monitor.value(`up{instance="127.0.0.1:${target.port}"}`), 1);
  assert.equal(await monitor.value('things_total'), 7);
  await again.close();
});

test('a page that is malformed is refused with line and column, and everything else goes on', async () => {
  const good = await serve(() => 'good 1\n');
  const bad = await serve(() => 'fine 1\nbroken{a="b} 2\n');
  await using monitor = await MonitorProcess.start([
    'watch',
    `http://127.0.0.1:${good.port}/metrics`,
    `http://127.0.0.1:${bad.port}/metrics`,
    '--data',
    join(folder, 'malformed'),
  ]);
  const { summary } = await until(
    () => monitor.health(),
    ({ status }) => status === 503,
  );
  assert.match(summary, /line 2, column \d+/);
  assert.equal(
    await until(
      () => monitor.value('good'),
      (value) => value === 1,
    ),
    1,
  );
  assert.equal(await monitor.value('fine'), undefined, 'nothing of a refused page is stored');
  const counted = 'chainpulse_source_collections_total{type="scrape",outcome="parse_error"}';
  await until(
    () => monitor.value(counted),
    (value) => value !== undefined && value >= 1,
  );
  await good.close();
  await bad.close();
});

test('after kill -9 the history is there', async () => {
  let count = 0;
  const target = await serve(() => `things_total ${++count}\n`);
  const args = ['watch', `http://127.0.0.1:${target.port}/metrics`, '--data', join(folder, 'killed')];
  let before: number | undefined;
  {
    await using monitor = await MonitorProcess.start(args);
    before = await until(
      () => monitor.value('count_over_time(things_total[1h])'),
      (value) => (value ?? 0) >= 2,
    );
    await monitor.kill();
  }
  await using monitor = await MonitorProcess.start(args);
  const found = await monitor.value('count_over_time(things_total[1h])');
  assert.ok((found ?? 0) >= (before ?? 0), `${found} of ${before} samples`);
  await target.close();
});

test('Ctrl-C ends it in order, with exit code 0', async () => {
  const monitor = await MonitorProcess.start(['watch', '--data', join(folder, 'stopped')]);
  await until(
    () => monitor.value('up{job="machine"}'),
    (up) => up === 1,
  );
  assert.equal(await monitor.interrupt(), 0);
  assert.equal(monitor.output.stderr.includes('"level":50'), false, monitor.output.stderr);
});

test('without a target it watches this machine and itself; --no-machine leaves both out', async () => {
  {
    await using monitor = await MonitorProcess.start(['watch', '--data', join(folder, 'machine')]);
    await until(
      () => monitor.value('chain_machine_memory_total_bytes'),
      (value) => (value ?? 0) > 1e6,
    );
    await until(
      () => monitor.value('process_resident_memory_bytes{job="chainpulse"}'),
      (value) => (value ?? 0) > 1e6,
    );
  }
  const target = await serve(() => 'only 1\n');
  await using monitor = await MonitorProcess.start([
    'watch',
    `http://127.0.0.1:${target.port}/metrics`,
    '--no-machine',
    '--data',
    join(folder, 'no-machine'),
  ]);
  await until(
    () => monitor.value('only'),
    (value) => value === 1,
  );
  const names = (await monitor.query('count by (__name__) ({job=~".+"})'))
    .map(({ metric }) => String(metric['__name__']))
    .toSorted();
  assert.deepEqual(names, ['only', 'scrape_duration_seconds', 'scrape_samples_scraped', 'up']);
  await target.close();
});

test('settings that have no effect are told of at the start', async () => {
  const file = join(folder, 'remote.yaml');
  const remote = '{ engine: remote, remote: { url: "http://127.0.0.1:9" } }';
  writeFileSync(
    file,
    `storage: ${remote}\nquery: { subqueryStep: 1m, lookback: 1m }\notlp: { convertHistogramsToNhcb: true }\n`,
  );
  await using monitor = await MonitorProcess.start([
    'watch',
    '--config',
    file,
    '--no-machine',
    '--data',
    join(folder, 'q'),
  ]);
  const warned = monitor.output.stderr.split('\n').filter((line) => line.includes('"level":40'));
  assert.match(
    warned[0]!,
    /query\.subqueryStep has no effect on answers, since storage\.remote\.evaluate is \\"server\\"/,
  );
  assert.match(warned[1]!, /otlp\.convertHistogramsToNhcb makes histograms that remote write 1\.0 cannot carry/);
  assert.ok(!monitor.output.stderr.includes('query.lookback'));
});

test('query prints a table, CSV, JSON and a chart of what a running monitor knows', async () => {
  const target = await serve(() => 'answer{of="everything"} 42\n');
  await using monitor = await MonitorProcess.start([
    'watch',
    `http://127.0.0.1:${target.port}/metrics`,
    '--no-machine',
    '--data',
    join(folder, 'query'),
  ]);
  await until(
    () => monitor.value('answer'),
    (value) => value === 42,
  );
  const ask = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await runChainpulse(['query', ...args, '--url', monitor.url]);
    assert.equal(exitCode, 0, stderr);
    return stdout;
  };
  assert.match(await ask('answer'), /^answer\{instance="127\.0\.0\.1:\d+", job="scrape", of="everything"\} {2}42\n$/);
  assert.match(
    await ask('answer', '--format', 'csv'),
    /^time,__name__,instance,job,of,value\r\n\S+Z,answer,127.*,42\r\n$/,
  );
  assert.equal(JSON.parse(await ask('answer * 2', '--format', 'json'))[0].value[1], '84');
  assert.match(await ask('answer', '--start', '-1m', '--step', '1s'), /42 ┤[⠀-⣿]+\n/);
  assert.match(await ask('nothing_of_this_name'), /No series answers/);
  const unread = spawn(process.execPath, [BINARY, 'query', 'answer', '--url', monitor.url]);
  unread.stdout.destroy();
  assert.equal(await text(unread.stderr), '', 'a reader that went away, such as head, is no failure');
  const refused = await runChainpulse(['query', 'sum(', '--url', monitor.url]);
  assert.equal(refused.exitCode, 1);
  assert.match(refused.stderr, /1:\d+: parse error/);
  await target.close();
});
