// What docs/guide/scale.md and deploy/scale say of a fleet holds together: the monitors' configuration is what our schema takes,
// the servers' files name each other, what is late is let in for as long as monitors keep it, and alerts name metrics that exist.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { completeConfig, parseConfigText, readConfigFile } from '../../packages/monitor/src/config/read-config.ts';
import type { Config } from '../../packages/monitor/src/config/schema.ts';
import { parseYaml } from '../../packages/monitor/src/config/yaml-file.ts';
import { MONITOR_TABLE } from '../../packages/monitor/src/self/monitor-table.ts';

const ROOT = join(import.meta.dirname, '../..');
const GUIDE = 'docs/guide/scale.md';
const FOLDER = 'deploy/scale';
const ALERTS_TEST = join(import.meta.dirname, 'testdata/fleet-alerts.yaml');
const CLUSTERS = ['victoria-metrics', 'mimir', 'thanos'] as const;

const Compose = z.looseObject({
  services: z.record(z.string(), z.looseObject({ command: z.array(z.string()).optional() })),
});
const Mimir = z.looseObject({ limits: z.looseObject({ out_of_order_time_window: z.string() }) });
const Alerts = z.strictObject({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['warning', 'critical']) }),
          annotations: z.strictObject({ summary: z.string(), action: z.string() }),
        }),
      ),
    }),
  ),
});

describe('the files for a fleet', () => {
  const files = globSync(`${FOLDER}/**/*.*`, { cwd: ROOT }).sort();

  it('are all in the guide, and the guide names no others', () => {
    const named = new Set(text(GUIDE).match(/deploy\/scale\/[a-z/-]+\.[a-z]+/g));
    assert.deepEqual([...named].sort(), files);
  });

  for (const file of files.filter((name) => name.startsWith(`${FOLDER}/monitor/`))) {
    it(`${file} is a configuration of a monitor that sends`, () => {
      const { storage } = completeConfig(readConfigFile(join(ROOT, file)));
      assert.equal(storage.engine, file.includes('mirror') ? 'mirror' : 'remote');
      assert.notEqual(storage.remote.url, undefined);
    });
  }

  it('the configuration in the guide is taken as it stands', () => {
    const blocks = Array.from(text(GUIDE).matchAll(/```yaml\n(?<source>.*?)```/gs), ({ groups }) => groups?.['source']);
    assert.ok(blocks.length > 0);
    for (const block of blocks) completeConfig(parseConfigText(block ?? '', GUIDE));
  });

  for (const cluster of CLUSTERS) {
    it(`those of ${cluster} name services that are there`, () => {
      const { services } = compose(cluster);
      const texts = globSync(`${FOLDER}/${cluster}/*`, { cwd: ROOT }).map(text);
      const names = texts.flatMap((one) => one.match(/\b[a-z]+-\d(?=:\d)/g) ?? []);
      assert.ok(names.length > 0);
      assert.deepEqual(
        names.filter((name) => !(name in services)),
        [],
      );
    });
  }

  it('every receiver of Thanos is in the hash ring, and every one of VictoriaMetrics stores and is asked', () => {
    const [ring] = JSON.parse(text(`${FOLDER}/thanos/hashring.json`)) as [{ endpoints: { address: string }[] }];
    const receivers = servicesOf('thanos', 'receive');
    assert.deepEqual(
      ring.endpoints.map(({ address }) => address.split(':')[0]),
      receivers,
    );
    const stores = servicesOf('victoria-metrics', 'vmstorage');
    for (const [kind, port] of [
      ['vminsert', 8400],
      ['vmselect', 8401],
    ] as const) {
      for (const name of servicesOf('victoria-metrics', kind)) {
        assert.equal(flag('victoria-metrics', name, 'storageNode'), stores.map((store) => `${store}:${port}`).join());
      }
    }
  });

  it('there are enough nodes for the copies when one is away', () => {
    const copies = Number(flag('victoria-metrics', 'vminsert-0', 'replicationFactor'));
    assert.equal(copies, 2);
    assert.equal(flag('victoria-metrics', 'vmselect-0', 'replicationFactor'), String(copies));
    assert.ok(servicesOf('victoria-metrics', 'vmstorage').length >= 2 * copies - 1);
    for (const name of servicesOf('thanos', 'receive')) {
      assert.ok(Number(flag('thanos', name, '-receive.replication-factor')) <= servicesOf('thanos', 'receive').length);
    }
  });

  it('late samples are let in for as long as monitors keep them', () => {
    const ageOf = (name: string): number => monitor(name).storage.remote.queueAge;
    const { limits } = yaml('mimir/mimir.yaml', Mimir);
    assert.equal(hours(limits.out_of_order_time_window), ageOf('mimir'));
    for (const name of servicesOf('thanos', 'receive')) {
      assert.equal(hours(flag('thanos', name, '-tsdb.out-of-order.time-window')), ageOf('thanos'));
    }
  });

  it('alerts name metrics that a monitor has', () => {
    const rules = yaml('alerts.yaml', Alerts).groups.flatMap((group) => group.rules);
    const known = new Set<string>(
      Object.values(MONITOR_TABLE).flatMap((part) => Object.values(part).map(({ name }) => name)),
    );
    assert.ok(rules.length > 0);
    for (const { alert, expr } of rules) {
      const names = expr.match(/\bchainpulse_\w+/g) ?? [];
      for (const name of names) assert.ok(known.has(name), `${alert}: ${name}`);
      assert.ok(names.length > 0 || expr.includes('up{'), alert);
      assert.ok(text(GUIDE).includes(alert), `the guide does not have ${alert}`);
    }
  });

  it('each alert fires for what it is for, and none for a monitor that is well', { skip: promtoolIsMissing() }, () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', ALERTS_TEST], { encoding: 'utf8' });
    assert.equal(status, 0, stdout + stderr);
  });
});

function promtoolIsMissing(): false | string {
  return spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is not here';
}

function text(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

function yaml<T>(file: string, schema: z.ZodType<T>): T {
  const path = `${FOLDER}/${file}`;
  return parseYaml(text(path), { path, schema, unknownKey: 'is not known' }).data;
}

function compose(cluster: string): z.output<typeof Compose> {
  return yaml(`${cluster}/compose.yaml`, Compose);
}

function servicesOf(cluster: string, kind: string): readonly string[] {
  const names = Object.keys(compose(cluster).services).filter((name) => name.startsWith(`${kind}-`));
  assert.ok(names.length > 0, `${cluster} has no ${kind}`);
  return names;
}

function flag(cluster: string, service: string, name: string): string | undefined {
  const start = `-${name}=`;
  return compose(cluster)
    .services[service]?.command?.find((argument) => argument.startsWith(start))
    ?.slice(start.length);
}

function monitor(name: string): Config {
  return completeConfig(readConfigFile(join(ROOT, `${FOLDER}/monitor/${name}.yaml`)));
}

function hours(duration: string | undefined): number {
  const [, count] = /^(\d+)h$/.exec(duration ?? '') ?? [];
  return Number(count) * 3_600_000;
}
