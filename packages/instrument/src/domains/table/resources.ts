// The metrics of the domain set `resources`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { metric } from '../metric-definition.ts';

export const RESOURCES_METRICS = {
  cpuUsage: metric({
    name: 'chain_machine_cpu_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the CPU time of all cores that was not idle.',
    formula: '1 - delta of (idle + iowait) / delta of all CPU time, between two samples',
    recordedBy:
      'resources.updateCpu({ usageRatio, coreUsageRatios, availableCores, temperaturesCelsius, frequenciesHertz }); machine source: /proc/stat',
    aliases: {
      hotstuff2: 'hotstuff2_cpu_usage (cpu_usage)',
      p2p: 'resources_cpu_usage:gauge*100 (resources.cpu_usage)',
      arthachain: 'arthachain_cpu_usage_percent:gauge*100 (cpu.usage_percent)',
    },
  }),
  cpuCoreUsage: metric({
    name: 'chain_machine_cpu_core_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the CPU time of one core that was not idle.',
    labels: { core: bounded(256) },
    formula: '1 - delta of (idle + iowait) / delta of all CPU time of the core, between two samples',
    recordedBy:
      'resources.updateCpu({ usageRatio, coreUsageRatios, availableCores, temperaturesCelsius, frequenciesHertz }); machine source: /proc/stat',
    aliases: { arthachain: 'arthachain_cpu_core_usage{core}:gauge*100 (cpu.core_usage)' },
  }),
  cpuAvailableCores: metric({
    name: 'chain_machine_cpu_available_cores',
    type: 'gauge',
    unit: 'cores',
    help: 'Cores that the node may use: those of the machine, or the limit of its container when that is lower.',
    recordedBy:
      'resources.updateCpu({ usageRatio, coreUsageRatios, availableCores, temperaturesCelsius, frequenciesHertz }); machine source: what the system lets this process use',
  }),
  cpuTemperature: metric({
    name: 'chain_machine_cpu_temperature_celsius',
    type: 'gauge',
    unit: 'celsius',
    help: 'Temperature of the CPU; absent where no sensor can be read.',
    labels: { sensor: bounded(32) },
    recordedBy:
      'resources.updateCpu({ usageRatio, coreUsageRatios, availableCores, temperaturesCelsius, frequenciesHertz }); machine source: /sys/class/hwmon',
    aliases: { arthachain: 'arthachain_cpu_temperature:gauge=max (cpu.temperature)' },
  }),
  cpuFrequency: metric({
    name: 'chain_machine_cpu_frequency_hertz',
    type: 'gauge',
    unit: 'hertz',
    help: 'Current clock frequency of a core.',
    labels: { core: bounded(256) },
    recordedBy:
      'resources.updateCpu({ usageRatio, coreUsageRatios, availableCores, temperaturesCelsius, frequenciesHertz }); machine source: /sys/devices/system/cpu',
    aliases: { arthachain: 'arthachain_cpu_frequency_mhz:gauge=mean/1000000 (cpu.frequency_mhz)' },
  }),
  memoryUsed: metric({
    name: 'chain_machine_memory_used_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Physical memory in use, caches that can be given back excluded.',
    formula: 'total - available',
    recordedBy: 'resources.updateMemory({ usedBytes, totalBytes, swapUsedBytes }); machine source: /proc/meminfo',
    aliases: { arthachain: 'arthachain_memory_physical_used_mb:gauge/1048576 (memory.physical_used_mb)' },
  }),
  memoryTotal: metric({
    name: 'chain_machine_memory_total_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Physical memory, or the limit of the container when that is lower.',
    recordedBy:
      'resources.updateMemory({ usedBytes, totalBytes, swapUsedBytes }); machine source: /proc/meminfo, cgroup',
    aliases: { arthachain: 'arthachain_memory_physical_total_mb:gauge/1048576 (memory.physical_total_mb)' },
  }),
  memoryUsage: metric({
    name: 'chain_machine_memory_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the physical memory in use.',
    formula: 'chain_machine_memory_used_bytes / chain_machine_memory_total_bytes',
    recordedBy: 'resources.updateMemory({ usedBytes, totalBytes, swapUsedBytes }); machine source',
    aliases: { hotstuff2: 'hotstuff2_memory_usage (memory_usage)' },
  }),
  swapUsed: metric({
    name: 'chain_machine_swap_used_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Swap space in use.',
    recordedBy: 'resources.updateMemory({ usedBytes, totalBytes, swapUsedBytes }); machine source: /proc/meminfo',
    aliases: { arthachain: 'arthachain_memory_swap_used_mb:gauge/1048576 (memory.swap_used_mb)' },
  }),
  memoryLeakSuspected: metric({
    name: 'chain_machine_memory_leak_suspected',
    type: 'stateset',
    help: '1 for each sign of a memory leak that is present now, else 0; several may be 1.',
    labels: { indicator: ['heap_growth', 'rss_growth', 'external_growth', 'handle_growth', 'fd_growth'] },
    stateLabel: 'indicator',
    formula:
      '1 when the lower envelope (minimum a 5 min slice) of the measure rose in 10 of the last 12 slices and by over 20 % in all; absent before 13 slices',
    recordedBy:
      'resources.updateLeakIndicator({ indicator, suspected }); resources.watchMemory(read); resources.recordMemory({ heapUsedBytes, residentBytes, externalBytes, handleCount, openFdCount })',
    aliases: { arthachain: 'arthachain_memory_leak_indicators{indicator}:gauge (memory.leak_indicators)' },
  }),
  diskReads: metric({
    name: 'chain_machine_disk_reads_total',
    type: 'counter',
    unit: 'operations',
    help: 'Read operations completed by a disk.',
    labels: { device: bounded(32) },
    recordedBy:
      'resources.recordDisk({ device, readOperations, writeOperations, readBytes, writtenBytes }); machine source: /proc/diskstats',
    aliases: { arthachain: 'arthachain_disk_read_ops_per_sec{device}:gauge=rate (disk.read_ops_per_sec)' },
  }),
  diskWrites: metric({
    name: 'chain_machine_disk_writes_total',
    type: 'counter',
    unit: 'operations',
    help: 'Write operations completed by a disk.',
    labels: { device: bounded(32) },
    recordedBy:
      'resources.recordDisk({ device, readOperations, writeOperations, readBytes, writtenBytes }); machine source: /proc/diskstats',
    aliases: { arthachain: 'arthachain_disk_write_ops_per_sec{device}:gauge=rate (disk.write_ops_per_sec)' },
  }),
  diskRead: metric({
    name: 'chain_machine_disk_read_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes read from a disk.',
    labels: { device: bounded(32) },
    recordedBy:
      'resources.recordDisk({ device, readOperations, writeOperations, readBytes, writtenBytes }); machine source: /proc/diskstats',
    aliases: { arthachain: 'arthachain_disk_read_mbps{device}:gauge=rate/1048576 (disk.read_mbps)' },
  }),
  diskWritten: metric({
    name: 'chain_machine_disk_written_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes written to a disk.',
    labels: { device: bounded(32) },
    recordedBy:
      'resources.recordDisk({ device, readOperations, writeOperations, readBytes, writtenBytes }); machine source: /proc/diskstats',
    aliases: { arthachain: 'arthachain_disk_write_mbps{device}:gauge=rate/1048576 (disk.write_mbps)' },
  }),
  filesystemSize: metric({
    name: 'chain_machine_filesystem_size_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Size of a file system.',
    labels: { mount: bounded(32) },
    recordedBy: 'resources.updateFilesystem({ mount, sizeBytes, availableBytes }); machine source: statfs',
  }),
  filesystemAvailable: metric({
    name: 'chain_machine_filesystem_available_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes of a file system that an ordinary user can still write.',
    labels: { mount: bounded(32) },
    recordedBy: 'resources.updateFilesystem({ mount, sizeBytes, availableBytes }); machine source: statfs',
    aliases: { arthachain: 'arthachain_disk_available_gb:gauge=data/1073741824 (disk.available_gb)' },
  }),
  filesystemUsage: metric({
    name: 'chain_machine_filesystem_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of a file system that is used.',
    labels: { mount: bounded(32) },
    formula: '1 - chain_machine_filesystem_available_bytes / chain_machine_filesystem_size_bytes',
    recordedBy: 'resources.updateFilesystem({ mount, sizeBytes, availableBytes }); machine source: statfs',
    aliases: {
      hotstuff2: 'hotstuff2_disk_usage:gauge=data (disk_usage)',
      arthachain: 'arthachain_disk_usage_percent:gauge=data*100 (disk.usage_percent)',
    },
  }),
  networkReceived: metric({
    name: 'chain_machine_network_received_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes received by a network interface.',
    labels: { device: bounded(32) },
    recordedBy:
      'resources.recordInterface({ device, receivedBytes, sentBytes, receivedPackets, sentPackets, receivedLostPackets, sentLostPackets }); machine source: /proc/net/dev',
    aliases: { arthachain: 'arthachain_network_ingress_kbps{device}:gauge=rate/1024 (network.ingress_kbps)' },
  }),
  networkSent: metric({
    name: 'chain_machine_network_sent_bytes_total',
    type: 'counter',
    unit: 'bytes',
    help: 'Bytes sent by a network interface.',
    labels: { device: bounded(32) },
    recordedBy:
      'resources.recordInterface({ device, receivedBytes, sentBytes, receivedPackets, sentPackets, receivedLostPackets, sentLostPackets }); machine source: /proc/net/dev',
    aliases: { arthachain: 'arthachain_network_egress_kbps{device}:gauge=rate/1024 (network.egress_kbps)' },
  }),
  networkPackets: metric({
    name: 'chain_machine_network_packets_total',
    type: 'counter',
    unit: 'packets',
    help: 'Packets that passed a network interface.',
    labels: { device: bounded(32), direction: ['sent', 'received'] },
    recordedBy:
      'resources.recordInterface({ device, receivedBytes, sentBytes, receivedPackets, sentPackets, receivedLostPackets, sentLostPackets }); machine source: /proc/net/dev',
  }),
  networkPacketsLost: metric({
    name: 'chain_machine_network_packets_lost_total',
    type: 'counter',
    unit: 'packets',
    help: 'Packets that a network interface dropped or found faulty.',
    labels: { device: bounded(32), direction: ['sent', 'received'] },
    recordedBy:
      'resources.recordInterface({ device, receivedBytes, sentBytes, receivedPackets, sentPackets, receivedLostPackets, sentLostPackets }); machine source: /proc/net/dev',
  }),
  networkPacketLoss: metric({
    name: 'chain_machine_network_packet_loss_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the packets that the interfaces dropped or found faulty.',
    formula:
      'delta of chain_machine_network_packets_lost_total / delta of (chain_machine_network_packets_total + chain_machine_network_packets_lost_total) over the window; absent without packets',
    recordedBy: 'resources collector; machine source',
    aliases: { arthachain: 'arthachain_network_packet_loss_percent:gauge*100 (network.packet_loss_percent)' },
  }),
  socketsOpen: metric({
    name: 'chain_machine_sockets_open',
    type: 'gauge',
    unit: 'sockets',
    help: 'Sockets open on this machine.',
    labels: { protocol: ['tcp', 'udp', 'unix'] },
    recordedBy: 'resources.updateSockets({ protocol, count }); machine source: /proc/net/sockstat',
    aliases: { arthachain: 'arthachain_network_open_sockets (network.open_sockets)' },
  }),
  clockOffset: metric({
    name: 'chain_machine_clock_offset_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Offset of the system clock against the reference; positive when the clock is ahead.',
    recordedBy: 'resources.updateClockOffset({ offsetSeconds }); machine source: NTP or chrony probe',
  }),
} as const;
