import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

describe('the resources set', () => {
  it('shows the processors, cores by number', () => {
    const { metrics, value, dropped } = setUp(['resources']);
    metrics.resources.updateCpu({ usageRatio: 0.5, coreUsageRatios: [0, 1], temperaturesCelsius: { package: 61.5 } });
    metrics.resources.updateCpu({ frequenciesHertz: [2.4e9], availableCores: 1.5 });
    metrics.resources.updateCpu({ usageRatio: 50, coreUsageRatios: [Number.NaN] });
    assert.equal(value('chain_machine_cpu_usage_ratio'), 0.5);
    assert.equal(value('chain_machine_cpu_core_usage_ratio{core="0"}'), 0);
    assert.equal(value('chain_machine_cpu_core_usage_ratio{core="1"}'), 1);
    assert.equal(value('chain_machine_cpu_temperature_celsius{sensor="package"}'), 61.5);
    assert.equal(value('chain_machine_cpu_frequency_hertz{core="0"}'), 2.4e9);
    assert.equal(value('chain_machine_cpu_available_cores'), 1.5);
    assert.deepEqual(dropped(), { invalid_value: 2 });
  });

  it('computes the shares of memory and file systems from their parts', () => {
    const { metrics, value } = setUp(['resources']);
    metrics.resources.updateMemory({ usedBytes: 3e9, totalBytes: 8e9 });
    assert.equal(value('chain_machine_memory_usage_ratio'), 0.375);
    assert.equal(value('chain_machine_swap_used_bytes'), undefined);
    metrics.resources.updateMemory({ usedBytes: 3e9, totalBytes: 0, swapUsedBytes: 0 });
    assert.equal(value('chain_machine_memory_usage_ratio'), undefined);
    assert.equal(value('chain_machine_swap_used_bytes'), 0);
    const usage = 'chain_machine_filesystem_usage_ratio{mount="/"}';
    metrics.resources.updateFilesystem({ mount: '/', sizeBytes: 4e10, availableBytes: 1e10 });
    assert.equal(value(usage), 0.75);
    metrics.resources.updateFilesystem({ mount: '/', sizeBytes: 4e10, availableBytes: 4e10 });
    assert.equal(value(usage), 0);
    metrics.resources.updateFilesystem({ mount: '/', sizeBytes: 0, availableBytes: 0 });
    assert.equal(value(usage), undefined);
  });

  it('mirrors the totals of disks and interfaces', () => {
    const { metrics, value } = setUp(['resources']);
    metrics.resources.recordDisk({ device: 'sda', readOperations: 10, writtenBytes: 4_096 });
    metrics.resources.recordDisk({ device: 'sda', readOperations: 12 });
    metrics.resources.recordInterface({ device: 'eth0', receivedBytes: 1_000, sentBytes: 5 });
    assert.equal(value('chain_machine_disk_reads_total{device="sda"}'), 12);
    assert.equal(value('chain_machine_disk_written_bytes_total{device="sda"}'), 4_096);
    assert.equal(value('chain_machine_disk_writes_total{device="sda"}'), undefined);
    assert.equal(value('chain_machine_network_received_bytes_total{device="eth0"}'), 1_000);
  });

  it('computes the loss of packets of all interfaces over the window', () => {
    const { metrics, value, pass } = setUp(['resources']);
    const loss = 'chain_machine_network_packet_loss_ratio';
    const read = (device: string, passed: number, lost: number) => {
      metrics.resources.recordInterface({ device, receivedPackets: passed, sentLostPackets: lost });
    };
    read('eth0', 5_000, 5_000);
    read('eth1', 0, 0);
    assert.equal(value(loss), undefined);
    pass(60);
    assert.equal(value(loss), undefined);
    read('eth0', 5_070, 5_020);
    read('eth1', 10, 0);
    pass(60);
    assert.equal(value(loss), 0.2);
  });

  it('does not take an interface that begins anew, or comes, for lost packets of the others', () => {
    const { metrics, value, pass } = setUp(['resources']);
    const loss = 'chain_machine_network_packet_loss_ratio';
    const read = (device: string, passed: number, lost: number) => {
      metrics.resources.recordInterface({ device, receivedPackets: passed, receivedLostPackets: lost });
    };
    read('eth0', 1_000_000, 1_000);
    read('veth0', 100, 10);
    assert.equal(value(loss), undefined);
    pass(60);
    read('eth0', 1_000_490, 1_000);
    read('veth0', 0, 0);
    assert.equal(value(loss), 0);
    pass(60);
    read('eth0', 1_000_980, 1_000);
    read('veth0', 9, 1);
    // What it lost before anybody looked is not of this window.
    read('eth1', 7_000, 5_000);
    assert.equal(value(loss), 1 / 500);
  });

  it('shows sockets and the offset of the clock', () => {
    const { metrics, value, dropped } = setUp(['resources']);
    metrics.resources.updateSockets({ protocol: 'tcp', count: 0 });
    metrics.resources.updateSockets({ protocol: 'sctp' as 'tcp', count: 1 });
    metrics.resources.updateClockOffset({ offsetSeconds: -0.002 });
    assert.equal(value('chain_machine_sockets_open{protocol="tcp"}'), 0);
    assert.equal(value('chain_machine_clock_offset_seconds'), -0.002);
    assert.deepEqual(dropped(), { unknown_label: 1 });
  });

  it('watches the memory of the process at every collection, until it is told to end', () => {
    const { metrics, value, pass, dropped } = setUp(['resources']);
    const leak = (indicator: string) => value(`chain_machine_memory_leak_suspected{indicator="${indicator}"}`);
    let heapUsedBytes = 1e8;
    let reads = 0;
    const end = metrics.resources.watchMemory(() => {
      reads++;
      return { heapUsedBytes, residentBytes: 2e8 };
    });
    for (let minute = 0; minute < 66; minute++) {
      assert.equal(leak('heap_growth'), undefined);
      pass(60);
      heapUsedBytes *= 1.01;
    }
    for (let minute = 0; minute < 8; minute++) {
      leak('heap_growth');
      pass(60);
    }
    assert.equal(leak('heap_growth'), 1);
    assert.equal(leak('rss_growth'), 0);
    end();
    const readsThen = reads;
    leak('heap_growth');
    assert.equal(reads, readsThen);
    metrics.resources.watchMemory(() => {
      throw new Error('No memory is to be read.');
    });
    leak('heap_growth');
    assert.deepEqual(dropped(), { internal: 1 });
  });

  it('shows the suspicions that a node has by its own means', () => {
    const { metrics, value } = setUp(['resources']);
    metrics.resources.updateLeakIndicator({ indicator: 'fd_growth', suspected: true });
    metrics.resources.updateLeakIndicator({ indicator: 'heap_growth', suspected: true });
    metrics.resources.updateLeakIndicator({ indicator: 'fd_growth', suspected: false });
    assert.equal(value('chain_machine_memory_leak_suspected{indicator="fd_growth"}'), 0);
    assert.equal(value('chain_machine_memory_leak_suspected{indicator="heap_growth"}'), 1);
    assert.equal(value('chain_machine_memory_leak_suspected{indicator="rss_growth"}'), 0);
  });
});
