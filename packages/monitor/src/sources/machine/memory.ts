// Memory of the machine, or of the container where its limit is lower. Used is what cannot be given back: for the machine
// total minus available, for a control group its usage minus the page cache that is not in use (inactive_file), which is
// what its out-of-memory killer goes by.
// Source: https://docs.kernel.org/filesystems/proc.html#meminfo, https://docs.kernel.org/admin-guide/cgroup-v2.html

import { freemem, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import type { MemoryReading } from './machine-reading.ts';
import { readProcFile, wholeNumber } from './proc-file.ts';

/** Where the kernel shows itself; tests give folders of their own. */
export interface MemoryFiles {
  readonly meminfo: string;
  readonly ownCgroup: string;
  readonly cgroupMount: string;
}

const MEMORY_FILES: MemoryFiles = {
  meminfo: '/proc/meminfo',
  ownCgroup: '/proc/self/cgroup',
  cgroupMount: '/sys/fs/cgroup',
};

export function readMemory(files: MemoryFiles = MEMORY_FILES): MemoryReading | undefined {
  const machine = parseMeminfo(readProcFile(files.meminfo) ?? '');
  if (machine === undefined) return undefined;
  const container = readContainer(files, machine.totalBytes);
  return container === undefined ? machine : { ...machine, ...container };
}

/** For systems without /proc: what Node calls free there leaves out caches that could be given back. */
export function readMemoryOfNode(): MemoryReading {
  return { usedBytes: totalmem() - freemem(), totalBytes: totalmem(), swapUsedBytes: undefined };
}

function parseMeminfo(text: string): MemoryReading | undefined {
  const bytes = (name: string): number | undefined => {
    const kibibytes = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  };
  const totalBytes = bytes('MemTotal');
  const availableBytes = bytes('MemAvailable');
  if (totalBytes === undefined || availableBytes === undefined) return undefined;
  const swapTotalBytes = bytes('SwapTotal');
  const swapFreeBytes = bytes('SwapFree');
  const swapUsedBytes =
    swapTotalBytes === undefined || swapFreeBytes === undefined ? undefined : swapTotalBytes - swapFreeBytes;
  return { usedBytes: totalBytes - availableBytes, totalBytes, swapUsedBytes };
}

interface CgroupVersion {
  /** Folder of the own group, and where the walk upwards ends. */
  readonly folder: string;
  readonly root: string;
  readonly limit: string;
  readonly usage: string;
  readonly inactive: RegExp;
}

/** The tightest limit of the own group and those above it, when it is below the machine's memory. */
function readContainer(
  files: MemoryFiles,
  machineBytes: number,
): Pick<MemoryReading, 'usedBytes' | 'totalBytes'> | undefined {
  const group = ownGroup(files);
  if (group === undefined) return undefined;
  let limitBytes = machineBytes;
  let limited: string | undefined;
  for (let folder = group.folder; folder.startsWith(group.root); folder = dirname(folder)) {
    // "max" (or, in version 1, a number larger than any machine) where there is no limit.
    const folderLimitBytes = wholeNumber(readProcFile(join(folder, group.limit)));
    if (folderLimitBytes === undefined || folderLimitBytes >= limitBytes) continue;
    limitBytes = folderLimitBytes;
    limited = folder;
  }
  if (limited === undefined) return undefined;
  const usageBytes = wholeNumber(readProcFile(join(limited, group.usage)));
  if (usageBytes === undefined) return undefined;
  const inactiveBytes = Number(group.inactive.exec(readProcFile(join(limited, 'memory.stat')) ?? '')?.[1] ?? 0);
  return { usedBytes: Math.max(0, usageBytes - inactiveBytes), totalBytes: limitBytes };
}

/** In a container the path that the kernel tells may lie outside of what is mounted: then the mounted root is the group. */
function ownGroup({ ownCgroup, cgroupMount }: MemoryFiles): CgroupVersion | undefined {
  const text = readProcFile(ownCgroup) ?? '';
  const first = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(\/.*)$/m.exec(text)?.[1];
  if (first !== undefined) {
    const root = join(cgroupMount, 'memory');
    const names = { limit: 'memory.limit_in_bytes', usage: 'memory.usage_in_bytes' };
    return { folder: join(root, first), root, ...names, inactive: /^total_inactive_file (\d+)$/m };
  }
  const second = /^0::(\/.*)$/m.exec(text)?.[1];
  if (second === undefined) return undefined;
  const names = { limit: 'memory.max', usage: 'memory.current' };
  return { folder: join(cgroupMount, second), root: cgroupMount, ...names, inactive: /^inactive_file (\d+)$/m };
}
