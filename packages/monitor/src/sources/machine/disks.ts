// Disks from /proc/diskstats: whole devices, for the traffic of a partition is in its disk's already. Devices that are
// memory or files in disguise (ram, zram, loop) and drives for removable media are left out.
// Source: https://docs.kernel.org/admin-guide/iostats.html

import type { DiskReading } from './machine-reading.ts';

export const MAX_DISKS = 32;
/** The kernel counts in units of 512 bytes, whatever the disk's own sectors are. */
const SECTOR_BYTES = 512;
const NO_DISK = /^(?:ram|zram|loop|fd|sr)\d+$/;

/** @param isWholeDevice whether a name is that of a device and not of a partition */
export function parseDiskstats(text: string, isWholeDevice: (name: string) => boolean): readonly DiskReading[] {
  const disks: DiskReading[] = [];
  for (const line of text.split('\n')) {
    const [, , device, reads, , sectorsRead, , writes, , sectorsWritten] = line.trim().split(/ +/);
    if (device === undefined || sectorsWritten === undefined) continue;
    if (NO_DISK.test(device) || !isWholeDevice(device)) continue;
    const reading = {
      device,
      reads: Number(reads),
      writes: Number(writes),
      readBytes: Number(sectorsRead) * SECTOR_BYTES,
      writtenBytes: Number(sectorsWritten) * SECTOR_BYTES,
    };
    disks.push(reading);
    if (disks.length === MAX_DISKS) break;
  }
  return disks;
}
