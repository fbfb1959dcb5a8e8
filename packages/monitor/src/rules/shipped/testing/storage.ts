// Unit tests of the alerts of a node's store and of the file systems under it.

import { type AlertTest, quick, slowing } from './alert-test.ts';

const ERRORS = 'chain_storage_errors_total{operation="write",reason="full"}';
const READS = 'chain_storage_operation_duration_seconds_bucket';
const READ = ',operation="read"';
const AVAILABLE = 'chain_machine_filesystem_available_bytes{mount="/data"}';
const SIZE = 'chain_machine_filesystem_size_bytes{mount="/data"}';
const MOUNT = { mount: '/data' } as const;

export const STORAGE_TESTS: readonly AlertTest[] = [
  {
    alert: 'StorageErrors',
    incident: { [ERRORS]: '0x20 1x60' },
    quietUntil: '5m',
    fires: { at: '5m15s', value: 1 },
    clearAt: '11m',
    calm: { [ERRORS]: '0x40' },
  },
  {
    alert: 'StorageReadSlow',
    incident: slowing(READS, { quick: ['0.01', '0.05'], slow: ['0.1', '+Inf'] }, 20, READ),
    quietUntil: '14m',
    fires: { at: '25m', value: 0.0995 },
    clearAt: '30m30s',
    calm: quick(READS, ['0.01', '0.05', '0.1', '+Inf'], READ),
  },
  {
    alert: 'DiskWillFill',
    interval: '5m',
    incident: { [AVAILABLE]: '28-0.1x23 90x11', [SIZE]: '100x36' },
    quietUntil: '1h',
    fires: { at: '1h30m', value: -1, labels: MOUNT },
    clearAt: '2h',
    calm: { [AVAILABLE]: '28x30', [SIZE]: '100x30' },
  },
  {
    alert: 'DiskCritical',
    incident: { [AVAILABLE]: '50e9x7 3e9x39 50e9x8', [SIZE]: '100e9x56' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 0.03, labels: MOUNT },
    clearAt: '12m',
    calm: { [AVAILABLE]: '10e9x40', [SIZE]: '100e9x40' },
  },
];
