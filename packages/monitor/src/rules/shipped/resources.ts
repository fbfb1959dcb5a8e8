// Alerts of the machine that a node runs on.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE, seconds } from './phrases.ts';

export const RESOURCES_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'HighCpu',
    component: 'resources',
    severity: 'warning',
    metrics: ['chain_machine_cpu_usage_ratio'],
    expression: ({ settings }) => `chain_machine_cpu_usage_ratio > ${settings.maxCpuUsage}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `The CPUs of ${NODE} are {{ $value | humanizePercentage }} busy: which of consensus, signatures and requests takes them?`,
    description: 'For ten minutes hardly any time is left. What comes late then are votes.',
  },
  {
    name: 'HighMemory',
    component: 'resources',
    severity: 'warning',
    metrics: ['chain_machine_memory_usage_ratio'],
    expression: ({ settings }) => `chain_machine_memory_usage_ratio > ${settings.maxMemoryUsage}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `The memory of ${NODE} is {{ $value | humanizePercentage }} used: heap, cache or a leak? Take a snapshot before you restart anything`,
    description: 'At the end of it the system ends the largest process, which is the node.',
  },
  {
    name: 'MemoryLeakSuspected',
    component: 'resources',
    severity: 'low',
    metrics: ['chain_machine_memory_leak_suspected'],
    expression: ({ select }) => `${select('chain_machine_memory_leak_suspected')} == 1`,
    forMs: () => 30 * MINUTE_MS,
    summary: `${NODE} shows {{ $labels.indicator }} and may leak: compare two heap snapshots an hour apart`,
    description: 'Something grows and never shrinks. There is time, until HighMemory.',
  },
  {
    name: 'ClockSkew',
    component: 'resources',
    severity: 'warning',
    metrics: ['chain_machine_clock_offset_seconds'],
    expression: ({ settings }) => `abs(chain_machine_clock_offset_seconds) > ${seconds(settings.maxClockOffset)}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `The clock of ${NODE} is off by {{ $value | humanizeDuration }}: mend its time service; timestamps and slots depend on it`,
    description: 'Blocks with a time too far off are refused, and votes come in the wrong slot.',
  },
  {
    name: 'GpuHot',
    component: 'resources',
    severity: 'warning',
    metrics: ['chain_gpu_temperature_celsius'],
    expression: ({ settings }) => `chain_gpu_temperature_celsius > ${settings.maxGpuTemperature}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `GPU {{ $labels.gpu }} of ${NODE} is at {{ $value }} °C: check its cooling; it slows down from here on`,
    description: 'A GPU that is too hot throttles, and inference takes longer.',
  },
];
