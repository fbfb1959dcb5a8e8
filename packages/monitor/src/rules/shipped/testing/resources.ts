// Unit tests of the alerts of the machine that a node runs on.

import type { AlertTest } from './alert-test.ts';

const CPU = 'chain_machine_cpu_usage_ratio';
const MEMORY = 'chain_machine_memory_usage_ratio';
const LEAK = 'chain_machine_memory_leak_suspected{indicator="heap_growth"}';
const CLOCK = 'chain_machine_clock_offset_seconds';
const GPU = 'chain_gpu_temperature_celsius{gpu="0"}';

export const RESOURCES_TESTS: readonly AlertTest[] = [
  {
    alert: 'HighCpu',
    incident: { [CPU]: '0.5x7 0.95x59 0.5x8' },
    quietUntil: '11m45s',
    fires: { at: '12m', value: 0.95 },
    clearAt: '17m',
    calm: { [CPU]: '0.5x7 0.95x20 0.5x40' },
  },
  {
    alert: 'HighMemory',
    incident: { [MEMORY]: '0.5x7 0.95x59 0.5x8' },
    quietUntil: '11m45s',
    fires: { at: '12m', value: 0.95 },
    clearAt: '17m',
    calm: { [MEMORY]: '0.8x60' },
  },
  {
    alert: 'MemoryLeakSuspected',
    incident: { [LEAK]: '0x7 1x139 0x8' },
    quietUntil: '31m45s',
    fires: { at: '32m', value: 1, labels: { indicator: 'heap_growth' } },
    clearAt: '37m',
    calm: { [LEAK]: '0x7 1x20 0x120' },
  },
  {
    alert: 'ClockSkew',
    incident: { [CLOCK]: '0.01x7 -0.4x39 0.01x8' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 0.4 },
    clearAt: '12m',
    calm: { [CLOCK]: '-0.05x40' },
  },
  {
    alert: 'GpuHot',
    incident: { [GPU]: '60x7 90x39 60x8' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 90, labels: { gpu: '0' } },
    clearAt: '12m',
    calm: { [GPU]: '80x40' },
  },
];
