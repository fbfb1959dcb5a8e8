// Rules of a running monitor: a wrong group costs itself alone, a reload keeps what is known, and states survive a kill.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { MonitorProcess, until } from './monitor-process.ts';

interface Rule {
  readonly name: string;
  readonly query: string;
  readonly alerts?: readonly { readonly activeAt: string; readonly state: string }[];
}
interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

const WATCHED = `groups:
  - name: good
    rules:
      - {alert: Here, expr: 'up == 1', for: 1h}
`;
const BAD = `  - name: bad
    rules:
      - {alert: Broken, expr: 'sum('}
`;

class RulesFolder {
  readonly folder: string;
  readonly rules: string;

  constructor(t: TestContext) {
    this.folder = mkdtempSync(join(tmpdir(), 'chainpulse-rules-'));
    t.after(() => rmSync(this.folder, { recursive: true, force: true }));
    this.rules = join(this.folder, 'node.yaml');
    const rules = `{ shipped: false, evaluationInterval: 1s, files: ['*.yaml'] }`;
    writeFileSync(join(this.folder, 'chainpulse.yml'), `collection: { interval: 1s, timeout: 1s }\nrules: ${rules}\n`);
  }

  start(): Promise<MonitorProcess> {
    const { folder } = this;
    return MonitorProcess.start(['watch', '--config', join(folder, 'chainpulse.yml'), '--data', join(folder, 'data')]);
  }
}

async function groupsOf({ url }: MonitorProcess): Promise<readonly Group[]> {
  const { data } = (await (await fetch(`${url}/api/v1/rules`)).json()) as { data: { groups: readonly Group[] } };
  return data.groups;
}

/** The alert `Here` of one target, once it is there. */
async function activeAt(monitor: MonitorProcess): Promise<string> {
  const found = await until(
    async () =>
      (await groupsOf(monitor)).flatMap(({ rules }) => rules).find(({ name }) => name === 'Here')?.alerts?.[0],
    (alert) => alert !== undefined,
  );
  return found!.activeAt;
}

test('a wrong group is refused with its place and the others run; a reload leaves it as it was', async (t) => {
  const files = new RulesFolder(t);
  writeFileSync(files.rules, WATCHED + BAD);
  await using monitor = await files.start();
  assert.deepEqual(
    (await groupsOf(monitor)).map(({ name }) => name),
    ['good'],
  );
  assert.match(monitor.output.stderr, /node\.yaml:7:\d+: Broken: the expression is wrong: .*unclosed left parenthesis/);
  const since = await activeAt(monitor);

  writeFileSync(files.rules, WATCHED.replace('up == 1', 'up ==== 1'));
  const refused = await fetch(`${monitor.url}/-/reload`, { method: 'POST' });
  assert.equal(refused.status, 500);
  assert.match(await refused.text(), /node\.yaml:4:\d+: Here: the expression is wrong/);
  assert.equal((await groupsOf(monitor))[0]?.rules[0]?.query, 'up == 1');

  writeFileSync(files.rules, WATCHED.replace('up == 1', 'up > 0'));
  monitor.child.kill('SIGHUP');
  await until(
    () => groupsOf(monitor),
    (groups) => groups[0]?.rules[0]?.query === 'up > 0',
  );
  assert.equal(await activeAt(monitor), since, 'the alert is as old as before');
  assert.equal((await fetch(`${monitor.url}/-/reload`, { method: 'POST' })).status, 200);
  assert.equal((await fetch(`${monitor.url}/-/reload`)).status, 405);
});

test('since when an alert is active survives kill -9', async (t) => {
  const files = new RulesFolder(t);
  writeFileSync(files.rules, WATCHED);
  const first = await files.start();
  await until(
    () => first.value('count_over_time(ALERTS_FOR_STATE{alertname="Here",job="machine"}[1m])'),
    (count) => count !== undefined && count >= 9,
  );
  await first.kill();
  await using second = await files.start();
  const started = Date.now() / 1000;
  const stored = 'timestamp(ALERTS_FOR_STATE{job="machine"})';
  // What is pending does not count the outage, but what it had waited before.
  const waitedSeconds = await until(
    () => second.value(`${stored} - ALERTS_FOR_STATE and ${stored} > ${started}`),
    (seconds) => seconds !== undefined,
  );
  assert.ok(waitedSeconds! >= 7, `${waitedSeconds} s`);
});
