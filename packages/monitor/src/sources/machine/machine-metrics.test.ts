import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { METRIC_TABLE, type MetricDefinition } from '@chainpulse/instrument';
import { CapturedSamples } from '../probes/testing/captured-samples.ts';
import { createRegistryCollector } from '../registry-collector.ts';
import { MAX_CORES } from './cpu.ts';
import { MAX_DISKS } from './disks.ts';
import { MAX_FILESYSTEMS } from './filesystems.ts';
import { MachineMetrics } from './machine-metrics.ts';
import type { InterfaceReading, MachineReading } from './machine-reading.ts';
import { MAX_INTERFACES } from './network.ts';
import { MAX_SENSORS } from './sensors.ts';

const ROWS: ReadonlyMap<string, MetricDefinition> = new Map(
  Object.values(METRIC_TABLE.resources).map((row) => [row.name, row]),
);

const NOTHING: MachineReading = {
  cpu: undefined,
  availableCores: undefined,
  memory: undefined,
  disks: [],
  filesystems: [],
  interfaces: [],
  sockets: {},
  frequencies: [],
  temperatures: [],
};

function interfaceReading(device: string, packets: number, lost: number): InterfaceReading {
  return {
    device,
    receivedBytes: 100 * packets,
    sentBytes: 0,
    receivedPackets: packets,
    sentPackets: 0,
    receivedLostPackets: lost,
    sentLostPackets: 0,
  };
}

describe('MachineMetrics', () => {
  let metrics: MachineMetrics;
  let samples: CapturedSamples;

  beforeEach(() => {
    metrics = new MachineMetrics();
    samples = new CapturedSamples();
  });

  async function apply(reading: Partial<MachineReading>, timeMs = 0): Promise<void> {
    metrics.apply({ ...NOTHING, ...reading }, timeMs);
    await samples.collect(createRegistryCollector({ registry: metrics.registry, type: 'machine' }));
  }

  it('shows nothing of what was not read', async () => {
    await apply({});
    assert.deepEqual([...samples.values], []);
  });

  it('computes the share of each core between two readings', async () => {
    const cores = (idle: number, total: number) => new Map([['0', { idle, total }]]);
    await apply({ cpu: { all: { idle: 50, total: 100 }, cores: cores(50, 100) } });
    assert.equal(samples.value('chain_machine_cpu_usage_ratio'), undefined);
    await apply({ cpu: { all: { idle: 75, total: 200 }, cores: cores(50, 200) } });
    assert.equal(samples.value('chain_machine_cpu_usage_ratio'), 0.75);
    assert.equal(samples.value('chain_machine_cpu_core_usage_ratio{core="0"}'), 1);
    await apply({ cpu: { all: { idle: 0, total: 0 }, cores: cores(0, 0) } });
    assert.equal(samples.value('chain_machine_cpu_usage_ratio'), undefined, 'counters that went back say nothing');
  });

  it('ends the series of a device, mount, core or sensor that is gone, and of no other', async () => {
    const disk = (device: string) => ({ device, reads: 1, writes: 2, readBytes: 3, writtenBytes: 4 });
    await apply({
      disks: [disk('sda'), disk('sdb')],
      filesystems: [{ mount: '/', sizeBytes: 10, availableBytes: 4 }],
      interfaces: [interfaceReading('eth0', 1, 0)],
      frequencies: [{ core: '0', hertz: 2e9 }],
      temperatures: [{ sensor: 'hwmon0 Tctl', celsius: 55.5 }],
      sockets: { tcp: 3 },
      availableCores: 2,
    });
    assert.equal(samples.value('chain_machine_cpu_available_cores'), 2);
    assert.equal(samples.value('chain_machine_filesystem_usage_ratio{mount="/"}'), 0.6);
    assert.equal(samples.value('chain_machine_cpu_temperature_celsius{sensor="hwmon0 Tctl"}'), 55.5);
    assert.equal(samples.value('chain_machine_sockets_open{protocol="tcp"}'), 3);
    await apply({ disks: [disk('sdb')] });
    assert.deepEqual([...samples.values.keys()].sort(), [
      'chain_machine_disk_read_bytes_total{device="sdb"}',
      'chain_machine_disk_reads_total{device="sdb"}',
      'chain_machine_disk_writes_total{device="sdb"}',
      'chain_machine_disk_written_bytes_total{device="sdb"}',
    ]);
  });

  it('gives the share of lost packets over the last minute, and none without packets', async () => {
    const LOSS = 'chain_machine_network_packet_loss_ratio';
    await apply({ interfaces: [interfaceReading('eth0', 1000, 50)] }, 0);
    assert.equal(samples.value(LOSS), undefined);
    await apply({ interfaces: [interfaceReading('eth0', 1000, 50)] }, 5000);
    assert.equal(samples.value(LOSS), undefined);
    await apply({ interfaces: [interfaceReading('eth0', 1090, 60)] }, 10_000);
    assert.equal(samples.value(LOSS), 0.1);
    await apply({ interfaces: [interfaceReading('eth0', 1190, 60)] }, 69_000);
    assert.equal(samples.value(LOSS), 10 / 200);
    await apply({ interfaces: [interfaceReading('eth0', 1290, 60)] }, 70_000);
    assert.equal(samples.value(LOSS), 0, 'what was lost more than a minute ago counts no more');
    await apply({ interfaces: [interfaceReading('eth0', 5, 1)] }, 75_000);
    assert.equal(samples.value(LOSS), undefined, 'a reset begins anew');
  });

  it('describes everything as a node that measures its machine itself does', async () => {
    await apply({});
    assert.equal(samples.metadata.size, 22);
    for (const { name, type, help, unit } of samples.metadata.values()) {
      const row = ROWS.get(name);
      assert.ok(row, name);
      assert.deepEqual({ type, help, unit }, { type: row.type, help: row.help, unit: row.unit ?? '' }, name);
    }
  });

  it('tells as many things of a kind apart as are read', async () => {
    const named = <T>(count: number, make: (name: string) => T): T[] =>
      Array.from({ length: count }, (_, i) => make(String(i)));
    const cores = new Map(named(MAX_CORES, (core) => [core, { idle: 0, total: 0 }] as const));
    await apply({ cpu: { all: { idle: 0, total: 0 }, cores } });
    await apply({
      cpu: {
        all: { idle: 0, total: 1 },
        cores: new Map([...cores.keys()].map((core) => [core, { idle: 0, total: 1 }])),
      },
      frequencies: named(MAX_CORES, (core) => ({ core, hertz: 1 })),
      temperatures: named(MAX_SENSORS, (sensor) => ({ sensor, celsius: 1 })),
      disks: named(MAX_DISKS, (device) => ({ device, reads: 1, writes: 1, readBytes: 1, writtenBytes: 1 })),
      filesystems: named(MAX_FILESYSTEMS, (mount) => ({ mount, sizeBytes: 1, availableBytes: 1 })),
      interfaces: named(MAX_INTERFACES, (device) => interfaceReading(device, 1, 1)),
    });
    assert.equal(metrics.registry.droppedRecords().label_limit, 0);
    assert.equal([...samples.values.keys()].filter((series) => series.includes('"other"')).length, 0);
    assert.equal(samples.value(`chain_machine_cpu_core_usage_ratio{core="${MAX_CORES - 1}"}`), 1);
  });
});
